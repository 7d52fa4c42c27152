import { type Kysely, sql } from 'kysely';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';

/** Notes that the tree is behind for these files. Part of the caller's transaction, so that a kill loses nothing. */
export async function markDirty(db: Kysely<Schema>, fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return;
  await sql`insert or ignore into dirty (file_id) select value from json_each(${JSON.stringify(fileIds)})`.execute(
    db,
  );
}

/** Files that changed in the catalog and not yet in the tree, whichever process changed them. */
export function createDirty(db: Kysely<Schema>) {
  return {
    /** Notes that the tree is behind for these files. */
    mark: (fileIds: readonly string[]): Promise<void> => markDirty(db, fileIds),

    /** Those of one folder stand together: each folder is read as a whole. */
    async all(): Promise<string[]> {
      const rows = await db
        .selectFrom('dirty')
        .leftJoin('files', 'files.id', 'file_id')
        .select('file_id')
        .orderBy('folder_id')
        .execute();
      return rows.map((row) => row.file_id);
    },

    async isEmpty(): Promise<boolean> {
      return (await db.selectFrom('dirty').select('file_id').limit(1).executeTakeFirst()) === undefined;
    },

    clear: async (fileIds: readonly string[]): Promise<void> =>
      void (await db.deleteFrom('dirty').where('file_id', 'in', inList(fileIds)).execute()),
  };
}

export type Dirty = ReturnType<typeof createDirty>;
