import { BridgeError } from './errors.ts';

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html). */
const sqliteBusy = 5;
const sqliteReadOnly = 8;
const sqliteIoError = 10;
const sqliteFull = 13;
const sqliteCannotOpen = 14;

/** What SQLite or the file system said of `file`, in our words; anything else stays as it is. */
export function asBridgeError(error: unknown, file: string): unknown {
  const { errcode, code } = error as { errcode?: number; code?: string };
  const primary = errcode === undefined ? undefined : errcode & 0xff;
  if (primary === sqliteBusy) return new BridgeError('BRIDGE_CATALOG_IN_USE', { detail: file, cause: error });
  const disk = [sqliteReadOnly, sqliteIoError, sqliteFull, sqliteCannotOpen];
  if (primary !== undefined && disk.includes(primary))
    return new BridgeError('BRIDGE_DISK', { detail: file, cause: error });
  if (primary !== undefined) return new BridgeError('BRIDGE_CATALOG_DAMAGED', { detail: file, cause: error });
  if (code && /^E[A-Z]+$/.test(code))
    return new BridgeError('BRIDGE_DISK', { detail: `${file} (${code})`, cause: error });
  return error;
}
