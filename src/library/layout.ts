import { atOnce, mapInSteps } from '../core/yield-often.ts';
import type { Item, LibraryEntry, LibraryFile, Placed } from './entries.ts';
import { type EpisodeTitles, type LibraryLanguage, titlesOfEpisodes } from './episode-titles.ts';
import { episodeNfo, movieNfo, seasonNfo, tvshowNfo } from './nfo.ts';
import { isExtraStem, placeExtras, placeItems } from './place.ts';
import { plexmatch, plexmatchName } from './plexmatch.ts';
import { type Profile, profiles } from './profiles.ts';
import { type Shelf, shelfAt, shelfOf, titleDir, titleDirOf } from './shelf.ts';
import { placeArtwork } from './sidecars/artwork.ts';
import { indexInSteps, type Neighbours } from './sidecars/neighbours.ts';
import { placeSubtitles } from './sidecars/subtitles.ts';

export type { Item, LibraryEntry, LibraryFile } from './entries.ts';
export { titleKey } from './shelf.ts';
export { indexInSteps, indexNeighbours, isSubtitleFolder, type Neighbours } from './sidecars/neighbours.ts';

export interface LayoutOptions {
  /** Whose forms of names. Default Jellyfin's. */
  profile?: Profile;
  /** Larger side-cars are left out: text is small, and every one is a download. Default 5 MB. */
  maxSubtitleBytes?: number;
  /** Whether the NFO files say `<lockdata>true</lockdata>` (facts/media-servers 1.3). Default false. */
  lockData?: boolean;
  /** What an episode without a title is called in. Default `en`. */
  language?: LibraryLanguage;
  /** Which titles of episodes the NFO files have. Default `all`. */
  episodeTitles?: EpisodeTitles;
  /** Whether NFO files are made at all. Default true. */
  nfo?: boolean;
  /** Whether pictures beside the videos come along. Default false. */
  artwork?: boolean;
  /** Paths that are somebody else's, without the extension and folded: who has none yet gets another one. */
  taken?: ReadonlySet<string>;
}

/**
 * All entries of ONE title. `items` are all files with its key, extras of it among them; `neighbours` are the files of the same account folders and of
 * the `Subs` folders inside them (subtitles are picked, other titles' videos tell whether one is alone). Index them once with
 * `indexNeighbours` when many titles are laid out; the items themselves may be among them.
 * Pure; sorted by path; the same for any order of the arguments.
 */
export function layoutTitle(
  items: readonly Item[],
  neighbours: Neighbours | readonly LibraryFile[],
  options: LayoutOptions = {},
): LibraryEntry[] {
  return atOnce(layoutInSteps(items, neighbours, options));
}

