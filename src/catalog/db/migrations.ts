import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { firstMigrations } from './first-migrations.ts';
import { accountTrash } from './migration-account-trash.ts';
import { addedAt } from './migration-added-at.ts';
import { checks } from './migration-checks.ts';
import { fileVersions } from './migration-file-versions.ts';
import { folderIds } from './migration-folder-ids.ts';
import { gaps } from './migration-gaps.ts';
import { inbox } from './migration-inbox.ts';
import { fileDates, localFiles } from './migration-local-files.ts';
import { newest } from './migration-newest.ts';
import { putAside } from './migration-put-aside.ts';
import { remoteAddresses } from './migration-remote.ts';
import { toldFolders } from './migration-told-folders.ts';
import { trashStates } from './migration-trash-states.ts';
import { treeChanges } from './migration-tree-changes.ts';
import { heldUploads, uploads } from './migration-uploads.ts';
import { words } from './migration-words.ts';

/** Every change of the tables, in order; a change that has shipped is never edited. */
const migrations: Record<string, Migration> = {
  ...firstMigrations,
  '012-folder-ids': folderIds,
  '013-words': words,
  '014-gaps': gaps,
  '015-added-at': addedAt,
  '016-told-folders': toldFolders,
  '017-newest': newest,
  '018-put-aside': putAside,
  '019-file-versions': fileVersions,
  '020-checks': checks,
  '021-uploads': uploads,
  '022-account-trash': accountTrash,
  '023-inbox': inbox,
  '024-remote': remoteAddresses,
  '025-local-files': localFiles,
  '026-trash-states': trashStates,
  '027-held-uploads': heldUploads,
  '028-file-dates': fileDates,
  '029-tree-changes': treeChanges,
};

/** How many migrations this version knows; kept in the database as `user_version`. */
export const schemaVersion = Object.keys(migrations).length;

/** Brings the tables up to date, in the transaction that the caller has begun: Kysely begins none over SQLite. */
export async function migrate(db: Kysely<never>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
