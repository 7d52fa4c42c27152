import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { FileId, FolderId } from '../../core/ids.ts';
import { descendantFolders } from '../account/descendants.ts';
import { markDirty } from '../account/dirty.ts';
import { chunks } from '../db/chunks.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';
import type { ProposalFacts } from './proposal-facts.ts';
import { insertProposal } from './proposals.ts';

/**
 * One statement holds the loop until it ends, and a whole account may go: what stands in one of these takes a few
 * milliseconds.
 */
const filesAtOnce = 5000;
const foldersAtOnce = 5;

/** How much a removal would take of the tree, of all of it or of what lies below one root. */
export interface RemovalShare {
  total: number;
  candidates: number;
}

/** How long a file must have been missing to go. All in milliseconds; `monotonicMs` is monotonic time, now. */
export interface RetentionWindows {
  monotonicMs: number;
  /** Between the first crawl that missed it and the one that confirms. */
  confirmMs: number;
  /** From the confirmation until it goes. */
  graceMs: number;
}

/** What listings no longer name: remembered, confirmed by a second crawl, given a time of grace, and only then taken out. */
export interface Removals {
  /** Files whose time of grace is over, with what this crawl would confirm. */
  due(windows: RetentionWindows): Promise<FileId[]>;
  /** Files that are missing, for however long. @param since only those missing for so long, milliseconds UTC */
  missing(since?: number): Promise<FileId[]>;
  /** What lies below none of the roots any more (somebody changed the settings) counts as missing from now on. */
  missOutside(rootIds: readonly FolderId[], now: number): Promise<void>;
  /** A successful crawl ends: what is missing goes one step further, never two. */
  advance(windows: RetentionWindows): Promise<void>;
  /** Share of the tree that would go: files that stand in it, not the photos and archives beside them. */
  share(windows: RetentionWindows): Promise<RemovalShare>;
  /** The same of one of several trees. */
  shareInTree(tree: string, windows: RetentionWindows): Promise<RemovalShare>;
  /** The same below one folder. */
  shareBelow(folderId: FolderId, windows: RetentionWindows): Promise<RemovalShare>;
  /**
   * Takes files out of the library, as a batch that can be undone. Their rows stay, so that one that returns is known
   * again. What came back, or was kept, in the meantime stays. @returns what went
   */
  remove(ids: readonly FileId[], now: number, batch: RemovalBatch): Promise<FileId[]>;
  /** A person's word that these stay in the library, also those that were taken out. @returns what is there again */
  keep(ids: readonly FileId[], now: number): Promise<FileId[]>;
  /** That word is taken back: they go on from where they stood. */
  unkeep(ids: readonly FileId[]): Promise<void>;
  /** Those of `ids` that are missing still, in the library, and not kept by a person's word. */
  stillMissing(ids: readonly FileId[]): Promise<FileId[]>;
}

