import { randomUUID } from 'node:crypto';
import { accessSync, constants, lstatSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Why nothing can be written somewhere, and what the person can do. */
export interface DiskTrouble {
  why: string;
  remedy: string;
}

/**
 * Whether files can be written in a folder that may not be there yet. Makes no folder and leaves no file.
 * @returns undefined when they can
 */
export function troubleWith(dir: string): DiskTrouble | undefined {
  const path = resolve(dir);
  try {
    const nearest = nearestOf(path);
    const stat = statSync(nearest, { throwIfNoEntry: false });
    if (stat === undefined)
      return {
        why: `${nearest} is a link that leads nowhere`,
        remedy: 'mend the link, or mount what it leads to',
      };
    if (!stat.isDirectory())
      return {
        why: `${nearest} is a file, where a folder should be (ENOTDIR)`,
        remedy: 'move it away, or name another folder',
      };
    return nearest === path ? troubleWriting(path) : troubleMaking(nearest, path);
  } catch (error) {
    return diskTrouble(path, error);
  }
}

/** What the system says of a file or a folder, in words. @param what how the sentence begins */
export function diskTrouble(what: string, error: unknown): DiskTrouble {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  const [why, remedy] = causes[code] ?? ['cannot be written', 'look at the disk and at the rights'];
  return { why: `${what} ${why} (${code})`, remedy };
}

const noRights = [
  'may not be written by this user',
  'give this user the right to write there (Docker: PUID and PGID), or name another folder',
] as const;
const isFull = ['is on a disk that is full', 'make room'] as const;

const causes: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  EACCES: noRights,
  EPERM: noRights,
  EROFS: [
    'is on a disk that is mounted read-only',
    'mount it for writing (Docker: without :ro), or name another folder',
  ],
  ENOSPC: isFull,
  EDQUOT: isFull,
  ENOENT: ['is not there', 'make it, or mount what it lies on'],
  ENOTDIR: ['has a file in its way', 'move the file away, or name another folder'],
  EISDIR: ['is a folder, where a file should be', 'move it away'],
  EMFILE: ['cannot be opened: too many files are open', 'raise the limit of open files (ulimit -n)'],
  EIO: ['cannot be written: the disk fails', 'look at the disk'],
  ENAMETOOLONG: ['has a name that is too long', 'name another folder'],
};

/** The path itself, or the lowest one above it where something stands. */
function nearestOf(path: string): string {
  for (let nearest = path; ; nearest = dirname(nearest)) {
    try {
      lstatSync(nearest);
      return nearest;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!['ENOENT', 'ENOTDIR'].includes(code) || dirname(nearest) === nearest) throw error;
    }
  }
}

function troubleWriting(dir: string): DiskTrouble | undefined {
  const probe = join(dir, `.passerelle-${randomUUID()}.tmp`);
  try {
    writeFileSync(probe, 'x', { flag: 'wx', mode: 0o600 });
    return undefined;
  } catch (error) {
    return diskTrouble(dir, error);
  } finally {
    rmSync(probe, { force: true });
  }
}

function troubleMaking(above: string, path: string): DiskTrouble | undefined {
  try {
    accessSync(above, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return diskTrouble(`${above}, where ${path} would be made,`, error);
  }
}
