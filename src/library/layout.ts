import type { Item, LibraryEntry, LibraryFile, Placed } from './entries.ts';
import { isVideo } from './file-kinds.ts';
import { indexNeighbours, type Neighbours } from './neighbours.ts';
import { episodeNfo, movieNfo, seasonNfo, tvshowNfo } from './nfo.ts';
import { placeEpisodes, placeMovie, placeUnsorted } from './place.ts';
import type { Recognition } from './recognition.ts';
import { foldedPath, safeSegment, safeText } from './safe-name.ts';
import { placeSubtitles } from './subtitles.ts';

export type { LibraryEntry, LibraryFile } from './entries.ts';
export { indexNeighbours, isSubtitleFolder, type Neighbours } from './neighbours.ts';

export interface LayoutOptions {
  /** Larger side-cars are left out: text is small, and every one is a download. Default 5 MB. */
  maxSubtitleBytes?: number;
  /** Whether the NFO files say `<lockdata>true</lockdata>` (facts media-servers 1.3). Default false. */
  lockData?: boolean;
  /** Whether NFO files are made at all. Default true. */
  nfo?: boolean;
}

type Shelf = 'movie' | 'episode' | 'unsorted';

/** Leaves room for ` S01E01-E02 - label`, a subtitle's tags and an extension in 255 bytes. */
const longestTitleBytes = 150;

/**
 * The directory under library.dir that this file's title owns, lower-cased and NFC (`movies/le gendarme se marie (1968)`).
 * undefined = not in the tree: an extra, no video, a disc image. Files with one key are laid out together.
 */
export function titleKey(file: LibraryFile, recognition: Recognition): string | undefined {
  const shelf = shelfOf(file, recognition);
  return shelf && foldedPath(titleDir(shelf, file, recognition));
}

/**
 * All entries of ONE title. `items` are all files with its key; `neighbours` are the files of the same account folders and of
 * the `Subs` folders inside them (subtitles are picked, other titles' videos tell whether one is alone). Index them once with
 * `indexNeighbours` when many titles are laid out; the items themselves may be among them.
 * Pure; sorted by path; the same for any order of the arguments.
 */
export function layoutTitle(
  items: readonly Item[],
  neighbours: Neighbours | readonly LibraryFile[],
  options: LayoutOptions = {},
): LibraryEntry[] {
  const sorted = items.filter(({ file, recognition }) => shelfOf(file, recognition)).sort(byFile);
  const first = sorted[0];
  if (!first) return [];
  const shelf = shelfOf(first.file, first.recognition) as Shelf;
  const dir = commonest(sorted.map(({ file, recognition }) => titleDir(shelf, file, recognition)));
  const placed =
    shelf === 'movie'
      ? placeMovie(dir, sorted)
      : shelf === 'episode'
        ? placeEpisodes(dir, sorted)
        : placeUnsorted(dir, sorted);
  const entries: LibraryEntry[] = placed.map(({ file, stem }) => ({
    kind: 'strm',
    path: `${stem}.strm`,
    fileId: file.fileId,
    // Jellyfin refuses to stream directly what has ".m3u" anywhere in its address (facts media-servers 1.1).
    name: file.name.replace(/\.(?=m3u)/gi, '_'),
  }));
  if (options.nfo !== false && shelf !== 'unsorted') entries.push(...nfoEntries(shelf, dir, placed, options));
  const index =
    neighbours instanceof Map
      ? neighbours
      : indexNeighbours(union(sorted, neighbours as readonly LibraryFile[]));
  entries.push(...placeSubtitles(placed, index, options.maxSubtitleBytes ?? 5 * 1024 * 1024));
  return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function union(items: readonly Item[], neighbours: readonly LibraryFile[]): LibraryFile[] {
  const all = [...neighbours, ...items.map(({ file }) => file)];
  return [...new Map(all.map((file) => [file.fileId, file])).values()];
}

function shelfOf(file: LibraryFile, { kind, title, episodes, date }: Recognition): Shelf | undefined {
  if (!isVideo(file.name) || kind === 'extra' || kind === 'ignored') return undefined;
  if (kind === 'movie' && title) return 'movie';
  if (kind === 'episode' && title && (episodes || date)) return 'episode';
  return 'unsorted';
}

function titleDir(shelf: Shelf, file: LibraryFile, recognition: Recognition): string {
  if (shelf === 'unsorted') {
    const folders = file.path.split('/').slice(0, -1).filter(Boolean);
    return ['Unsorted', ...folders.map(unsortedFolder)].join('/');
  }
  return `${shelf === 'movie' ? 'Movies' : 'Shows'}/${titleName(shelf, recognition)}`;
}

/** A folder that ends like a file of ours would stand in that file's way. */
function unsortedFolder(name: string): string {
  return safeSegment(name.replace(/\.(?=[a-z]{2,4}$)/i, ' '));
}

/** `Title (Year) [tmdbid-1]`: the form of ids that Jellyfin, Emby and Kodi all read (facts media-servers 2.6). */
function titleName(shelf: Shelf, { title, year, ids }: Recognition): string {
  const order = shelf === 'movie' ? (['tmdb', 'imdb', 'tvdb'] as const) : (['tvdb', 'tmdb', 'imdb'] as const);
  const provider = order.find((name) => ids?.[name]);
  const tail = `${year ? ` (${year})` : ''}${provider ? ` [${provider}id-${ids?.[provider]}]` : ''}`;
  // The tail is safe as it is; only with it is it clear whether the whole is a word that Jellyfin skips.
  return safeSegment(`${safeText(title as string, longestTitleBytes) || '_'}${tail}`);
}

function nfoEntries(
  shelf: Shelf,
  dir: string,
  placed: readonly Placed[],
  options: LayoutOptions,
): LibraryEntry[] {
  const nfo = { lockData: options.lockData ?? false };
  const best = placed[0] as Placed;
  const entry = (path: string, content: string): LibraryEntry => ({ kind: 'nfo', path, content });
  if (shelf === 'episode') {
    return [
      entry(`${dir}/tvshow.nfo`, tvshowNfo(best.recognition, nfo)),
      ...seasonsOf(placed).map(([folder, season]) => entry(`${folder}/season.nfo`, seasonNfo(season, nfo))),
      ...placed.map(({ stem, recognition, facts }) =>
        entry(`${stem}.nfo`, episodeNfo(recognition, nfo, facts)),
      ),
    ];
  }
  const entries = placed.map(({ stem, facts }) =>
    entry(`${stem}.nfo`, movieNfo(best.recognition, nfo, facts)),
  );
  // With several files in the folder Jellyfin reads movie.nfo alone (facts media-servers 3.1).
  return placed.length > 1
    ? [entry(`${dir}/movie.nfo`, movieNfo(best.recognition, nfo, best.facts)), ...entries]
    : entries;
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

function byFile(a: Item, b: Item): number {
  const [x, y] = [`${a.file.path}\0${a.file.fileId}`, `${b.file.path}\0${b.file.fileId}`];
  return x < y ? -1 : x > y ? 1 : 0;
}
