import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { BridgeError, type ErrorCode } from '../errors.ts';
import { asBridgeError } from '../sqlite-errors.ts';
import { diskError } from './folder-check.ts';

/**
 * A lock between processes that dies with its holder, kill -9 included: an empty SQLite file held in an exclusive
 * transaction. @returns what gives it back. @throws BridgeError `code` while somebody else holds it
 */
export function lockFile(file: string, code: ErrorCode): () => void {
  keepToOwner(file);
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    const named = asBridgeError(error, file);
    throw named instanceof BridgeError && named.code === 'BRIDGE_CATALOG_IN_USE'
      ? new BridgeError(code)
      : named;
  }
  return () => database.close();
}

/** Whoever may read the file could hold it, and nobody else would get in. @throws BridgeError BRIDGE_DISK */
function keepToOwner(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  } catch (error) {
    throw diskError(file, error);
  }
}

/** Holds the lock for as long as some work takes. @throws BridgeError `code` while somebody else holds it */
export async function whileLocked<T>(file: string, code: ErrorCode, work: () => Promise<T>): Promise<T> {
  const release = lockFile(file, code);
  try {
    return await work();
  } finally {
    release();
  }
}
