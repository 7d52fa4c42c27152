import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { parseStringPromise } from 'xml2js';
import { toFileId } from '../src/core/ids.ts';
import type { MediaFacts } from '../src/library/media-facts.ts';
import { inspect } from '../src/media/inspect.ts';
import type { Recognition } from '../src/naming/text/recognition.ts';
import { freePort } from './fixtures/bridge-process.ts';
import { type Kodi, startKodi } from './fixtures/kodi.ts';
import { kodiAccount } from './fixtures/kodi-account.ts';
import { until } from './fixtures/playing.ts';
import { findProgram } from './fixtures/programs.ts';
import { type Setup, setup } from './fixtures/setup.ts';
import { strmFiles } from './fixtures/strm-files.ts';
import { media } from './media/index.ts';

/**
 * Kodi scans a tree of 200 films and episodes and tells over JSON-RPC what it took them for: that is what the catalog
 * holds, and the bridge is not asked once. `npm run test:kodi`; its last result stands in docs/testing.md.
 */

interface Row {
  file: string;
  title: string;
  year?: number;
  uniqueid?: Record<string, string>;
  season: number;
  episode: number;
  firstaired: string;
  showtitle: string;
  tvshowid: number;
  streamdetails?: { video: object[]; audio: object[]; subtitle: object[] };
}

/** A file of the tree, what the catalog holds of it, and the stream details in its NFO. */
interface Held {
  recognition: Recognition;
  details: { video?: object[]; audio?: object[]; subtitle?: object[] } | undefined;
  /** Kodi knows the year of a series from its premiere alone; `<year>` in a `tvshow.nfo` it passes over. */
  saysPremiere: boolean;
}

const startedAt = performance.now();
const programs = { kodi: await findProgram(t, 'kodi'), xvfb: await findProgram(t, 'Xvfb') };

t.test('Kodi reads the tree as the catalog means it', async (t) => {
  const { kodi, xvfb } = programs;
  if (!kodi || !xvfb) return;
  const port = await freePort();
  const started = await setup(t, {
    port,
    simulator: { account: kodiAccount() },
    env: {
      PASSERELLE_PROFILE: 'kodi',
      PASSERELLE_LOCKDATA: 'true',
      PASSERELLE_BASE_URL: `http://127.0.0.1:${port}`,
    },
  });
  await started.sync();
  await readHeaders(started);
  let requests = 0;
  started.app.server.on('request', () => requests++);
  const held = await whatCatalogHolds(started);
  const player = await startKodi(t, { kodi, xvfb });
  await setSources(player.data, started.libraryDir);
  const scanAt = performance.now();
  await player.ask('VideoLibrary.Scan', { showdialogs: false });
  await until('the scan', () => player.hasSaid('VideoLibrary.OnScanFinished'), 90_000);
  const scanSeconds = (performance.now() - scanAt) / 1000;

  const details = { had: 0 };
  const premieres = [...held.values()].filter(({ saysPremiere }) => saysPremiere).length;
  const films = await compareFilms(t, player, held, details);
  const episodes = await compareEpisodes(t, player, held, details);
  t.equal(requests, 0, 'requests at the bridge');
  const all = ((performance.now() - startedAt) / 1000).toFixed(0);
  t.comment(
    `${held.size} files: ${films} films and ${episodes} episodes compared, ${details.had} of them with stream details, ` +
      `${premieres} episodes of series with a premiere; ` +
      `${requests} requests at the bridge; scan ${scanSeconds.toFixed(1)} s, all ${all} s`,
  );
});

/** What the reading of headers does in the background of a service, ten seconds a file: here at once, from the films themselves. */
async function readHeaders({ bridge, sync }: Setup): Promise<void> {
  const { catalog, clock } = bridge;
  const factsOf = new Map<number, MediaFacts>();
  for (const { path, sizeBytes } of media) {
    const bytes = await readFile(path);
    const facts = await inspect(async (at, length) => bytes.subarray(at, at + length), { sizeBytes, clock });
    factsOf.set(sizeBytes, facts);
  }
  for (const file of await catalog.files.filesByIds(await catalog.files.someIds(1000))) {
    const facts = factsOf.get(file.sizeBytes);
    if (facts !== undefined) await catalog.media.put(file, facts, clock.now());
  }
  await sync({ full: true });
}

/** The last of a path. */
const name = basename;

/** By the path of the STRM file. */
async function whatCatalogHolds({ bridge, libraryDir }: Setup): Promise<Map<string, Held>> {
  const files = await strmFiles(libraryDir);
  const recognitions = await bridge.catalog.recognitions.ofFiles(files.map(({ fileId }) => toFileId(fileId)));
  const held = new Map<string, Held>();
  for (const { path, fileId } of files) {
    const full = join(libraryDir, path);
    const recognition = recognitions.get(fileId) as Recognition;
    const series = join(full, '../../tvshow.nfo');
    held.set(full, {
      recognition,
      details: await detailsIn(full.replace(/strm$/, 'nfo')),
      saysPremiere:
        recognition.kind === 'episode' && (await readFile(series, 'utf8')).includes('<premiered>'),
    });
  }
  return held;
}

/** `streamdetails` of an NFO, undefined when it has none. One for several episodes says the same in each. */
async function detailsIn(path: string): Promise<Held['details']> {
  const text = (await readFile(path, 'utf8')).replace(/<\?xml[^>]*>/, '');
  const { all } = (await parseStringPromise(`<all>${text}</all>`)) as {
    all: Record<string, { fileinfo?: { streamdetails?: Held['details'][] }[] }[]>;
  };
  return Object.values(all)[0]?.[0]?.fileinfo?.[0]?.streamdetails?.[0];
}

