import type { AccountFolder } from '../../test/simulator/simulator.ts';
import type { HostPart, HostTally } from '../parts/host.ts';
import { envFor } from './bridge.ts';
import { type Walked, walk } from './dav-walk.ts';
import { ffprobe } from './ffprobe.ts';
import { type Film, makeFilms, nameOf } from './films.ts';
import { firstFrame } from './first-frame.ts';
import { serveRclone } from './rclone.ts';
import { atRest } from './rest.ts';
import type { Stage } from './stage.ts';

export type Server = 'ours' | 'theirs';

/** What something took, and what the host saw of it. */
export interface Seen {
  ms: number;
  tally: HostTally;
}

export interface NamedFilm extends Film {
  name: string;
}

/** One server over the account that nobody has asked anything yet. */
export interface Served {
  /** From nothing: before its first call. */
  list(): Promise<Seen>;
  /** When whatever it keeps of folders for minutes is over. */
  listAgain(): Promise<Seen>;
  probe(film: NamedFilm): Promise<Seen>;
  jump(film: NamedFilm, seconds: number): Promise<Seen>;
  stop(): Promise<void>;
}

const password = 'bench';
const quietMs = 500;
const filesPerSeason = 20;

/**
 * Five folders, the root among them: rclone lists each of them twice, which the host counts as a breach, and after the
 * sixth one in a minute it answers nobody for five minutes.
 */
function accountOf(films: readonly NamedFilm[]): AccountFolder {
  const season = (number: number): AccountFolder => ({
    name: `Saison ${number}`,
    files: Array.from({ length: filesPerSeason }, (_, index) => ({
      name: `Serie.S0${number}E${String(index + 1).padStart(2, '0')}.FRENCH.1080p.WEB.mkv`,
      content: { sizeBytes: 1_000_000 + index, seed: number * 100 + index },
    })),
  });
  return {
    folders: [
      { name: 'Films', files: films.map(({ name, path }) => ({ name, content: { path } })) },
      { name: 'Serie', folders: [season(1), season(2)] },
    ],
  };
}

/** The account, and both servers over it, to be started one after the other. */
export async function openServers(
  stage: Stage,
  rclone: string,
): Promise<{ films: NamedFilm[]; serve(server: Server): Promise<Served> }> {
  const made = await makeFilms(await stage.folder('films'));
  const films = made
    .filter(({ kind }) => kind !== 'ts')
    .map((film) => ({ ...film, name: nameOf(film.kind, 1) }));
  const host = await stage.part<HostPart>('host', { account: accountOf(films) });

  const seen = async (work: () => Promise<number>): Promise<Seen> => {
    await host.ask('calls since the last time');
    const ms = await work();
    return { ms, tally: await atRest(host, quietMs) };
  };
  const checked = ({ folders, files, ms }: Walked) => {
    if (folders !== 5 || files !== films.length + 2 * filesPerSeason)
      throw new Error(`${folders} folders and ${files} files were listed`);
    return ms;
  };
  const served = (base: string, list: () => Promise<number>, again: () => Promise<number>) => ({
    // What it asked while it started counts too.
    list: async () => ({ ms: await list(), tally: await atRest(host, quietMs) }),
    async listAgain() {
      await host.ask('forget what the limits remember');
      return seen(again);
    },
    probe: ({ name }: NamedFilm) => seen(async () => (await ffprobe(`${base}Films/${name}`)).ms),
    jump: ({ name }: NamedFilm, seconds: number) => seen(() => firstFrame(`${base}Films/${name}`, seconds)),
  });

  async function serveOurs(): Promise<Served> {
    const home = await stage.folder('bridge');
    // Its own pace; and nothing by itself, so that what is counted belongs to what was asked.
    const { FICHIER_REQUEST_INTERVAL_MS, FICHIER_FOLDER_INTERVAL_MS, ...env } = envFor(host.facts, home);
    const begin = performance.now();
    const bridge = await stage.bridge(home, {
      ...env,
      PASSERELLE_PASSWORD: password,
      PASSERELLE_MEDIA_PROBE: 'false',
      PASSERELLE_SYNC_DISCOVERY: 'false',
    });
    const url = `${bridge.url}/dav/account/`;
    const authorization = `Basic ${Buffer.from(`passerelle:${password}`).toString('base64')}`;
    const again = async () => checked(await walk(url, { authorization }));
    const first = async () => {
      await bridge.logged('sync done');
      await again();
      return performance.now() - begin;
    };
    return {
      ...served(url.replace('://', `://passerelle:${password}@`), first, again),
      stop: () => bridge.stop(),
    };
  }

  async function serveTheirs(): Promise<Served> {
    const begin = performance.now();
    const server = await serveRclone(rclone, await stage.folder('rclone'), host.facts);
    stage.keep(server);
    const again = async () => {
      await server.forgetFolders();
      return checked(await walk(server.url));
    };
    const first = async () => {
      await walk(server.url).then(checked);
      return performance.now() - begin;
    };
    return { ...served(server.url, first, again), stop: () => server.stop() };
  }

  return {
    films,
    async serve(server) {
      await host.ask('forget what the limits remember');
      return server === 'ours' ? serveOurs() : serveTheirs();
    },
  };
}