export function createRemovals(db: Kysely<Schema>): Removals {
  const missing = sql<boolean>`gone_at is null and missing_since is not null and kept_at is null`;
  const isDue = ({ monotonicMs, confirmMs, graceMs }: RetentionWindows) => sql<boolean>`(${missing} and
    case when confirmed_at is not null then confirmed_at <= ${monotonicMs - graceMs}
         else ${graceMs} = 0 and missed_at <= ${monotonicMs - confirmMs} end)`;

  async function shareOf(windows: RetentionWindows, where: RawBuilder<boolean>): Promise<RemovalShare> {
    const { rows } = await sql<RemovalShare>`
      select count(*) as total, coalesce(sum(${isDue(windows)}), 0) as candidates
      from files
      where gone_at is null and ${where}
        and exists (select 1 from tree where tree.file_id = files.id and tree.kind = 'strm')`.execute(db);
    return rows[0] ?? { total: 0, candidates: 0 };
  }

  const idsWhere = async (where: RawBuilder<boolean>): Promise<FileId[]> => {
    const rows = await db.selectFrom('files').select('id').where(where).orderBy('id').execute();
    return rows.map((row) => row.id);
  };

  return {
    due: (windows) => idsWhere(isDue(windows)),

    missing: (since = Number.MAX_SAFE_INTEGER) =>
      idsWhere(sql<boolean>`${missing} and missing_since <= ${since}`),

    async missOutside(rootIds, now) {
      const inside = inList(await descendantFolders(db, rootIds));
      // Folder by folder: file by file it takes half a second for 100,000 of them, after each crawl.
      const outside = await db.selectFrom('folders').select('id').where('id', 'not in', inside).execute();
      for (const some of chunks(outside, foldersAtOnce))
        await db
          .updateTable('files')
          .set({ missing_since: now })
          .where('gone_at', 'is', null)
          .where('missing_since', 'is', null)
          .where('folder_id', 'in', inList(some.map(({ id }) => id)))
          .execute();
    },

    advance: ({ monotonicMs, confirmMs }) =>
      db.transaction().execute(async (trx) => {
        await trx
          .updateTable('files')
          .set({ confirmed_at: monotonicMs })
          .where('missing_since', 'is not', null)
          .where('gone_at', 'is', null)
          .where('confirmed_at', 'is', null)
          .where('missed_at', '<=', monotonicMs - confirmMs)
          .execute();
        await trx
          .updateTable('files')
          .set({ missed_at: monotonicMs })
          .where('missing_since', 'is not', null)
          .where('gone_at', 'is', null)
          // A time that lies ahead was noted by an older version while the clock was wrong.
          .where((e) => e.or([e('missed_at', 'is', null), e('missed_at', '>', monotonicMs)]))
          .execute();
      }),

    share: (windows) => shareOf(windows, sql<boolean>`true`),

    shareInTree: (tree, windows) =>
      shareOf(
        windows,
        sql<boolean>`exists (select 1 from tree own
          where own.file_id = files.id and own.kind = 'strm' and own.tree = ${tree})`,
      ),

    async shareBelow(folderId, windows) {
      return shareOf(windows, sql<boolean>`folder_id in ${inList(await descendantFolders(db, [folderId]))}`);
    },

    remove: (ids, now, batch) =>
      db.transaction().execute(async (trx) => {
        const gone = await stillMissing(trx, ids, 'proposalId' in batch && batch.alsoKept === true);
        for (const some of chunks(gone, filesAtOnce)) {
          await trx
            .updateTable('files')
            .set({ gone_at: now, kept_at: null })
            .where('id', 'in', inList(some))
            .execute();
          await markDirty(trx, some);
          await trx.deleteFrom('leases').where('file_id', 'in', inList(some)).execute();
        }
        if ('proposalId' in batch) await accepted(trx, batch.proposalId, now);
        else if (gone.length > 0)
          await insertProposal(trx, { ...batch, at: now, state: 'accepted', decidedAt: now }, gone);
        return gone;
      }),

    keep: (ids, now) =>
      db.transaction().execute(async (trx) => {
        const back: FileId[] = [];
        for (const some of chunks(ids, filesAtOnce)) {
          const rows = await trx
            .selectFrom('files')
            .select('id')
            .where('id', 'in', inList(some))
            .where('gone_at', 'is not', null)
            .execute();
          await trx
            .updateTable('files')
            .set({ gone_at: null, kept_at: now })
            .where('id', 'in', inList(some))
            .where('missing_since', 'is not', null)
            .execute();
          back.push(...rows.map((row) => row.id));
        }
        for (const some of chunks(back, filesAtOnce)) await markDirty(trx, some);
        return back;
      }),

    async unkeep(ids) {
      for (const some of chunks(ids, filesAtOnce))
        await db.updateTable('files').set({ kept_at: null }).where('id', 'in', inList(some)).execute();
    },

    stillMissing: (ids) => stillMissing(db, ids, false),
  };
}

/** What a removal is noted as: the proposal that it carries out, or a batch of its own. */
export type RemovalBatch =
  /** `alsoKept`: also what a person kept before. */
  { proposalId: number; alsoKept?: boolean } | { kind: string; why: string; facts: ProposalFacts };

async function stillMissing(
  db: Kysely<Schema> | Transaction<Schema>,
  ids: readonly FileId[],
  alsoKept: boolean,
): Promise<FileId[]> {
  const still: FileId[] = [];
  for (const some of chunks(ids, filesAtOnce)) {
    let query = db
      .selectFrom('files')
      .select('id')
      .where('id', 'in', inList(some))
      .where('gone_at', 'is', null)
      .where('missing_since', 'is not', null);
    if (!alsoKept) query = query.where('kept_at', 'is', null);
    still.push(...(await query.execute()).map((row) => row.id));
  }
  return still;
}

async function accepted(trx: Transaction<Schema>, id: number, now: number): Promise<void> {
  await trx
    .updateTable('proposals')
    .set({ state: 'accepted', decided_at: now })
    .where('id', '=', id)
    .execute();
}
