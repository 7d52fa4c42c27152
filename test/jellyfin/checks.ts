import type { Setup } from '../fixtures/setup.ts';
import { mediaFile } from '../media/index.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { eventually } from './seen.ts';
import type { Item, Server } from './server.ts';

/** What a check has around it. */
export interface Around extends Pick<Setup, 'simulator' | 'sync' | 'bridge' | 'libraryDir'> {
  server: Server;
  /** The tree as Jellyfin sees it. */
  there: string;
  say: (ok: boolean, words: string) => void;
}

const dayMs = 24 * 3_600_000;
const film = (file: string) => ({ path: mediaFile(file).path });
const mkv = film('h264-two-languages.mkv');

/** The account that the checks look for in Jellyfin. */
export function account(into: Simulator['account']): void {
  const long = (seed: number, sizeBytes = 1000) => ({ content: { seed, sizeBytes } });
  const add = (folder: string, name: string, more: Partial<Parameters<typeof into.addFile>[1]> = {}) => {
    into.addFolder(folder);
    into.addFile(folder, { name, content: mkv, ...more });
  };
  add('/Films', 'Metropolis.1927.1080p.mkv', { date: Date.now() - 900 * dayMs });
  add('/Films', 'Sunrise.1928.1080p.mkv', { date: Date.now() - 30 * dayMs });
  add('/Films', 'Nosferatu.1922.1080p.mkv', { date: Date.now() - 400 * dayMs });
  add('/Films/Heat [imdbid-tt0113277] (1995)', 'Heat.1995.1080p.mkv');
  add('/Films/Heat [imdbid-tt0113277] (1995)', 'Heat.1995.2160p.mkv', { content: film('hevc.mkv') });
  add('/Films/Long Film (2003)', 'Long.Film.2003.CD1.mkv');
  add('/Films/Long Film (2003)', 'Long.Film.2003.CD2.mkv', { content: film('hevc.mkv') });
  for (let clip = 0; clip < 30; clip++)
    add('/Films/Disc Film (2001)/BDMV/STREAM', `${String(clip).padStart(5, '0')}.m2ts`, {
      content: clip === 12 ? film('h264.mpegts') : { seed: clip, sizeBytes: 3000 + clip },
    });
  add('/Series/Doctor (2005)/Season 1', 'Doctor.2005.S01E01.Rose.720p.mkv');
  add('/Series/Doctor (2005)/Season 1', 'Doctor.2005.S01E02.720p.mkv');
  add('/Series', 'The.100.S01E01.mkv', long(100));
  add('/Series/Dark Harbor/Saison 1', 'Dark.Harbor.S01E01.mkv', long(101));
  add('/Series/Dark Harbor', 'Dark.Harbor.S02E03-trailer.mp4', { content: film('h264-moov-first.mp4') });
}

const one = async ({ server }: Around, kind: string, under: string): Promise<Item> => {
  const found = (await server.items(kind)).filter(({ Path }) => Path?.includes(under));
  if (found.length !== 1)
    throw new Error(`${found.length} items below ${under}: ${found.map((item) => item.Path).join(', ')}`);
  return found[0] as Item;
};

async function oneFilmOfTwoVersions(around: Around): Promise<void> {
  const heat = await one(around, 'Movie', '/Heat');
  around.say(heat.MediaSources?.length === 2, `Heat: one item of ${heat.MediaSources?.length} versions`);
}

async function discIsOneFilm(around: Around): Promise<void> {
  const disc = await one(around, 'Movie', '/Disc Film');
  around.say(
    disc.MediaSources?.length === 1,
    `a Blu-ray folder: one film of ${disc.MediaSources?.length} version`,
  );
}

