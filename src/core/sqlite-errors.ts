import { BridgeError } from './errors.ts';
import { diskError } from './files/folder-check.ts';

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html). */
const sqliteBusy = 5;
/** Read-only, input or output, full, cannot be opened: as the system would say it. */
const diskCodes: Readonly<Record<number, string>> = { 8: 'EACCES', 10: 'EIO', 13: 'ENOSPC', 14: 'EACCES' };

/** What SQLite said of the disk that `file` lies on, in our words; anything else stays as it is. */
export function asDiskFault(error: unknown, file: string): unknown {
  const { errcode } = error as { errcode?: number };
  return errcode !== undefined && diskCodes[errcode & 0xff] !== undefined
    ? asBridgeError(error, file)
    : error;
}

/** What SQLite or the file system said of `file`, in our words; anything else stays as it is. */
export function asBridgeError(error: unknown, file: string): unknown {
  const { errcode, code } = error as { errcode?: number; code?: string };
  const primary = errcode === undefined ? undefined : errcode & 0xff;
  if (primary === sqliteBusy) return new BridgeError('BRIDGE_CATALOG_IN_USE', { detail: file, cause: error });
  const ofDisk = primary === undefined ? undefined : diskCodes[primary];
  if (ofDisk !== undefined)
    return diskError(file, Object.assign(new Error(ofDisk, { cause: error }), { code: ofDisk }));
  if (primary !== undefined) return new BridgeError('BRIDGE_CATALOG_DAMAGED', { detail: file, cause: error });
  if (code && /^E[A-Z]+$/.test(code)) return diskError(file, error);
  return error;
}
