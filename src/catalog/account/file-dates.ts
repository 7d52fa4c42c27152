import { type Kysely, sql, type Transaction } from 'kysely';
import type { FileId } from '../../core/ids.ts';
import { ownTurn } from '../../core/yield-often.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';
import { upsert } from '../db/upsert.ts';

/**
 * The date that whoever wrote a file gave to what is in it. The host keeps none; it stands here by the id of the file, so
 * that it goes wherever the file goes, and what takes the place of the file does not have it. Milliseconds UTC, of whole
 * seconds. It tells no version from another: two contents may have the same one.
 */
export interface FileDates {
  /** @param datedAt undefined: it has none any more */
  put(id: FileId, datedAt: number | undefined): Promise<void>;
  /** Of those of these that have one. */
  of(ids: readonly FileId[]): Promise<Map<FileId, number>>;
  /**
   * Those of files that left the library go with them. What lies in the trash of the account keeps its own.
   * @returns how many
   */
  prune(): Promise<number>;
}

/** Some milliseconds of work. */
const rowsATurn = 2000;

export function createFileDates(db: Kysely<Schema>): FileDates {
  return {
    async put(id, datedAt) {
      if (datedAt === undefined) await db.deleteFrom('file_dates').where('file_id', '=', id).execute();
      else
        await db
          .insertInto('file_dates')
          .values({ file_id: id, dated_at: datedAt })
          .onConflict((conflict) => conflict.column('file_id').doUpdateSet({ dated_at: datedAt }))
          .execute();
    },

    async of(ids) {
      if (ids.length === 0) return new Map();
      const rows = await db
        .selectFrom('file_dates')
        .selectAll()
        .where('file_id', 'in', inList(ids))
        .execute();
      return new Map(rows.map((row) => [row.file_id, row.dated_at]));
    },

    async prune() {
      let pruned = 0;
      for (let after = ''; ; ) {
        const { rows } = await sql<{ last: string | null }>`select max(file_id) as last from
          (select file_id from file_dates where file_id > ${after} order by file_id limit ${rowsATurn})`.execute(
          db,
        );
        const last = rows[0]?.last;
        if (last == null) return pruned;
        const { numAffectedRows = 0n } = await sql`
          delete from file_dates where file_id > ${after} and file_id <= ${last} and not exists (
            select 1 from files f where f.id = file_dates.file_id and (f.gone_at is null
              or exists (select 1 from account_trash t where t.host_id = f.id or t.gone_at = f.gone_at))
          )`.execute(db);
        pruned += Number(numAffectedRows);
        after = last;
        await ownTurn();
      }
    },
  };
}

/** Dates of files that come into the catalog; one that has none leaves what stands there. */
export async function recordDates(
  trx: Transaction<Schema>,
  files: readonly { id: FileId; datedAt?: number | undefined }[],
): Promise<void> {
  const rows = files.flatMap(({ id, datedAt }) =>
    datedAt === undefined ? [] : [{ file_id: id, dated_at: datedAt }],
  );
  await upsert(trx, 'file_dates', ['file_id'], rows);
}
