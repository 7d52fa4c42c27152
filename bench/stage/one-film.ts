import type { HostPart } from '../parts/host.ts';
import { linkOf } from './ask-host.ts';
import { envFor } from './bridge.ts';
import type { Stage } from './stage.ts';

/** A host with one film, a bridge that plays it through itself, its path there and a link of its at the host. */
export async function stageOneFilm(stage: Stage, sizeBytes: number) {
  const host = await stage.part<HostPart>('host', { folders: 1, filesPerFolder: 1, sizeBytes });
  const home = await stage.folder('bridge');
  const bridge = await stage.bridge(home, { ...envFor(host.facts, home), PASSERELLE_DELIVERY: 'proxy' });
  await bridge.logged('sync done');
  const [path] = await bridge.films();
  const link = await linkOf(host.facts, host.facts.pages[0] as string);
  return { host, bridge, path: path as string, link };
}
