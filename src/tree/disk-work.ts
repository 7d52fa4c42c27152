import { randomBytes } from 'node:crypto';
import {
  closeSync,
  futimesSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { isUntouched, seenOf } from './tree-bytes.ts';
import { checkTreePath, errorCode, isForAll, systemPath } from './tree-paths.ts';
import type { Seen } from './tree-types.ts';

/** What of a file's stats is looked at. */
export type FileStats = Pick<Stats, 'size' | 'mtimeMs' | 'ino' | 'dev'>;

/** What stands at a path, without following a link anywhere inside the tree. */
export type PathState =
  | { is: 'missing' }
  | { is: 'file'; stats: FileStats }
  /** A directory at the place of a file, a link, a device; or a parent that is no directory. */
  | { is: 'obstacle'; what: string }
  /** The system does not tell; `code` is its word. */
  | { is: 'refused'; code: string };

/** A file to be written where nothing is, or over what was `seen`. */
export interface ToWrite {
  path: string;
  content: string | Uint8Array;
  seen?: Seen | undefined;
  /** The time that it gets; absent = now. */
  mtimeMs?: number | undefined;
}

/** A file that gets another time. */
export interface ToTouch {
  path: string;
  seen: Seen;
  mtimeMs: number;
}

/** What was written, or why it was not: the system's word, or `CHANGED`. */
export type Wrote = Seen | { code: string };

/**
 * What stands at these paths below `dir`, in their order. Each parent is looked at once.
 * @throws BridgeError BRIDGE_INTERNAL for what is no path of a tree
 */
export function statesAt(dir: string, paths: readonly string[]): PathState[] {
  const reader = createPathReader(dir);
  return paths.map(reader.at);
}

/** Files as they were noted, column by column: a hundred thousand of them pass to another thread in no time. */
export interface Noted {
  paths: readonly string[];
  sizesBytes: Float64Array;
  mtimesMs: Float64Array;
}

/** Which of these files are missing, or have another size or time than was noted. @returns their places in the list */
export function findTouched(dir: string, { paths, sizesBytes, mtimesMs }: Noted): number[] {
  const reader = createPathReader(dir);
  return paths.flatMap((path, at) => {
    const state = reader.at(path);
    const noted = { sizeBytes: sizesBytes[at] as number, mtimeMs: mtimesMs[at] as number };
    return state.is === 'file' && isUntouched(noted, seenOf(state)) ? [] : [at];
  });
}

/**
 * Writes files one after another: temporary name in the same folder, then a rename. What comes after a fault of the disk
 * as a whole is not tried. @returns as many as were tried
 */
export function writeAll(dir: string, files: readonly ToWrite[]): Wrote[] {
  const reader = createPathReader(dir);
  const results: Wrote[] = [];
  for (const file of files) {
    try {
      results.push(writeOne(dir, file, reader));
    } catch (error) {
      const code = errorCode(error);
      results.push({ code });
      if (isForAll(code)) break;
    }
  }
  return results;
}

function writeOne(
  dir: string,
  { path: relative, content, seen, mtimeMs }: ToWrite,
  reader: PathReader,
): Wrote {
  // Before mkdir: a parent that is a link must not be followed, not even to make a folder behind it.
  const state = reader.at(relative);
  if (state.is === 'refused') return { code: state.code };
  const expected = seen ? state.is === 'file' && isUntouched(seen, seenOf(state)) : state.is === 'missing';
  if (!expected) return { code: 'CHANGED' };
  const target = systemPath(dir, relative);
  reader.make(relative);
  const temporary = path.join(path.dirname(target), temporaryName());
  try {
    const file = openSync(temporary, 'wx', 0o644);
    try {
      writeFileSync(file, content);
      if (mtimeMs !== undefined) setTime(() => futimesSync(file, mtimeMs / 1000, mtimeMs / 1000));
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    tidy(temporary);
    throw error;
  }
  return seenOf({ stats: lstatSync(target) });
}

/** Gives files another time, and nothing else. @returns what is there now, or why it was left alone */
export function touchAll(dir: string, files: readonly ToTouch[]): Wrote[] {
  const reader = createPathReader(dir);
  return files.map(({ path: relative, seen, mtimeMs }) => {
    const state = reader.at(relative);
    if (state.is !== 'file' || !isUntouched(seen, seenOf(state))) return { code: 'CHANGED' };
    const target = systemPath(dir, relative);
    setTime(() => lutimesSync(target, mtimeMs / 1000, mtimeMs / 1000));
    const stats = lstatSync(target, { throwIfNoEntry: false });
    return stats ? seenOf({ stats }) : { code: 'CHANGED' };
  });
}

/** A time is a help and no more: a share that takes none is written all the same. */
function setTime(work: () => void): void {
  try {
    work();
  } catch {
    // The file keeps the time when it was written.
  }
}

function tidy(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // What went wrong before is told; this name is cleared away with its folder.
  }
}

interface PathReader {
  at(relative: string): PathState;
  /** Makes the folders above a path that {@link PathReader.at} has looked at. */
  make(relative: string): void;
}

function createPathReader(dir: string): PathReader {
  const parents = new Map<string, PathState | 'folder'>();

  /** Of the folder that a path lies in. */
  function parentState(relative: string): PathState | 'folder' {
    const slash = relative.lastIndexOf('/');
    if (slash <= 0) return 'folder';
    const folder = relative.slice(0, slash);
    let found = parents.get(folder);
    if (found === undefined) {
      found = parentState(folder);
      if (found === 'folder') found = asParent(folder, whatIs(dir, folder));
      parents.set(folder, found);
    }
    return found;
  }

  return {
    at(relative) {
      checkTreePath(relative);
      const parent = parentState(relative);
      if (parent !== 'folder') return parent;
      const found = whatIs(dir, relative);
      return typeof found === 'string' ? { is: 'obstacle', what: found } : found;
    },
    make(relative) {
      if (parentState(relative) === 'folder') return;
      let folder = relative.slice(0, relative.lastIndexOf('/'));
      mkdirSync(systemPath(dir, folder), { recursive: true });
      for (; folder !== ''; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/'))))
        parents.set(folder, 'folder');
    },
  };
}

function asParent(folder: string, found: RawState): PathState | 'folder' {
  if (found === 'a folder') return 'folder';
  if (found === 'a link') return { is: 'obstacle', what: `${folder} is a link` };
  if (typeof found === 'string' || found.is === 'file')
    return { is: 'obstacle', what: `${folder} is no folder` };
  return found;
}

type RawState = PathState | 'a folder' | 'a link' | 'no file';

function whatIs(dir: string, relative: string): RawState {
  let stats: Stats | undefined;
  try {
    stats = lstatSync(systemPath(dir, relative), { throwIfNoEntry: false });
  } catch (error) {
    const code = errorCode(error);
    // A name that is too long cannot be there either; writing it says so.
    if (code !== 'ENOTDIR' && code !== 'ENAMETOOLONG') return { is: 'refused', code };
  }
  if (!stats) return { is: 'missing' };
  const { size, mtimeMs, ino, dev } = stats;
  if (stats.isFile()) return { is: 'file', stats: { size, mtimeMs, ino, dev } };
  return stats.isSymbolicLink() ? 'a link' : stats.isDirectory() ? 'a folder' : 'no file';
}

const own = randomBytes(5).toString('hex');
let count = 0;

/** No other process and no other file has it; see `isMomentary`. */
function temporaryName(): string {
  count = (count + 1) % 0x1000000;
  return `.passerelle-${own}${count.toString(16).padStart(6, '0')}.tmp`;
}
