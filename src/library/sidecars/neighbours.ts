import { atOnce } from '../../core/yield-often.ts';
import { recognise } from '../../naming/recognise.ts';
import { baseName, isPicture, isSubtitle, isVideo, stemOf } from '../../naming/text/file-kinds.ts';
import type { Recognition } from '../../naming/text/recognition.ts';
import type { LibraryFile } from '../entries.ts';
import { foldedPath } from '../safe-name.ts';

/** A subtitle and what its name says beside the video's. */
export interface SideCar {
  file: LibraryFile;
  rest: string;
}

/** A subtitle whose name begins with no video's. */
export interface LooseSubtitle {
  file: LibraryFile;
  /** Which of its folder it is. */
  at: number;
  base: string;
  /** Read when first asked for: most are never asked. */
  read: () => Recognition;
  /** The same of its name without its folders. */
  readAlone: () => Recognition;
}

/** Subtitles that name episodes, by their numbers, and by their numbers and their show. */
export type LooseByNumbers = ReadonlyMap<string, readonly LooseSubtitle[]>;

/** What lies together in one folder of the account, its `Subs` folders included. */
export interface FolderIndex {
  videos: LibraryFile[];
  /** By the video's file id. */
  sideCars: Map<string, SideCar[]>;
  loose: LooseSubtitle[];
  /** Those of them that name episodes, by their numbers; made when first asked for. */
  looseByNumbers?: LooseByNumbers;
  /** By name without extension, folded. */
  pictures: Map<string, LibraryFile[]>;
}

/** Videos and subtitles by folder. Built once for a sync, so that a flat folder of thousands of films stays cheap. */
export type Neighbours = ReadonlyMap<string, FolderIndex>;

const subtitleFolder = /^(?:subs?|subtitles?|sous[ ._-]?titres?|srt|st|vost?fr)$/i;

/** Whether a folder of this name holds the subtitles of the videos around it. */
export function isSubtitleFolder(name: string): boolean {
  return subtitleFolder.test(name);
}

/** Indexes the files of some account folders; the order does not matter. */
export function indexNeighbours(files: readonly LibraryFile[]): Neighbours {
  return atOnce(indexInSteps(files));
}

/** The same in many short steps. */
export function* indexInSteps(files: readonly LibraryFile[]): Generator<undefined, Neighbours> {
  const index = new Map<string, FolderIndex>();
  const at = (folder: string): FolderIndex => {
    let found = index.get(folder);
    if (!found) {
      found = { videos: [], sideCars: new Map(), loose: [], pictures: new Map() };
      index.set(folder, found);
    }
    return found;
  };
  for (const file of files.filter(({ name }) => isPicture(name)).sort(byPath)) {
    const { pictures } = at(folderOf(file.path));
    const base = foldedPath(stemOf(file.name));
    const alike = pictures.get(base);
    if (alike) alike.push(file);
    else pictures.set(base, [file]);
    yield;
  }
  const byBase = new Map<string, LibraryFile>();
  for (const file of files.filter(({ name }) => isVideo(name)).sort(byPath)) {
    const folder = folderOf(file.path);
    yield;
    at(folder).videos.push(file);
    const key = `${folder}\0${foldedPath(stemOf(file.name))}`;
    if (!byBase.has(key)) byBase.set(key, file);
  }
  for (const file of files.filter(({ name }) => isSubtitle(name)).sort(byPath)) {
    yield;
    const base = baseName(file.name).normalize('NFC');
    const home = homeOf(folderOf(file.path));
    const match = findByPrefix(home, base, byBase);
    if (match) {
      const { sideCars } = at(home.folder);
      const list = sideCars.get(match.video.fileId) ?? [];
      list.push({ file, rest: match.rest });
      sideCars.set(match.video.fileId, list);
    } else if (home.inside === undefined || subtitleFolder.test(home.inside)) {
      let read: Recognition | undefined;
      let readAlone: Recognition | undefined;
      const { loose } = at(home.folder);
      loose.push({
        file,
        at: loose.length,
        base,
        read: () => (read ??= recognise(file.path)),
        readAlone: () => (readAlone ??= recognise(`/${base}.srt`)),
      });
    }
  }
  return index;
}

/** The video with the longest name that the subtitle's begins with: "Alien.2.fr.srt" is not Alien's. */
function findByPrefix(
  home: Home,
  base: string,
  byBase: ReadonlyMap<string, LibraryFile>,
): { video: LibraryFile; rest: string } | undefined {
  for (let end = base.length; end > 0; end--) {
    const rest = base.slice(end);
    if (rest !== '' && (!/^[ ._([-]/.test(rest) || /^[ ._-]*\d/.test(rest))) continue;
    const video = byBase.get(`${home.folder}\0${foldedPath(base.slice(0, end))}`);
    if (video) return { video, rest };
  }
  const video = home.inside && byBase.get(`${home.folder}\0${foldedPath(home.inside)}`);
  return video ? { video, rest: base } : undefined;
}

interface Home {
  /** The folder of the videos that the subtitle belongs to. */
  folder: string;
  /** The folder inside it where the subtitle lies: `Subs`, or `Subs/<video>`. */
  inside?: string;
}

function homeOf(folder: string): Home {
  const segments = folder.split('/');
  const last = segments.at(-1) ?? '';
  if (subtitleFolder.test(last)) return { folder: segments.slice(0, -1).join('/'), inside: last };
  if (subtitleFolder.test(segments.at(-2) ?? ''))
    return { folder: segments.slice(0, -2).join('/'), inside: last };
  return { folder };
}

/** The folder of an account path, '' at the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function byPath(a: LibraryFile, b: LibraryFile): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : a.fileId < b.fileId ? -1 : a.fileId > b.fileId ? 1 : 0;
}
