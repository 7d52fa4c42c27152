import type { Figure } from '../figure.ts';
import type { HostPart } from '../parts/host.ts';
import type { PlainPipePart } from '../parts/plain-pipe.ts';
import type { ReaderPart } from '../parts/reader.ts';
import { linkOf } from '../stage/ask-host.ts';
import { envFor } from '../stage/bridge.ts';
import { inTurns } from '../stage/rounds.ts';

const sizeBytes = 1 << 30;
const rounds = 5;

/** Resuming at the exact byte and checking what comes must not make the bytes slower. */
export const throughput: Figure = {
  name: 'throughput',
  about: 'one film of 1 GiB through the proxy, one reader',
  async measure(stage) {
    const host = await stage.part<HostPart>('host', { folders: 1, filesPerFolder: 1, sizeBytes });
    const home = await stage.folder('bridge');
    const bridge = await stage.bridge(home, { ...envFor(host.facts, home), PASSERELLE_DELIVERY: 'proxy' });
    await bridge.logged('sync done');
    const [path] = await bridge.films();
    const link = await linkOf(host.facts, host.facts.pages[0] as string);
    const pipe = await stage.part<PlainPipePart>('plain-pipe', { link });
    const reader = await stage.part<ReaderPart>('reader', {});
    const perSecond = async (url: string) => {
      const { status, bytes, ms } = await reader.ask({ url });
      if (status !== 200 || bytes !== sizeBytes) throw new Error(`${status} with ${bytes} bytes`);
      return bytes / 1000 / ms;
    };

    const ours = () => perSecond(bridge.url + path);
    const theirs = () => perSecond(pipe.facts.url);
    await inTurns(1, ours, theirs);
    const result = await inTurns(rounds, ours, theirs);
    return [
      {
        what: 'proxy',
        value: result.ours,
        unit: 'MB/s',
        baseline: { what: 'a plain undici pipe', value: result.baseline },
        ratio: result.ratio,
        bar: { of: 'ratio', is: '>=', limit: 0.8 },
        note: `straight from the source: ${Math.round(await perSecond(link)).toLocaleString('en')} MB/s`,
      },
    ];
  },
};
