import { type Kysely, sql } from 'kysely';
import { batches } from './batches.ts';
import { foldersBelow } from './listing.ts';
import type { Schema } from './schema.ts';

/** How much a removal would take, from the whole library or from below one root. */
export interface RemovalShare {
  total: number;
  candidates: number;
}

/** What listings no longer name: remembered, confirmed by a second crawl, and only then taken out. */
export function createRemovals(db: Kysely<Schema>) {
  const candidatesBefore = (before: number) =>
    db
      .selectFrom('files')
      .where('gone_at', 'is', null)
      .where('missing_since', 'is not', null)
      .where('missed_at', '<=', before);

  return {
    /** Files that a crawl which ended at `before` or earlier has missed, and that are missing still. */
    async candidates(before: number): Promise<string[]> {
      const rows = await candidatesBefore(before).select('id').execute();
      return rows.map((row) => row.id);
    },

    /** What lies below none of the roots any more (somebody changed the settings) counts as missing from now on. */
    async missOutside(rootIds: readonly number[], now: number): Promise<void> {
      const inside = JSON.stringify(await foldersBelow(db, rootIds));
      await sql`update files set missing_since = ${now}
        where gone_at is null and missing_since is null
          and folder_id not in (select value from json_each(${inside}))`.execute(db);
    },

    /** A successful crawl ends: what is missing has now been missed once. */
    async confirm(now: number): Promise<void> {
      await db
        .updateTable('files')
        .set({ missed_at: now })
        .where('missing_since', 'is not', null)
        .where('missed_at', 'is', null)
        .where('gone_at', 'is', null)
        .execute();
    },

    /** Share of the whole library that would go. */
    async share(before: number): Promise<RemovalShare> {
      const { total } = await db
        .selectFrom('files')
        .select((e) => e.fn.countAll<number>().as('total'))
        .where('gone_at', 'is', null)
        .executeTakeFirstOrThrow();
      const { candidates } = await candidatesBefore(before)
        .select((e) => e.fn.countAll<number>().as('candidates'))
        .executeTakeFirstOrThrow();
      return { total, candidates };
    },

    /** The same below one folder. */
    async shareBelow(folderId: number, before: number): Promise<RemovalShare> {
      const folders = JSON.stringify(await foldersBelow(db, [folderId]));
      const { rows } = await sql<RemovalShare>`
        select count(*) as total,
               coalesce(sum(missing_since is not null and missed_at <= ${before}), 0) as candidates
        from files where gone_at is null and folder_id in (select value from json_each(${folders}))`.execute(
        db,
      );
      return rows[0] ?? { total: 0, candidates: 0 };
    },

    /** Takes files out of the library. Their rows stay, so that one that returns is known again. */
    remove: (ids: readonly string[], now: number): Promise<void> =>
      db.transaction().execute(async (trx) => {
        for (const part of batches(ids)) {
          await trx.updateTable('files').set({ gone_at: now }).where('id', 'in', part).execute();
          await trx.deleteFrom('leases').where('file_id', 'in', part).execute();
        }
      }),
  };
}

export type Removals = ReturnType<typeof createRemovals>;
