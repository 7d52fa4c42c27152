import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { jsonOf, keptAs, type OnDamage } from '../../core/codec.ts';
import type { FolderId } from '../../core/ids.ts';
import { chunks } from '../db/chunks.ts';
import type { Schema } from '../db/schema.ts';
import { withoutTrash } from './account-trash.ts';
import { markDirty } from './dirty.ts';
import { withinBounds } from './folder-bounds.ts';
import { forgetGapsOutside, recordGaps } from './folder-gaps.ts';
import {
  type ListedFile,
  type Listing,
  type ListingChange,
  recordArrivals,
  recordListing,
} from './listing.ts';
import type { OwnWord } from './own-word.ts';

/** A crawl as it is kept. */
export interface Crawl {
  id: number;
  startedAt: number;
  endedAt: number | undefined;
  /** `stopped` goes on where it was. */
  outcome: 'running' | 'stopped' | 'done' | 'failed';
  roots: readonly string[];
  /** Listings asked for, over all its parts. */
  calls: number;
  note: CrawlNote;
}

const note = z.object({
  /** Removals that the guard held back, and why. */
  held: z.object({ files: z.number(), why: z.string(), proposal: z.number().optional() }).optional(),
  removed: z.number().optional(),
  /** Folders that could not be listed; nothing is taken for missing after such a crawl. */
  failedFolders: z.number().optional(),
  /** Folders of whose content something is not known; nothing in them is taken for missing. */
  incompleteFolders: z.number().optional(),
  /** Roots of the settings that the account does not have; nothing is taken for missing either. */
  missingRoots: z.array(z.string()).optional(),
  /** Error code that stopped it. */
  stoppedBy: z.string().optional(),
});

/** What a crawl has to tell afterwards. */
export type CrawlNote = z.infer<typeof note>;

const [noteJson, rootsJson] = [jsonOf(note), jsonOf(z.array(z.string()))];

/** What one listing did. */
export interface CrawledListing extends ListingChange {
  /** Folders that wait now and did not before. */
  enqueued: number;
}

export interface CrawlCounts {
  done: number;
  waiting: number;
  failed: number;
}

/** The state of crawls: which folders are done, which wait. Kept so that a killed process goes on where it was. */
export interface Crawls {
  /** The newest crawl. */
  last(): Promise<Crawl | undefined>;
  /** Begins a crawl; what an older one left waiting is forgotten. @returns its id */
  start(roots: readonly string[], now: number): Promise<number>;
  /** Adds a folder to what waits, once a crawl. @returns how many were new */
  enqueue(crawlId: number, folderId: FolderId): Promise<number>;
  /** The folder that has waited longest: breadth first. `listedAt` = the last time. */
  next(crawlId: number): Promise<{ folderId: FolderId; listedAt: number | undefined } | undefined>;
  /**
   * One listing, its sub-folders to the queue and its folder ticked off: one transaction.
   * @param room sub-folders that may be told at most; without limit if not given
   */
  listed(
    crawlId: number,
    listing: Listing,
    now: number,
    calls: number,
    room?: number,
  ): Promise<CrawledListing>;
  /** One listing outside of a crawl. @param room see `listed` */
  listedAlone(listing: Listing, now: number, room?: number): Promise<ListingChange>;
  /** Files that came into a folder by our own doing: nothing is said of what else lies there. */
  arrived(folderId: FolderId, files: readonly ListedFile[], now: number): Promise<ListingChange>;
  /** Whether the account was ever listed completely. */
  everDone(): Promise<boolean>;
  /** A folder that could not be listed in this crawl. */
  failed(crawlId: number, folderId: FolderId, code: string, now: number, calls: number): Promise<void>;
  /** How many folders are done, wait and failed. */
  counts(crawlId: number): Promise<CrawlCounts>;
  /** Ends a crawl, or a part of it when `outcome` is `stopped`. @param calls that no folder was charged with */
  end(
    crawlId: number,
    outcome: 'done' | 'stopped' | 'failed',
    note: CrawlNote,
    now: number,
    calls?: number,
  ): Promise<void>;
  /** A stopped or killed crawl runs again. */
  resume(crawlId: number): Promise<void>;
}

