import t from 'tap';
import { type FileId, toFileId } from '../src/core/ids.ts';
import { type Item, type LibraryEntry, layoutTitle, titleKey } from '../src/library/layout.ts';
import { plexmatchName } from '../src/library/plexmatch.ts';
import { type ProfileName, profiles } from '../src/library/profiles.ts';
import { foldedPath } from '../src/library/safe-name.ts';
import type { Recognition } from '../src/naming/text/recognition.ts';
import { type Case, makeCases } from './oracle/cases.ts';
import { emby } from './oracle/emby.ts';
import { jellyfin } from './oracle/jellyfin.ts';
import { kodi } from './oracle/kodi.ts';
import { plex } from './oracle/plex.ts';
import { type Oracle, type Reading, type ReadTitle, through } from './oracle/reading.ts';
import { isSameTitle } from './oracle/titles.ts';

/** The paths of a tree are read back, by the rules that each server publishes, to what went in. */

/** Another seed is worth a try after a change of the layout; the count makes five servers take some four seconds. */
const seed = Number(process.argv[2] ?? 1);
const casesEach = 1000;
const servers: { words: string; profile: ProfileName; oracle: Oracle; groupsEpisodes: boolean }[] = [
  { words: 'Jellyfin 12', profile: 'jellyfin', oracle: jellyfin(12), groupsEpisodes: true },
  { words: 'Jellyfin 10.11', profile: 'jellyfin', oracle: jellyfin(10), groupsEpisodes: false },
  { words: 'Emby', profile: 'emby', oracle: emby, groupsEpisodes: false },
  { words: 'Kodi', profile: 'kodi', oracle: kodi, groupsEpisodes: false },
  { words: 'Plex', profile: 'plex', oracle: plex, groupsEpisodes: false },
];

for (const { words, profile, oracle, groupsEpisodes } of servers) {
  t.test(`${words} reads back ${casesEach} titles`, async (t) => {
    const faults = new Map<string, string[]>();
    const seen = new Set<string>();
    const taken = new Set<string>();
    let count = 0;
    for (const one of makeCases(seed)) {
      const first = one.versions[0]?.[0];
      const key = first && titleKey(first.file, first.recognition, profiles[profile]);
      // Two cases of one title would be one title.
      if (key === undefined || seen.has(key)) continue;
      seen.add(key);
      const entries = layOut(one, profile);
      const reading = oracle(entries.map(({ path }) => path));
      const fault =
        faultOfPaths(entries, taken) ??
        faultOfReading(reading) ??
        (one.kind === 'movie'
          ? faultOfFilms(one, entries, reading, profile)
          : faultOfEpisodes(one, entries, reading, profile, groupsEpisodes)) ??
        faultOfExtras(one, entries, reading, profile) ??
        faultOfTexts(one, entries, reading);
      if (fault) {
        const paths = entries.filter(({ kind }) => kind === 'strm').map(({ path }) => path);
        const list = faults.get(fault) ?? [];
        list.push(`${JSON.stringify(one.title)} ${one.year ?? ''}: ${paths.join(' | ')}`);
        faults.set(fault, list);
      }
      if (++count === casesEach) break;
    }
    t.equal(count, casesEach);
    for (const [fault, where] of faults)
      t.fail(`${where.length} times: ${fault}`, { examples: where.slice(0, 5) });
  });
}

/** The files of a title as they come: some first, and the others when those have their places. */
function layOut(one: Case, profile: ProfileName): LibraryEntry[] {
  const neighbours = [...one.texts.keys()];
  const options = { profile: profiles[profile] };
  const items = [...one.versions.flat(), ...one.extras];
  if (one.standing === 0) return layoutTitle(items, neighbours, options);
  const early = one.versions.slice(0, one.standing).flat();
  const stems = stemsOf(layoutTitle(early, neighbours, options));
  const later = items.map((item) => {
    const stem = stems.get(item.file.fileId);
    return stem === undefined ? item : { ...item, stem };
  });
  const entries = layoutTitle(later, neighbours, options);
  const now = stemsOf(entries);
  for (const [id, stem] of stems)
    if (now.get(id) !== stem) throw new Error(`${stem} moved to ${now.get(id)}`);
  return entries;
}

function stemsOf(entries: readonly LibraryEntry[]): Map<string, string> {
  return new Map(
    entries.flatMap((one) => (one.kind === 'strm' ? [[one.fileId, one.path.slice(0, -5)]] : [])),
  );
}

