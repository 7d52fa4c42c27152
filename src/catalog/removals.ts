import { type Kysely, type RawBuilder, sql } from 'kysely';
import { batches } from './batches.ts';
import { markDirty } from './dirty.ts';
import { foldersBelow } from './listing.ts';
import type { Schema } from './schema.ts';

/** How much a removal would take of the tree, of all of it or of what lies below one root. */
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

  async function shareOf(before: number, where: RawBuilder<boolean>): Promise<RemovalShare> {
    const { rows } = await sql<RemovalShare>`
      select count(*) as total, coalesce(sum(missing_since is not null and missed_at <= ${before}), 0) as candidates
      from files
      where gone_at is null and ${where}
        and exists (select 1 from tree where tree.file_id = files.id and tree.kind = 'strm')`.execute(db);
    return rows[0] ?? { total: 0, candidates: 0 };
  }

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
        // A time that lies ahead was noted while the clock was wrong.
        .where((e) => e.or([e('missed_at', 'is', null), e('missed_at', '>', now)]))
        .where('gone_at', 'is', null)
        .execute();
    },

    /** Share of the tree that would go: files that stand in it, not the photos and archives beside them. */
    share: (before: number): Promise<RemovalShare> => shareOf(before, sql<boolean>`true`),

    /** The same below one folder. */
    async shareBelow(folderId: number, before: number): Promise<RemovalShare> {
      const folders = JSON.stringify(await foldersBelow(db, [folderId]));
      return shareOf(before, sql<boolean>`folder_id in (select value from json_each(${folders}))`);
    },

    /** Takes files out of the library. Their rows stay, so that one that returns is known again. */
    remove: (ids: readonly string[], now: number): Promise<void> =>
      db.transaction().execute(async (trx) => {
        for (const part of batches(ids)) {
          await trx.updateTable('files').set({ gone_at: now }).where('id', 'in', part).execute();
          await markDirty(trx, part);
          await trx.deleteFrom('leases').where('file_id', 'in', part).execute();
        }
      }),
  };
}

export type Removals = ReturnType<typeof createRemovals>;