export function createCrawls(db: Kysely<Schema>, ownWord: OwnWord, onDamage: OnDamage): Crawls {
  const notes = keptAs<CrawlNote>(noteJson, 'what a crawl tells', onDamage);
  const roots = keptAs<readonly string[]>(rootsJson, 'where a crawl began', onDamage);

  /** What of a listing is written: in the same transaction, so that no change of ours comes between. */
  async function believed(trx: Transaction<Schema>, named: Listing, room: number): Promise<Listing> {
    return withinBounds(trx, await ownWord.amended(trx, await withoutTrash(trx, named)), room);
  }

  return {
    async last() {
      const row = await db.selectFrom('crawls').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirst();
      if (!row) return undefined;
      return {
        id: row.id,
        startedAt: row.started_at,
        endedAt: row.ended_at ?? undefined,
        outcome: row.outcome as Crawl['outcome'],
        roots: roots.decode(row.roots) ?? [],
        calls: row.calls,
        note: (row.note && notes.decode(row.note)) || {},
      };
    },

    start: (paths, now) =>
      db.transaction().execute(async (trx) => {
        await trx.deleteFrom('crawl_folders').execute();
        const row = {
          started_at: now,
          ended_at: null,
          outcome: 'running',
          roots: roots.encode(paths),
          calls: 0,
          note: null,
        };
        const { insertId } = await trx.insertInto('crawls').values(row).executeTakeFirstOrThrow();
        return Number(insertId);
      }),

    enqueue: (crawlId, folderId) => enqueueAll(db, crawlId, [folderId]),

    async next(crawlId) {
      const row = await db
        .selectFrom('crawl_folders')
        .leftJoin('folders', 'folders.id', 'folder_id')
        .select(['folder_id', 'listed_at'])
        .where('crawl_id', '=', crawlId)
        .where('done_at', 'is', null)
        .orderBy('seq')
        .limit(1)
        .executeTakeFirst();
      return row && { folderId: row.folder_id, listedAt: row.listed_at ?? undefined };
    },

    listed: (crawlId, named, now, calls, room = Number.POSITIVE_INFINITY) =>
      db.transaction().execute(async (trx) => {
        const listing = await believed(trx, named, room);
        const change = await recordListing(trx, listing, now);
        const folderIds = listing.folders.map((folder) => folder.id);
        const enqueued = await enqueueAll(trx, crawlId, folderIds);
        await markDirty(trx, change.changed);
        await tick(trx, crawlId, listing.folderId, now, null);
        await countCalls(trx, crawlId, calls);
        return { ...change, enqueued };
      }),

    listedAlone: (named, now, room = Number.POSITIVE_INFINITY) =>
      db.transaction().execute(async (trx) => {
        const listing = await believed(trx, named, room);
        const { folderId: to, files, folders } = listing;
        const before = await trx.selectFrom('folders').select('id').where('parent_id', '=', to).execute();
        const change = await recordListing(trx, listing, now);
        await markDirty(trx, change.changed);
        // A crawl that has asked before us may write its older answer down after this.
        const [changed, known] = [new Set(change.changed), new Set(before.map(({ id }) => id))];
        ownWord.note([
          ...files.flatMap(({ id }) => (changed.has(id) ? { kind: 'file' as const, id, to } : [])),
          ...folders.flatMap(({ id }) => (known.has(id) ? [] : { kind: 'folder' as const, id, to })),
        ]);
        return change;
      }),

    arrived: (folderId, files, now) =>
      db.transaction().execute(async (trx) => {
        const change = await recordArrivals(trx, folderId, files, now);
        await markDirty(trx, change.changed);
        ownWord.note(files.map(({ id }) => ({ kind: 'file', id, to: folderId })));
        return change;
      }),

    async everDone() {
      const row = await db
        .selectFrom('crawls')
        .select('id')
        .where('outcome', '=', 'done')
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    failed: (crawlId, folderId, code, now, calls) =>
      db.transaction().execute(async (trx) => {
        await tick(trx, crawlId, folderId, now, code);
        await recordGaps(trx, folderId, [{ reason: 'failed', kind: 'folder', count: 0, code }]);
        await countCalls(trx, crawlId, calls);
      }),

    async counts(crawlId) {
      const { rows } = await sql<CrawlCounts>`
        select count(done_at) as done, count(*) - count(done_at) as waiting, count(failure) as failed
        from crawl_folders where crawl_id = ${crawlId}`.execute(db);
      return rows[0] ?? { done: 0, waiting: 0, failed: 0 };
    },

    end: (crawlId, outcome, note, now, calls = 0) =>
      db.transaction().execute(async (trx) => {
        await trx
          .updateTable('crawls')
          .set((e) => ({ ended_at: now, outcome, note: notes.encode(note), calls: e('calls', '+', calls) }))
          .where('id', '=', crawlId)
          .execute();
        if (outcome === 'done') await forgetGapsOutside(trx, crawlId);
      }),

    async resume(crawlId) {
      await db
        .updateTable('crawls')
        .set({ ended_at: null, outcome: 'running' })
        .where('id', '=', crawlId)
        .execute();
    },
  };
}

/** @returns how many were new */
async function enqueueAll(
  db: Kysely<Schema>,
  crawlId: number,
  folderIds: readonly FolderId[],
): Promise<number> {
  let added = 0;
  for (const part of chunks(folderIds)) {
    const rows = part.map((folder_id) => ({ crawl_id: crawlId, folder_id, done_at: null, failure: null }));
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('crawl_folders')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    added += Number(numInsertedOrUpdatedRows ?? 0);
  }
  return added;
}

async function tick(
  db: Kysely<Schema>,
  crawlId: number,
  folderId: FolderId,
  now: number,
  failure: string | null,
): Promise<void> {
  await db
    .updateTable('crawl_folders')
    .set({ done_at: now, failure })
    .where('crawl_id', '=', crawlId)
    .where('folder_id', '=', folderId)
    .execute();
}

async function countCalls(db: Kysely<Schema>, crawlId: number, calls: number): Promise<void> {
  await db
    .updateTable('crawls')
    .set((e) => ({ calls: e('calls', '+', calls) }))
    .where('id', '=', crawlId)
    .execute();
}