/** Says what lies in the folders, as the dialog for a source would, before Kodi sees them (facts/media-servers 8.1). */
async function setSources(data: string, libraryDir: string): Promise<void> {
  const dir = join(data, 'Database');
  const file = (await readdir(dir)).find((one) => /^MyVideos\d+\.db$/.test(one)) as string;
  const db = new DatabaseSync(join(dir, file));
  db.exec('PRAGMA busy_timeout = 10000');
  const insert = db.prepare(
    "INSERT INTO path (strPath, strContent, strScraper, strHash, scanRecursive, useFolderNames, strSettings, noUpdate, exclude) VALUES (?, ?, 'metadata.local', '', ?, ?, '', 0, 0)",
  );
  insert.run(`${libraryDir}/Movies/`, 'movies', 2_147_483_647, 1);
  insert.run(`${libraryDir}/Shows/`, 'tvshows', 0, 0);
  db.close();
}

async function compareFilms(t: Test, kodi: Kodi, held: Map<string, Held>, details: { had: number }) {
  const wanted = [...held].filter(([, { recognition }]) => recognition.kind === 'movie');
  const { movies = [] } = (await kodi.ask('VideoLibrary.GetMovies', {
    properties: ['title', 'year', 'uniqueid', 'file', 'streamdetails'],
  })) as { movies?: Row[] };
  t.equal(movies.length, wanted.length, 'films');
  const byFile = new Map(movies.map((movie) => [movie.file, movie]));
  for (const [file, one] of wanted) {
    const movie = byFile.get(file);
    const { title, year, ids = {} } = one.recognition;
    const found = movie && { title: movie.title, year: movie.year, ids: known(movie.uniqueid) };
    t.strictSame(found, { title, year: year ?? 0, ids }, name(file));
    if (movie) compareDetails(t, file, movie, one, details);
  }
  return wanted.length;
}

async function compareEpisodes(t: Test, kodi: Kodi, held: Map<string, Held>, details: { had: number }) {
  const wanted = [...held].filter(([, { recognition }]) => recognition.kind === 'episode');
  const ask = { properties: ['title', 'year', 'uniqueid'] };
  const { tvshows = [] } = (await kodi.ask('VideoLibrary.GetTVShows', ask)) as {
    tvshows?: (Row & { tvshowid: number })[];
  };
  const shows = new Map(tvshows.map((show) => [show.tvshowid, show]));
  t.equal(shows.size, new Set(wanted.map(([, { recognition }]) => recognition.title)).size, 'series');
  const { episodes = [] } = (await kodi.ask('VideoLibrary.GetEpisodes', {
    properties: [
      'title',
      'season',
      'episode',
      'firstaired',
      'showtitle',
      'tvshowid',
      'file',
      'streamdetails',
    ],
  })) as { episodes?: Row[] };
  const byFile = Map.groupBy(episodes, ({ file }) => file);
  let count = 0;
  for (const [file, one] of wanted) {
    const { title, year = 0, ids = {}, season = 1, date, ...rest } = one.recognition;
    const found = (byFile.get(file) ?? []).sort((a, b) => a.episode - b.episode);
    const numbers = rest.episodes ?? [];
    count += Math.max(1, numbers.length);
    const show = shows.get(found[0]?.tvshowid ?? -1);
    const inShow = show && { title: show.title, year: yearOf(show), ids: known(show.uniqueid) };
    t.strictSame(inShow, { title, year: one.saysPremiere ? year : 0, ids }, `${name(file)}: its series`);
    if (date && numbers.length === 0)
      t.strictSame(
        found.map(({ firstaired }) => firstaired),
        [date],
        `${name(file)}: its date`,
      );
    else
      t.strictSame(
        found.map((row) => [row.season, row.episode]),
        numbers.map((number) => [season, number]),
        `${name(file)}: its numbers`,
      );
    for (const row of found) compareDetails(t, file, row, one, details);
  }
  t.equal(episodes.length, count, 'episodes');
  return count;
}

/** The year of a series; without a date it says that of the clock's beginning. */
function yearOf({ year = 0 }: Row): number {
  return year === 1970 ? 0 : year;
}

/** Ids that are the providers' own; Kodi adds `unknown` where there is none. */
function known(ids: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(ids).filter(([provider]) => provider !== 'unknown'));
}

/** Codec, size and languages, where the NFO says them. */
function compareDetails(t: Test, file: string, row: Row, { details }: Held, seen: { had: number }): void {
  if (!details) return;
  seen.had++;
  const plain = (stream: object, key: string) => {
    const value = (stream as Record<string, unknown>)[key];
    return String(Array.isArray(value) ? value[0] : (value ?? ''));
  };
  const fields = {
    video: ['codec', 'width', 'height'],
    audio: ['codec', 'language', 'channels'],
    subtitle: ['language'],
  };
  for (const kind of ['video', 'audio', 'subtitle'] as const) {
    const said: object[] = details[kind] ?? [];
    const found: object[] = row.streamdetails?.[kind] ?? [];
    const read = (streams: object[], like: object[]): string[][] =>
      streams.map((stream, i) =>
        fields[kind].filter((key) => plain(like[i] ?? {}, key) !== '').map((key) => plain(stream, key)),
      );
    t.strictSame(read(found, said), read(said, said), `${name(file)}: ${kind}`);
  }
}
