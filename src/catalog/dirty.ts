import type { Kysely } from 'kysely';
import { batches } from './batches.ts';
import type { Schema } from './schema.ts';

/** Notes that the tree is behind for these files. Part of the caller's transaction, so that a kill loses nothing. */
export async function markDirty(db: Kysely<Schema>, fileIds: readonly string[]): Promise<void> {
  for (const part of batches(fileIds)) {
    const rows = part.map((file_id) => ({ file_id }));
    await db
      .insertInto('dirty')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
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

    clear: (fileIds: readonly string[]): Promise<void> =>
      db.transaction().execute(async (trx) => {
        for (const part of batches(fileIds))
          await trx.deleteFrom('dirty').where('file_id', 'in', part).execute();
      }),
  };
}

export type Dirty = ReturnType<typeof createDirty>;
