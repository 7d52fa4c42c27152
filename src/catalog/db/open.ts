import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { BridgeError } from '../../core/errors.ts';
import { asBridgeError } from '../../core/sqlite-errors.ts';
import { migrate, schemaVersion } from './migrations.ts';
import type { Schema } from './schema.ts';
import { kyselyOver } from './sqlite.ts';

/** "Pass" in ASCII: a SQLite file with another number is not our catalog. */
const applicationId = 0x50617373;

/**
 * Opens the catalog at `file`, makes it when it is not there, and brings its tables up to date.
 * A file that is damaged, not ours or made by a newer version is refused and left as it is.
 * @throws BridgeError BRIDGE_CATALOG_DAMAGED, BRIDGE_CATALOG_NEWER, BRIDGE_CATALOG_IN_USE, BRIDGE_DISK
 */
export async function openDatabase(file: string): Promise<Kysely<Schema>> {
  const existed = existsSync(file);
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    database = new DatabaseSync(file, { timeout: 5000 });
    if (existed) check(database, file);
    // Direct links lie in here for a while: nobody else reads the file.
    if (!existed) chmodSync(file, 0o600);
    database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on');
    // A first index writes the same pages again and again: they go into the database once for 64 MiB of log, not for 4.
    database.exec('pragma wal_autocheckpoint = 16000; pragma journal_size_limit = 67108864');
    // 100,000 files must not fill the memory of a small box: 4 MiB of pages are enough for every query.
    database.exec('pragma cache_size = -4096; pragma temp_store = memory');
    const db = kyselyOver(database, file);
    if (versionOf(database) < schemaVersion) {
      // All or nothing: a step that a kill left half done could not be taken again. Whoever else opens it waits.
      database.exec(`begin immediate; pragma application_id = ${applicationId}`);
      await migrate(db as unknown as Kysely<never>);
      database.exec(`pragma user_version = ${schemaVersion}; commit`);
    }
    return db;
  } catch (error) {
    database?.close();
    throw asBridgeError(error, file);
  }
}

function check(database: DatabaseSync, file: string): void {
  const empty = (database.prepare('select count(*) as n from sqlite_schema').get() as { n: number }).n === 0;
  if (empty) return;
  const id = (database.prepare('pragma application_id').get() as { application_id: number }).application_id;
  if (id !== applicationId)
    throw new BridgeError('BRIDGE_CATALOG_DAMAGED', { detail: `${file} is not a catalog` });
  const version = versionOf(database);
  if (version > schemaVersion) {
    const detail = `${file} has version ${version}, this Passerelle knows up to ${schemaVersion}`;
    throw new BridgeError('BRIDGE_CATALOG_NEWER', { detail });
  }
  const answer = database.prepare('pragma quick_check(1)').get() as { quick_check: string };
  if (answer.quick_check !== 'ok') {
    throw new BridgeError('BRIDGE_CATALOG_DAMAGED', {
      detail: `${file}: ${answer.quick_check.split('\n')[0]}`,
    });
  }
}

function versionOf(database: DatabaseSync): number {
  return (database.prepare('pragma user_version').get() as { user_version: number }).user_version;
}
