import { DatabaseSync } from 'node:sqlite';
import { BridgeError, type ErrorCode } from './errors.ts';
import { asBridgeError } from './sqlite-errors.ts';

/**
 * A lock between processes that dies with its holder, kill -9 included: an empty SQLite file held in an exclusive
 * transaction. @returns what gives it back. @throws BridgeError `code` while somebody else holds it
 */
export function lockFile(file: string, code: ErrorCode): () => void {
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
