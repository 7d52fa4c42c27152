import { type Kysely, sql } from 'kysely';
import { oneOf } from './one-of.ts';
import type { Schema } from './schema.ts';
import { upsert } from './upsert.ts';

/** What a file was taken for. `recognition` is JSON. */
export interface RecognitionRow {
  fileId: string;
  recognition: string;
}

/** What the files of the account were recognised as, the same for every tree. */
export function createRecognitions(db: Kysely<Schema>) {
  return {
    /** Replaces what is known of `fileIds`: those without a row in `rows` are taken for nothing from now on. */
    replace: (fileIds: readonly string[], rows: readonly RecognitionRow[]): Promise<void> =>
      db.transaction().execute(async (trx) => {
        const kept = new Set(rows.map((row) => row.fileId));
        const lost = fileIds.filter((id) => !kept.has(id));
        if (lost.length > 0)
          await trx.deleteFrom('recognitions').where('file_id', 'in', oneOf(lost)).execute();
        const values = rows.map((row) => ({ file_id: row.fileId, recognition: row.recognition }));
        await upsert(trx, 'recognitions', ['file_id'], values);
      }),

    async ofFiles(fileIds: readonly string[]): Promise<Map<string, string>> {
      const known = db.selectFrom('recognitions').selectAll().where('file_id', 'in', oneOf(fileIds));
      return new Map((await known.execute()).map((row) => [row.file_id, row.recognition]));
    },

    /** Those of files in the library after `after`, in order: for a walk over everything. */
    async after(after: string, limit: number): Promise<RecognitionRow[]> {
      const { rows } = await sql<{ file_id: string; recognition: string }>`
        select r.file_id, r.recognition from recognitions r join files f on f.id = r.file_id
        where r.file_id > ${after} and f.gone_at is null order by r.file_id limit ${limit}`.execute(db);
      return rows.map((row) => ({ fileId: row.file_id, recognition: row.recognition }));
    },
  };
}

export type Recognitions = ReturnType<typeof createRecognitions>;
