import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostPart, HostTally } from '../parts/host.ts';
import { linkOf } from './ask-host.ts';
import { envFor } from './bridge.ts';
import { ffprobe, type Probed } from './ffprobe.ts';
import { type Film, makeFilms, nameOf, smallFilms } from './films.ts';
import { rawGet } from './raw-get.ts';
import { atRest } from './rest.ts';
import type { Stage } from './stage.ts';

/** A film that lies in the account and on this disk. */
export interface PlacedFilm extends Film {
  name: string;
  /** Its page at the host. */
  page: string;
  /** What ffprobe finds in the file on this disk. */
  found: string;
}

/** A bridge over films that can be probed through it, at the host and on this disk. */
export interface Probing {
  small: PlacedFilm[];
  /** The same film several times over, because a film is seen for the first time only once. */
  large: PlacedFilm[];
  /** @throws when ffprobe does not find there what it finds on the disk */
  throughBridge(film: PlacedFilm): Promise<Probed>;
  onDisk(film: PlacedFilm): Promise<Probed>;
  /** With a link bought for this probe. */
  atHost(film: PlacedFilm): Promise<Probed>;
  /** Reads a byte of its middle through the bridge, which no kept beginning or end holds. */
  jumpInto(film: PlacedFilm): Promise<void>;
  /** What the host has seen since the last time, once host and bridge have done nothing for so long. */
  rest(quietMs: number): Promise<HostTally>;
  /** Another process over the same data. */
  restart(env: Record<string, string>): Promise<void>;
}

export async function openProbing(stage: Stage, copies: number): Promise<Probing> {
  const made = await makeFilms(await stage.folder('films'));
  const films = Array.from({ length: copies + 1 }, (_, number) =>
    (number === 0 ? smallFilms : made).map((film) => ({ ...film, name: nameOf(film.kind, number) })),
  ).flat();
  const host = await stage.part<HostPart>('host', { films });
  const placed: PlacedFilm[] = [];
  for (const [index, film] of films.entries()) {
    const { found } = await ffprobe(film.path);
    placed.push({ ...film, page: host.facts.pages[index] as string, found });
  }
  const home = await stage.folder('bridge');
  const settings = { ...envFor(host.facts, home), PASSERELLE_DELIVERY: 'auto' };
  let bridge = await stage.bridge(home, settings);
  await bridge.logged('sync done');
  const paths = await bridge.films();

  const urlOf = ({ name }: PlacedFilm) => bridge.url + paths.find((path) => path.endsWith(`/${name}`));
  const checked = async (film: PlacedFilm, url: string) => {
    const probed = await ffprobe(url);
    if (probed.found !== film.found)
      throw new Error(`${film.name}: ${probed.found} instead of ${film.found}`);
    return probed;
  };
  return {
    small: placed.slice(0, smallFilms.length),
    large: placed.slice(smallFilms.length),
    throughBridge: (film) => checked(film, bridge.url + paths.find((path) => path.endsWith(`/${film.name}`))),
    onDisk: (film) => checked(film, film.path),
    atHost: async (film) => checked(film, await linkOf(host.facts, film.page)),
    async jumpInto(film) {
      const middle = Math.floor((await stat(film.path)).size / 2);
      await rawGet({ url: urlOf(film), headers: { range: `bytes=${middle}-` }, enoughBytes: 1 });
    },
    rest: (quietMs) => atRest(host, quietMs, join(home, 'data', 'cache')),
    async restart(env) {
      await bridge.stop();
      bridge = await stage.bridge(home, { ...settings, ...env });
      await bridge.logged('sync done');
    },
  };
}