/** The same in many short steps: a title may have thousands of files. */
export function* layoutInSteps(
  items: readonly Item[],
  neighbours: Neighbours | readonly LibraryFile[],
  options: LayoutOptions = {},
): Generator<undefined, LibraryEntry[]> {
  const { profile = profiles.jellyfin, taken = new Set() } = options;
  const sorted = (yield* mapInSteps(items, (item) => ({ item, key: keyOf(item) })))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
  const main = sorted.filter(
    ({ file, recognition, stem }) =>
      shelfOf(file, recognition) !== undefined || (stem !== undefined && !isExtraStem(stem)),
  );
  const frozen = main.find(({ stem }) => stem !== undefined)?.stem;
  const first = main.find(({ tombstone }) => !tombstone);
  // A film that nobody can see needs no trailer.
  if (!first) return [];
  const shelf = frozen === undefined ? (shelfOf(first.file, first.recognition) as Shelf) : shelfAt(frozen);
  const dir =
    frozen === undefined
      ? commonest(yield* each(main, ({ file, recognition }) => titleDir(shelf, file, recognition, profile)))
      : titleDirOf(frozen);
  const place = { dir, shelf, profile, taken };
  const isThere = ({ tombstone }: Placed) => !tombstone;
  const all = yield* placeItems(place, main);
  const placed = all.filter(isThere);
  const mainOnes = new Set(main);
  const placedExtras = yield* placeExtras(
    place,
    sorted.filter((item) => !mainOnes.has(item) && item.recognition.kind === 'extra'),
    all,
  );
  const extras = placedExtras.filter(isThere);
  const entries: LibraryEntry[] = [...placed, ...extras].map(({ file, stem, name }) => ({
    kind: 'strm',
    path: `${stem}.strm`,
    fileId: file.fileId,
    // Jellyfin refuses to stream directly what has ".m3u" anywhere in its address (facts/media-servers 1.1).
    name: (name ?? file.name).replace(/\.(?=m3u)/gi, '_'),
  }));
  if (options.nfo !== false && shelf !== 'unsorted')
    entries.push(...(yield* nfoEntries(shelf, dir, placed, options)));
  const index =
    neighbours instanceof Map
      ? neighbours
      : yield* indexInSteps(union(sorted, neighbours as readonly LibraryFile[]));
  entries.push(...(yield* placeSubtitles(placed, index, options.maxSubtitleBytes ?? 5 * 1024 * 1024)));
  if (options.artwork && shelf !== 'unsorted') entries.push(...(yield* placeArtwork(dir, placed, index)));
  return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function union(items: readonly Item[], neighbours: readonly LibraryFile[]): LibraryFile[] {
  const all = [...neighbours, ...items.map(({ file }) => file)];
  return [...new Map(all.map((file) => [file.fileId, file])).values()];
}

function* nfoEntries(
  shelf: Shelf,
  dir: string,
  placed: readonly Placed[],
  options: LayoutOptions,
): Generator<undefined, LibraryEntry[]> {
  const { lockData = false, language = 'en', episodeTitles = 'all' } = options;
  const nfo = { lockData, language, episodeTitles, premiered: options.profile?.name === 'kodi' };
  const best =
    placed.find(({ file, recognition }) => shelfOf(file, recognition) === shelf) ?? (placed[0] as Placed);
  const entry = (path: string, content: string): LibraryEntry => ({ kind: 'nfo', path, content });
  if (shelf === 'episode') {
    const episodeTitle = titlesOfEpisodes(placed);
    const hints = options.profile?.name === 'plex' ? plexmatch(best.recognition) : undefined;
    return [
      ...(hints === undefined ? [] : [entry(`${dir}/${plexmatchName}`, hints)]),
      entry(`${dir}/tvshow.nfo`, tvshowNfo(best.recognition, nfo, firstDate(placed))),
      ...seasonsOf(placed).map(([folder, season]) => entry(`${folder}/season.nfo`, seasonNfo(season, nfo))),
      ...(yield* each(
        placed.filter(({ recognition }) => recognition.episodes ?? recognition.date),
        (one) =>
          entry(
            `${one.stem}.nfo`,
            episodeNfo(one.recognition, nfo, one.facts, episodeTitle(one), one.addedAt),
          ),
      )),
    ];
  }
  const addedAt = firstDate(placed);
  const entries = yield* each(placed, ({ stem, facts }) =>
    entry(`${stem}.nfo`, movieNfo(best.recognition, nfo, facts, addedAt)),
  );
  // With several files in the folder Jellyfin reads movie.nfo alone (facts/media-servers 3.1).
  // Kodi would read it in place of each version's own, and give all of them the streams of one.
  return placed.length > 1 && options.profile?.name !== 'kodi'
    ? [entry(`${dir}/movie.nfo`, movieNfo(best.recognition, nfo, best.facts, addedAt)), ...entries]
    : entries;
}

/** The date of a title: of the first of its files. */
function firstDate(placed: readonly Placed[]): number | undefined {
  const dates = placed.flatMap(({ addedAt }) => addedAt ?? []);
  return dates.length === 0 ? undefined : Math.min(...dates);
}

function* each<T, R>(items: readonly T[], work: (item: T) => R): Generator<undefined, R[]> {
  const results: R[] = [];
  for (const item of items) {
    results.push(work(item));
    yield;
  }
  return results;
}

/** Folders of seasons with their numbers; a daily show has the year for one. */
function seasonsOf(placed: readonly Placed[]): [string, number][] {
  const folders = new Set(placed.map(({ stem }) => stem.slice(0, stem.lastIndexOf('/'))));
  return [...folders].flatMap((folder) => {
    const [, number] = /\/Season (\d+)$/.exec(folder) ?? [];
    return number === undefined ? [] : [[folder, Number(number)] as [string, number]];
  });
}

/** Of several spellings of one title the commonest, then the first in code order: upper case before lower. */
function commonest(names: readonly string[]): string {
  const count = Map.groupBy(names, (name) => name);
  return [...count].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))[0]?.[0] as string;
}

function keyOf({ file }: Item): string {
  return `${file.path}\0${file.fileId}`;
}
