import path from 'node:path';
import { BridgeError } from '../core/errors.ts';
import { diskTrouble } from '../core/files/folder-check.ts';

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

/** The system's code of an error (`ENOSPC`), or the name of the error. */
export function errorCode(error: unknown): string {
  if (error && typeof error === 'object' && 'code' in error && typeof error.code === 'string')
    return error.code;
  return error instanceof Error ? error.name : 'UNKNOWN';
}

/** BRIDGE_DISK when the disk refuses for good (full, read-only, quota, broken), else undefined: one path without rights is that path's trouble. */
export function asDiskError(error: unknown, file: string): BridgeError | undefined {
  const code = errorCode(error);
  if (!isForAll(code)) return undefined;
  const { remedy } = diskTrouble(file, error);
  return new BridgeError('BRIDGE_DISK', { detail: `${file} (${code})`, remedy, cause: error });
}

/** Whether this word of the system speaks of the whole disk, not of one path. */
export function isForAll(code: string): boolean {
  return /^(?:ENOSPC|EROFS|EDQUOT|EIO|EREMOTEIO|ESTALE|ENODEV)$/.test(code);
}
