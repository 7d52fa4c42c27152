import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, lstatSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BridgeError } from '../errors.ts';

/** Why nothing can be written somewhere, and what the person can do. */
export interface DiskTrouble {
  why: string;
  remedy: string;
}

/** Names of files of ours that are there for a moment; a kill may leave one. */
const momentary = /^\.passerelle-[0-9a-f-]{16,36}\.tmp$/;

/** Whether this is the name of a file of ours that was to be there for a moment only. */
export function isMomentary(name: string): boolean {
  return momentary.test(name);
}

/**
 * Whether files can be written in a folder that may not be there yet. Makes no folder and leaves no file.
 * @param isTried whether one is written for it; else the rights alone are asked for
 * @returns undefined when they can
 */
export function troubleWith(dir: string, isTried = true): DiskTrouble | undefined {
  const path = resolve(dir);
  try {
    const nearest = nearestOf(path);
    const stat = statSync(nearest, { throwIfNoEntry: false });
    if (stat === undefined)
      return {
        why: `${nearest} is a link that leads nowhere`,
        remedy: 'Mend the link, or mount what it leads to',
      };
    if (!stat.isDirectory())
      return {
        why: `${nearest} is a file, where a folder should be (ENOTDIR)`,
        remedy: 'Move it away, or name another folder',
      };
    if (nearest !== path) return troubleMaking(nearest, path);
    return isTried ? troubleWriting(path) : troubleOfRights(path);
  } catch (error) {
    return diskTrouble(path, error);
  }
}

/** Why a file of ours could not be read or written, with the true cause: the folder it lies in is looked at first. */
export function diskError(file: string, error: unknown): BridgeError {
  const ofFolder = troubleWith(dirname(file)) ?? missingFolder(dirname(file), error);
  const { why, remedy } = ofFolder ?? diskTrouble(file, error);
  const isFull = /\((?:ENOSPC|EDQUOT)\)$/.test(why);
  return new BridgeError('BRIDGE_DISK', {
    // Who looks for room on a disk that has some, looks in vain.
    ...(isFull
      ? { detail: ofFolder ? `${file}: ${why}` : why }
      : { says: ofFolder ? `${file}: ${why}` : why }),
    remedy,
    cause: error,
  });
}

/** A file that is to be written is never missing itself. */
function missingFolder(dir: string, error: unknown): DiskTrouble | undefined {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync(dir);
  return isMissing
    ? { why: `${dir} is not there (ENOENT)`, remedy: 'Make it, or name another folder' }
    : undefined;
}

/** What the system says of a file or a folder, in words. @param what how the sentence begins */
export function diskTrouble(what: string, error: unknown): DiskTrouble {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  const [why, remedy] = causes[code] ?? ['cannot be written', 'Look at the disk and at the rights'];
  return { why: `${what} ${why} (${code})`, remedy };
}

/** Why a file that is there to be read cannot be, behind its name: `is not there (ENOENT)`. */
export function whyUnreadable(error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return `${causes[code]?.[0] ?? 'cannot be read'} (${code})`;
}

const noRights = [
  'is closed to this user',
  'Give this user the right to read and write there (Docker: PUID and PGID), or name another folder',
] as const;
const isFull = ['is on a disk that is full', 'Make room'] as const;

const causes: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  EACCES: noRights,
  EPERM: noRights,
  EROFS: [
    'is on a disk that is mounted read-only',
    'Mount it for writing (Docker: without :ro), or name another folder',
  ],
  ENOSPC: isFull,
  EDQUOT: isFull,
  ENOENT: ['is not there', 'Make it, or mount what it lies on'],
  ENOTDIR: ['has a file in its way', 'Move the file away, or name another folder'],
  EISDIR: ['is a folder, where a file should be', 'Move it away'],
  EMFILE: ['cannot be opened: too many files are open', 'Raise the limit of open files (ulimit -n)'],
  EIO: ['cannot be written: the disk fails', 'Look at the disk'],
  EREMOTEIO: ['cannot be written: the share fails', 'Look at the machine that it is on'],
  ESTALE: ['lies on a share that has gone', 'Mount it again'],
  ENODEV: ['lies on a disk that has gone', 'Mount it again'],
  ENAMETOOLONG: ['has a name that is too long', 'Name another folder'],
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
    // The folder is there: it is one that the system makes up, such as /proc.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && existsSync(dir))
      return { why: `${dir} takes no files (ENOENT)`, remedy: 'Name another folder' };
    return diskTrouble(dir, error);
  } finally {
    rmSync(probe, { force: true });
  }
}

function troubleOfRights(dir: string): DiskTrouble | undefined {
  try {
    accessSync(dir, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return diskTrouble(dir, error);
  }
}

function troubleMaking(parent: string, path: string): DiskTrouble | undefined {
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return diskTrouble(`${parent}, where ${path} would be made,`, error);
  }
}