/** Both parts are probed and sent as what they are; a part that Jellyfin takes for a text is some hundred bytes. */
async function partsPlay(around: Around): Promise<void> {
  const { server, say } = around;
  const { Id } = await one(around, 'Movie', '/Long Film');
  const sources = await server.playback(Id);
  const lengths = sources.map(({ RunTimeTicks }) => Math.round((RunTimeTicks ?? 0) / 1e7));
  say(lengths.length === 2 && lengths.every((length) => length > 60), `parts: ${lengths.join(' and ')} s`);
  for (const [at, source] of sources.entries()) {
    const { status, first } = await server.bytes(source.Id, source.Id);
    const isMatroska = first.subarray(0, 4).equals(Buffer.from([0x1a, 0x45, 0xdf, 0xa3]));
    say(
      status === 206 && isMatroska,
      `part ${at + 1} plays (${status}, ${first.length} bytes of Matroska: ${isMatroska})`,
    );
  }
}

async function episodesHaveTitles(around: Around): Promise<void> {
  const names = (await around.server.items('Episode', { SortBy: 'SortName' }))
    .filter(({ Path }) => Path?.includes('/Doctor'))
    .map(({ Name }) => Name);
  around.say(
    names.join() === 'Rose,Episode 2' || names.join() === 'Rose,Épisode 2',
    `episode titles: ${names.join(', ')}`,
  );
}

async function newestFirst(around: Around): Promise<void> {
  const order = async () => {
    const dated = await around.server.items('Movie', { SortBy: 'DateCreated', SortOrder: 'Descending' });
    return dated.map(({ Name }) => Name).filter((name) => /^(Disc Film|Sunrise|Metropolis)$/.test(name));
  };
  const wanted = 'Disc Film,Sunrise,Metropolis';
  await eventually('recently added', async () => (await order()).join() === wanted, 60_000).catch(
    () => undefined,
  );
  const found = await order();
  around.say(found.join() === wanted, `recently added: ${found.join(', ')}`);
}

async function extrasStandAtTheirTitle(around: Around): Promise<void> {
  const { server, say } = around;
  const series = await server.items('Series');
  const extras = await Promise.all(
    series
      .filter(({ Name }) => /Dark Harbor|100/.test(Name))
      .map(async ({ Id, Name }) => `${Name}: ${(await server.extras(Id)).length}`),
  );
  say(extras.sort().join(', ') === 'Dark Harbor: 1, The 100: 0', `extras: ${extras.join(', ')}`);
}

/** The order of events that lost what was watched in jellyfin/jellyfin#16149. */
async function betterReleaseKeepsWatched(around: Around): Promise<void> {
  const { server, simulator, sync, say } = around;
  const userId = await server.userId();
  const episode = async () => {
    const found = await server.items('Episode', { userId });
    return found.filter(({ Path }) => /Doctor.*S01E02/.test(Path ?? ''));
  };
  const [before] = await episode();
  if (!before) throw new Error('the episode is not there');
  await server.markPlayed(before.Id, userId);
  const folder = '/Series/Doctor (2005)/Season 1';
  simulator.account.addFile(folder, { name: 'Doctor.2005.S01E02.1080p.mkv', content: film('hevc.mkv') });
  await sync();
  await eventually(
    'both versions',
    async () => {
      const now = await episode();
      return now.flatMap(({ MediaSources }) => MediaSources ?? []).length === 2;
    },
    240_000,
  ).catch(() => undefined);
  simulator.account.removeFile(`${folder}/Doctor.2005.S01E02.720p.mkv`);
  await sync({ full: true });
  await sync({ full: true, acceptRemovals: true });
  const after = await eventually(
    'the better release alone',
    async () => {
      const now = await episode();
      const sources = now.flatMap(({ MediaSources }) => MediaSources ?? []);
      return sources.length === 1 && now[0];
    },
    240_000,
  );
  say(
    after.UserData?.Played === true && after.Path === before.Path,
    `a better release: watched ${after.UserData?.Played}, ${after.Path === before.Path ? 'at the same path' : `at ${after.Path}`}`,
  );
}

export const checks = [
  oneFilmOfTwoVersions,
  discIsOneFilm,
  partsPlay,
  episodesHaveTitles,
  newestFirst,
  extrasStandAtTheirTitle,
  betterReleaseKeepsWatched,
];
