import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { accountTrash } from './migrations/account-trash.ts';
import { addedAt } from './migrations/added-at.ts';
import { begunCopies } from './migrations/begun-copies.ts';
import { checks } from './migrations/checks.ts';
import { chunkNames } from './migrations/chunk-names.ts';
import { fileVersions } from './migrations/file-versions.ts';
import { firstMigrations } from './migrations/first-migrations.ts';
import { folderIds } from './migrations/folder-ids.ts';
import { gaps } from './migrations/gaps.ts';
import { inbox } from './migrations/inbox.ts';
import { fileDates, localFiles } from './migrations/local-files.ts';
import { makingRoom } from './migrations/making-room.ts';
import { newest } from './migrations/newest.ts';
import { putAside } from './migrations/put-aside.ts';
import { remoteAddresses } from './migrations/remote.ts';
import { words } from './migrations/searched-words.ts';
import { toldFolders } from './migrations/told-folders.ts';
import { trashStates } from './migrations/trash-states.ts';
import { treeChanges } from './migrations/tree-changes.ts';
import { heldUploads, uploads } from './migrations/uploads.ts';

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
  '030-making-room': makingRoom,
  '031-chunk-names': chunkNames,
  '032-begun-copies': begunCopies,
};

/** How many migrations this version knows; kept in the database as `user_version`. */
export const schemaVersion = Object.keys(migrations).length;

/** Brings the tables up to date, in the transaction that the caller has begun: Kysely begins none over SQLite. */
export async function migrate(db: Kysely<never>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
