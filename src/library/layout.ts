import { baseName, isVideo } from './file-kinds.ts';
import { type Item, labelVersions } from './labels.ts';
import { indexNeighbours, type Neighbours } from './neighbours.ts';
import { episodeNfo, movieNfo, tvshowNfo } from './nfo.ts';
import type { Recognition } from './recognition.ts';
import { foldedPath, safeSegment, safeText } from './safe-name.ts';
import { type Placed, placeSubtitles } from './subtitles.ts';

export { indexNeighbours, type Neighbours } from './neighbours.ts';

/** One file of the account, as much of it as the library needs. */
export interface LibraryFile {
  fileId: string;
  /** Account path of the file, `/Films/x.mkv`. */
  path: string;
  name: string;
  sizeBytes: number;
}

/** One file of the tree; paths are relative to library.dir, with `/`. */
export type LibraryEntry =
  | { kind: 'strm'; path: string; fileId: string /** real file name, for the end of the URL */; name: string }
  | { kind: 'nfo'; path: string; content: string }
  | { kind: 'subtitle'; path: string; fileId: string; sizeBytes: number };

export interface LayoutOptions {
  /** Larger side-cars are left out: text is small, and every one is a download. Default 5 MB. */
  maxSubtitleBytes?: number;
  /** Whether the NFO files say `<lockdata>true</lockdata>` (facts media-servers 1.3). Default false. */
  lockData?: boolean;
  /** Whether NFO files are made at all. Default true. */
  nfo?: boolean;
}

type Shelf = 'movie' | 'episode' | 'unsorted';

/** Room for ` S01E01-E02 - label`, a subtitle's tags and an extension in 255 bytes. */
const longestTitleBytes = 150;
const longestStemBytes = 225;

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
    return ['Unsorted', ...folders.map((folder) => safeSegment(folder))].join('/');
  }
  return `${shelf === 'movie' ? 'Movies' : 'Shows'}/${titleName(shelf, recognition)}`;
}

/** `Title (Year) [tmdbid-1]`: the form of ids that Jellyfin, Emby and Kodi all read (facts media-servers 2.6). */
function titleName(shelf: Shelf, { title, year, ids }: Recognition): string {
  const order = shelf === 'movie' ? (['tmdb', 'imdb', 'tvdb'] as const) : (['tvdb', 'tmdb', 'imdb'] as const);
  const provider = order.find((name) => ids?.[name]);
  const tail = `${year ? ` (${year})` : ''}${provider ? ` [${provider}id-${ids?.[provider]}]` : ''}`;
  // The tail is safe as it is; only with it is it clear whether the whole is a word that Jellyfin skips.
  return safeSegment(`${safeText(title as string, longestTitleBytes) || '_'}${tail}`);
}

function placeMovie(dir: string, items: readonly Item[]): Placed[] {
  const name = lastSegment(dir);
  const parts = new Map<string, Item[]>();
  for (const item of items) {
    const key = String(item.recognition.part ?? '');
    parts.set(key, [...(parts.get(key) ?? []), item]);
  }
  const split = [...parts.keys()].some((key) => key !== '');
  const stackOnly = split && [...parts.values()].every((group) => group.length === 1) && !parts.has('');
  const labels = stackOnly || items.length === 1 ? undefined : labelVersions(items);
  return items.map((item) => {
    const { part } = item.recognition;
    const stack = part !== undefined && items.length > 1 ? `cd${part}` : '';
    const words = [labels?.get(item), stack].filter(Boolean).join(' ');
    return place(item, `${dir}/${stem(words ? `${name} - ${words}` : name)}`);
  });
}

function placeEpisodes(dir: string, items: readonly Item[]): Placed[] {
  const name = lastSegment(dir);
  const slots = new Map<string, Item[]>();
  for (const item of items) {
    const slot = episodeSlot(item.recognition);
    slots.set(slot, [...(slots.get(slot) ?? []), item]);
  }
  return [...slots].flatMap(([slot, group]) => {
    const labels = labelVersions(group);
    return group.map((item) => {
      const label = labels.get(item);
      const folder = seasonFolder(item.recognition);
      return place(item, `${dir}/${folder}/${stem(`${name} ${slot}${label ? ` - ${label}` : ''}`)}`);
    });
  });
}

/** `S01E02`, `S01E01-E02` (the form that every server reads, facts media-servers 2.1), or the air date. */
function episodeSlot({ season, episodes, date }: Recognition): string {
  if (!episodes) return date as string;
  const first = episodes[0] as number;
  const last = episodes.at(-1) as number;
  return `S${two(season ?? 1)}E${two(first)}${last > first ? `-E${two(last)}` : ''}`;
}

/** A show counted through (anime) lies in Season 01 until a provider maps it; a daily show in the season of its year. */
function seasonFolder({ season, episodes, date }: Recognition): string {
  return `Season ${episodes ? two(season ?? 1) : (date as string).slice(0, 4)}`;
}

function placeUnsorted(dir: string, items: readonly Item[]): Placed[] {
  // Dots go: "X.strm" beside "X.y.strm" reads as a track of X (facts media-servers 1.2).
  const names = items.map((item) =>
    safeSegment(baseName(item.file.name).replace(/[._]+/g, ' '), longestStemBytes - 30),
  );
  const count = Map.groupBy(names, foldedPath);
  return items.map((item, i) => {
    const name = names[i] as string;
    const alone = count.get(foldedPath(name))?.length === 1;
    return place(item, `${dir}/${alone ? name : `${name} - ${safeSegment(item.file.fileId, 30)}`}`);
  });
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
      ...placed.map(({ stem, recognition }) => entry(`${stem}.nfo`, episodeNfo(recognition, nfo))),
    ];
  }
  const entries = placed.map(({ stem }) => entry(`${stem}.nfo`, movieNfo(best.recognition, nfo)));
  // With several files in the folder Jellyfin reads movie.nfo alone (facts media-servers 3.1).
  return placed.length > 1
    ? [entry(`${dir}/movie.nfo`, movieNfo(best.recognition, nfo)), ...entries]
    : entries;
}

function place({ file, recognition }: Item, path: string): Placed {
  return { file, recognition, stem: path };
}

function stem(text: string): string {
  return safeSegment(text, longestStemBytes);
}

/** Of several spellings of one title the commonest, then the first in code order: upper case before lower. */
function commonest(names: readonly string[]): string {
  const count = Map.groupBy(names, (name) => name);
  return [...count].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))[0]?.[0] as string;
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function byFile(a: Item, b: Item): number {
  const [x, y] = [`${a.file.path}\0${a.file.fileId}`, `${b.file.path}\0${b.file.fileId}`];
  return x < y ? -1 : x > y ? 1 : 0;
}