/** On any file system: no two alike, none too long, no label that reads as a track. */
function faultOfPaths(entries: readonly LibraryEntry[], taken: Set<string>): string | undefined {
  for (const { path } of entries) {
    const key = foldedPath(path);
    if (taken.has(key)) return 'two paths are one';
    taken.add(key);
    for (const segment of path.split('/')) {
      // A name that Plex asks for by itself, and meant to be hidden.
      if (segment === plexmatchName) continue;
      if (Buffer.byteLength(segment) > 255) return 'more than 255 bytes';
      if (segment !== segment.normalize('NFC') || !segment.isWellFormed()) return 'not NFC';
      if (/^[. ]|[. ]$|[<>:"\\|?*]|\p{Cc}/u.test(segment)) return 'a file system refuses this';
    }
    if (/ - \./.test(path)) return 'a label begins with a dot';
  }
  const stems = [...stemsOf(entries).values()];
  return stems.some((a) => stems.some((b) => b.startsWith(`${a}.`)))
    ? 'a version reads as a track'
    : undefined;
}

function faultOfReading({ ignored, lost }: Reading): string | undefined {
  return ignored.length > 0 ? 'ignored' : lost.length > 0 ? 'not placed' : undefined;
}

function faultOfTitle(one: Case, read: ReadTitle): string | undefined {
  if (read.year !== one.year) return 'another year';
  if (!isSameTitle(read.title, one.title)) return 'another title';
  const order =
    one.kind === 'movie' ? (['tmdb', 'imdb', 'tvdb'] as const) : (['tvdb', 'tmdb', 'imdb'] as const);
  const provider = order.find((name) => one.ids?.[name]);
  const wanted = provider ? { [provider]: one.ids?.[provider] } : {};
  return JSON.stringify(read.ids) === JSON.stringify(wanted) ? undefined : 'other ids';
}

function linesOf(resolution = '0'): number {
  return Number.parseInt(resolution, 10);
}

function faultOfFilms(one: Case, entries: readonly LibraryEntry[], reading: Reading, profile: ProfileName) {
  const idAt = new Map([...stemsOf(entries)].map(([id, stem]) => [`${stem}.strm`, id]));
  if (reading.episodes.length > 0) return 'an episode';
  for (const film of reading.films) {
    const fault = faultOfTitle(one, film);
    if (fault) return fault;
  }
  const found = reading.films.flatMap(({ versions }) =>
    versions.map((parts) => parts.map((path) => idAt.get(path)).join()),
  );
  // A part is a film of its own to Kodi, which stacks no STRM files, and a version to Jellyfin, which would play the first.
  const isStacked = profile !== 'kodi' && profile !== 'jellyfin';
  const wholes = isStacked ? one.versions : one.versions.flat().map((part) => [part]);
  const wanted = wholes.map((parts) => parts.map(({ file }) => file.fileId).join());
  if (found.toSorted().join(' ') !== wanted.toSorted().join(' ')) return 'other parts';
  const editions = new Set(one.versions.map(([first]) => first?.recognition.edition));
  // Emby groups no versions that are in parts; to Plex an edition is a title.
  const isInParts = isStacked && one.versions.length > 1 && one.versions.some((parts) => parts.length > 1);
  const films =
    profile === 'plex' ? editions.size : profile !== 'kodi' && isInParts ? one.versions.length : 1;
  if (reading.films.length !== films) return 'not grouped';
  // What stood there alone has the folder's name and leads.
  if (profile === 'kodi' || profile === 'plex' || isInParts || one.standing > 0) return undefined;
  const best = Math.max(...one.versions.map(([first]) => linesOf(first?.recognition.resolution)));
  const leading = found[0]?.split(',')[0];
  const led = one.versions.find((parts) => parts.some(({ file }) => file.fileId === leading));
  if (linesOf(led?.[0]?.recognition.resolution) !== best) return 'a lesser version leads';
  return isReplaced(led?.[0], one.versions.flat()) ? 'a film leads that another replaces' : undefined;
}

/** Whether one other file is the later version of the same release. Two that are equal have their ids for labels. */
function isReplaced(item: Item | undefined, others: readonly Item[]): boolean {
  const releaseOf = ({ recognition: { path: _path, version: _version, ...rest } }: Item) =>
    JSON.stringify(rest);
  const versionOf = (one: Item) => one.recognition.version ?? 1;
  if (item === undefined) return false;
  const alike = others.filter((other) => releaseOf(other) === releaseOf(item));
  const latest = alike.filter((other) => versionOf(other) === Math.max(...alike.map(versionOf)));
  return latest.length === 1 && latest[0] !== item;
}

function faultOfEpisodes(
  one: Case,
  entries: readonly LibraryEntry[],
  reading: Reading,
  profile: ProfileName,
  groupsEpisodes: boolean,
) {
  if (reading.films.length > 0) return 'a film';
  const idAt = new Map([...stemsOf(entries)].map(([id, stem]) => [`${stem}.strm`, id]));
  const slots = Map.groupBy(one.versions.flat(), ({ recognition: { season = 1, episodes, date } }) => {
    if (!episodes) return `${date}`;
    // A range is all that is in it; only Kodi's names tell single ones.
    const all = profile === 'kodi' ? episodes : through(episodes[0] as number, episodes.at(-1) as number);
    return `${season}x${all.join()}`;
  });
  const keyOf = ({ season, episodes, date }: Reading['episodes'][number]) =>
    date ?? `${season}x${episodes.join()}`;
  for (const episode of reading.episodes) {
    const fault = faultOfTitle(one, episode);
    if (fault) return fault;
    const wanted = slots.get(keyOf(episode))?.map(({ file }) => file.fileId) ?? [];
    const found = episode.versions.map((path) => idAt.get(path) as FileId);
    if (!found.every((id) => wanted.includes(id))) return 'another number';
    if (!groupsEpisodes) continue;
    if (found.length !== wanted.length) return 'not grouped';
    const best = Math.max(
      ...(slots.get(keyOf(episode)) ?? []).map(({ recognition }) => linesOf(recognition.resolution)),
    );
    const led = slots.get(keyOf(episode))?.find(({ file }) => file.fileId === found[0]);
    if (one.standing === 0 && linesOf(led?.recognition.resolution) !== best) return 'a lesser version leads';
    if (one.standing === 0 && isReplaced(led, slots.get(keyOf(episode)) ?? []))
      return 'an episode leads that another replaces';
  }
  const files = reading.episodes.reduce((sum, { versions }) => sum + versions.length, 0);
  return files === one.versions.length ? undefined : 'files are missing';
}

/** Kodi has room for one trailer of a film, and for nothing else. */
function faultOfExtras(one: Case, entries: readonly LibraryEntry[], reading: Reading, profile: ProfileName) {
  const stems = stemsOf(entries);
  const kindAt = new Map(reading.extras.map(({ path, kind }) => [path, kind]));
  const placed = one.extras.filter(({ file }) => stems.has(file.fileId));
  if (kindAt.size !== placed.length) return 'other extras';
  const hasTrailer =
    one.kind === 'movie' && one.extras.some(({ recognition }) => recognition.extra === 'trailer');
  if (placed.length !== (profile === 'kodi' ? Number(hasTrailer) : one.extras.length))
    return 'extras are missing';
  for (const { file, recognition } of placed) {
    const wanted = profile === 'plex' && recognition.extra === 'clip' ? 'unknown' : recognition.extra;
    if (kindAt.get(`${stems.get(file.fileId)}.strm`) !== wanted) return 'an extra of another kind';
  }
  return undefined;
}

function faultOfTexts(one: Case, entries: readonly LibraryEntry[], reading: Reading) {
  const stems = stemsOf(entries);
  for (const [file, { file: video }] of one.texts) {
    const path = entries.find((entry) => entry.kind === 'subtitle' && entry.fileId === file.fileId)?.path;
    const wanted = `${stems.get(video.fileId)}.strm`;
    if (reading.sideCars.get(path ?? '')?.join() !== wanted) return 'a text of another video';
  }
  return undefined;
}

/** What one film or episode is called in a tree. */
function pathsOf(profile: ProfileName, ...items: Partial<Recognition>[]): string[] {
  const all = items.map((fields, n): Item => {
    const path = `/F/${n}.mkv`;
    const recognition: Recognition = { path, kind: 'movie', confidence: 1, reasons: [], ...fields };
    return { file: { fileId: toFileId(`e${n}r4k`), path, name: `${n}.mkv`, sizeBytes: 1 }, recognition };
  });
  const entries = layoutTitle(all, [], { profile: profiles[profile] });
  return [...stemsOf(entries).values()].map((stem) => stem.slice(stem.lastIndexOf('/') + 1));
}

t.test('what a server would misread is said in another way', async (t) => {
  const spiderMan = { title: 'The Amazing Spider-Man', year: 2012, ids: { tmdb: '1930' } };
  for (const profile of ['jellyfin', 'kodi'] as const)
    t.strictSame(pathsOf(profile, spiderMan), ['The Amazing Spider-Man (2012) [tmdbid=1930]'], profile);
  t.strictSame(pathsOf('kodi', { title: 'X', ids: { tmdb: '205596' } }), ['X [tmdbid=205596]']);
  const three = { kind: 'episode', title: 'Dark', season: 1, episodes: [5, 6, 7] } as const;
  t.strictSame(pathsOf('kodi', { ...three, episodes: [5, 6, 7] }), ['Dark S01E05E06E07']);
  t.strictSame(pathsOf('jellyfin', { ...three, episodes: [5, 6, 7] }), ['Dark S01E05-E07']);
  t.strictSame(pathsOf('kodi', { kind: 'episode', title: 'Se7en', date: '2024-05-31' }), ['2024-05-31']);
  t.strictSame(pathsOf('kodi', { title: 'The Sample', year: 2010 }), ['The Sample~ (2010)']);
  t.strictSame(pathsOf('jellyfin', { title: '[REC]', year: 2007 }), ['REC (2007)']);
  const one = { kind: 'episode', title: 'Dark', season: 1 } as const;
  t.strictSame(pathsOf('jellyfin', { ...one, episodes: [1] }, { ...one, episodes: [1] }), [
    'Dark S01E01 - ~e0r4k',
    'Dark S01E01 - ~e1r4k',
  ]);
  const named = (fileId: string) => {
    const path = `/F/${fileId}.mkv`;
    const recognition: Recognition = {
      path,
      confidence: 1,
      reasons: [],
      ...one,
      episodes: [1],
    };
    return { file: { fileId: toFileId(fileId), path, name: `${fileId}.mkv`, sizeBytes: 1 }, recognition };
  };
  const ids = ['2019abcd', '20240531', '1999', '12e34', '5x12e15', 's01e02x', '1080p'];
  const labelled = layoutTitle(ids.map(named), []).filter(({ kind }) => kind === 'strm');
  t.strictSame(
    labelled.map(({ path }) => path.replace(/^.* S01E01 - |\.strm$/g, '')),
    ['s01~e02x', '~1080~p', '~12e34', '~1999', '~2019abcd', '~20240531', '~5~x12e15'],
    'an id is no year, no episode and no size of a picture',
  );
  const heat = { title: 'Heat', year: 1995 };
  t.strictSame(pathsOf('jellyfin', heat, { ...heat, resolution: '1080p' }), [
    'Heat (1995) - 1080p',
    'Heat (1995) - mkv',
  ]);
  t.strictSame(
    pathsOf('jellyfin', { ...heat, edition: 'Remastered 2005' }, { ...heat, edition: 'Part 2' }).sort(),
    ['Heat (1995) - Part ~2', 'Heat (1995) - Remastered ~2005'],
  );
});

t.test('what no name can hold stands in the NFO', async (t) => {
  const table: [string, Oracle, ProfileName, number | undefined, string, number | undefined][] = [
    ['Blade Runner 2049', jellyfin(12), 'jellyfin', undefined, 'Blade Runner', 2049],
    ['Blade Runner 2049', kodi, 'kodi', undefined, 'Blade Runner', 2049],
    ['Step Up 3D', jellyfin(12), 'jellyfin', 2010, 'Step Up', 2010],
    ['The Limited Edition', kodi, 'kodi', 2010, 'The', 2010],
    ['Alien: 3', jellyfin(10), 'jellyfin', 1992, 'Alien', 1992],
  ];
  for (const [title, oracle, profile, year, readTitle, readYear] of table) {
    const path = '/F/a.mkv';
    const recognition = {
      path,
      kind: 'movie' as const,
      title,
      ...(year && { year }),
      confidence: 1,
      reasons: [],
    };
    const file = { fileId: toFileId('a'), path, name: 'a.mkv', sizeBytes: 1 };
    const entries = layoutTitle([{ file, recognition }], [], { profile: profiles[profile] });
    const [film] = oracle(entries.map((entry) => entry.path)).films;
    t.strictSame([film?.title, film?.year], [readTitle, readYear], `${profile}: ${title}`);
    const nfo = entries.find((entry) => entry.kind === 'nfo')?.content ?? '';
    t.ok(
      nfo.includes(`<title>${title}</title>`) && (!year || nfo.includes(`<year>${year}</year>`)),
      'the NFO',
    );
  }
});
