import { type Kysely, sql } from 'kysely';
import type { FileId } from '../../core/ids.ts';
import { chunks } from '../db/chunks.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';

const filesAtOnce = 5000;

/** Notes that the tree is behind for these files. Part of the caller's transaction, so that a kill loses nothing. */
export async function markDirty(db: Kysely<Schema>, fileIds: readonly FileId[]): Promise<void> {
  if (fileIds.length === 0) return;
  await sql`insert or ignore into dirty (file_id) select value from json_each(${JSON.stringify(fileIds)})`.execute(
    db,
  );
}

/** Files that changed in the catalog and not yet in the tree, whichever process changed them. */
export interface Dirty {
  /** Notes that the tree is behind for these files. */
  mark(fileIds: readonly FileId[]): Promise<void>;
  /** Those of one folder stand together: each folder is read as a whole. */
  all(): Promise<FileId[]>;
  /** Whether the tree is up to date. */
  isEmpty(): Promise<boolean>;
  /** The tree is up to date for these files. */
  clear(fileIds: readonly FileId[]): Promise<void>;
}

export function createDirty(db: Kysely<Schema>): Dirty {
  return {
    mark: (fileIds) => markDirty(db, fileIds),

    async all() {
      const rows = await db
        .selectFrom('dirty')
        .leftJoin('files', 'files.id', 'file_id')
        .select('file_id')
        .orderBy('folder_id')
        .execute();
      return rows.map((row) => row.file_id);
    },

    async isEmpty() {
      return (await db.selectFrom('dirty').select('file_id').limit(1).executeTakeFirst()) === undefined;
    },

    async clear(fileIds) {
      // One statement holds the loop until it ends, and a whole account may be in the list.
      for (const some of chunks(fileIds, filesAtOnce))
        await db.deleteFrom('dirty').where('file_id', 'in', inList(some)).execute();
    },
  };
}
