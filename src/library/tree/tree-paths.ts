import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { BridgeError } from '../../errors.ts';

/**
 * Checks a path of the tree: relative, `/`, no `..`. Everything that becomes a system path goes through here.
 * @throws BridgeError BRIDGE_INTERNAL
 */
export function checkTreePath(relative: string): void {
  const bad =
    relative === '' ||
    relative.includes('\0') ||
    relative.includes('\\') ||
    path.isAbsolute(relative) ||
    /^[a-z]:/i.test(relative) ||
    relative.split('/').some((segment) => segment === '' || segment === '.' || segment === '..');
  if (bad)
    throw new BridgeError('BRIDGE_INTERNAL', {
      detail: `not a path of the library: ${JSON.stringify(relative)}`,
    });
}

/** System path of a checked path of the tree. */
export function systemPath(dir: string, relative: string): string {
  checkTreePath(relative);
  return path.join(dir, ...relative.split('/'));
}

/** Equal for names that a file system may take for one: case and Unicode normal form. */
export function twinKey(relative: string): string {
  return relative.normalize('NFC').toLowerCase().normalize('NFC');
}

/** What stands at a path, without following a link anywhere inside `dir`. */
export type Standing =
  | { is: 'missing' }
  | { is: 'file'; stats: Stats }
  /** A directory at the place of a file, a link, a device; or a parent that is no directory. */
  | { is: 'obstacle'; what: string };

/** Looks at paths below `dir`. Parents are looked at once per instance: make a new one for every plan and every apply. */
export function createLook(dir: string): (relative: string) => Promise<Standing> {
  const parents = new Map<string, Promise<Standing | 'directory'>>();

  function parent(relative: string): Promise<Standing | 'directory'> {
    let known = parents.get(relative);
    if (!known) {
      known = lookAtParent(relative);
      parents.set(relative, known);
    }
    return known;
  }

  async function lookAtParent(relative: string): Promise<Standing | 'directory'> {
    const slash = relative.lastIndexOf('/');
    if (slash > 0) {
      const above = await parent(relative.slice(0, slash));
      if (above !== 'directory') return above;
    }
    const stats = await lstatOrUndefined(systemPath(dir, relative));
    if (!stats) return { is: 'missing' };
    if (stats.isDirectory()) return 'directory';
    return {
      is: 'obstacle',
      what: stats.isSymbolicLink() ? `${relative} is a link` : `${relative} is no folder`,
    };
  }

  return async (relative) => {
    checkTreePath(relative);
    const slash = relative.lastIndexOf('/');
    const above = slash > 0 ? await parent(relative.slice(0, slash)) : 'directory';
    if (above !== 'directory') return above;
    const stats = await lstatOrUndefined(systemPath(dir, relative));
    if (!stats) return { is: 'missing' };
    if (stats.isFile()) return { is: 'file', stats };
    return {
      is: 'obstacle',
      what: stats.isSymbolicLink() ? 'a link' : stats.isDirectory() ? 'a folder' : 'no file',
    };
  };
}

async function lstatOrUndefined(file: string): Promise<Stats | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    const code = errorCode(error);
    // A name that is too long cannot be there either; writing it says so.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw error;
  }
}

/** The system's code of an error (`ENOSPC`), or the name of the error. */
export function errorCode(error: unknown): string {
  if (error && typeof error === 'object' && 'code' in error && typeof error.code === 'string')
    return error.code;
  return error instanceof Error ? error.name : 'UNKNOWN';
}

/** BRIDGE_DISK when the disk refuses for good (full, read-only, quota, broken), else undefined: one path without rights is that path's trouble. */
export function asDiskError(error: unknown, file: string): BridgeError | undefined {
  const code = errorCode(error);
  if (!/^(?:ENOSPC|EROFS|EDQUOT|EIO)$/.test(code)) return undefined;
  return new BridgeError('BRIDGE_DISK', { detail: `${file} (${code})`, cause: error });
}
