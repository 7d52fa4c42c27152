import type { Kysely } from 'kysely';
import type { FileId } from '../../core/ids.ts';
import type { Schema } from '../db/schema.ts';

/** What the host last said of the bytes of a file. */
export interface FileVersionRow {
  fileId: FileId;
  /** Made of its validators; it is only compared. */
  version: string;
  /** What its entity tag ends with; empty as long as its bytes were never seen to change. */
  mark: string;
}

/** Of which version the bytes of each file are that was read. */
export interface FileVersionRows {
  get(fileId: FileId): Promise<FileVersionRow | undefined>;
  /** Notes it in the place of the one before. */
  put(row: FileVersionRow): Promise<void>;
  /** Those with a mark. */
  changed(): Promise<FileVersionRow[]>;
}

export function createFileVersionRows(db: Kysely<Schema>): FileVersionRows {
  const rows = () => db.selectFrom('file_versions').select(['file_id as fileId', 'version', 'mark']);
  return {
    get: (fileId) => rows().where('file_id', '=', fileId).executeTakeFirst(),

    async put({ fileId, version, mark }) {
      await db
        .insertInto('file_versions')
        .values({ file_id: fileId, version, mark })
        .onConflict((conflict) => conflict.column('file_id').doUpdateSet({ version, mark }))
        .execute();
    },

    changed: () => rows().where('mark', '<>', '').execute(),
  };
}
