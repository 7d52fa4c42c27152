import type { Kysely, Selectable } from 'kysely';
import type { FileId, FolderId } from '../core/ids.ts';
import { inList } from './db/in-list.ts';
import type { Schema } from './db/schema.ts';
import type { RemoteAddressTable } from './db/schema-account.ts';

/**
 * How far an address is:
 *
 * - `waiting`: the host was not asked for it yet
 * - `asked`: it was asked, and its answer did not come: it may have a job for it or not
 * - `fetching`: the host has a job for it
 * - `stored`: it is in the account, and listings do not name it yet
 * - `added`: it is in the library
 * - `failed`: the host could not have it
 * - `unsure`: nobody knows what became of it
 */
export type RemoteState = 'waiting' | 'asked' | 'fetching' | 'stored' | 'added' | 'failed' | 'unsure';

/** An address that the host is to fetch. Times in milliseconds UTC. */
export interface RemoteAddress {
  id: number;
  /** Whole while it is not over, with whatever secret stands in it; then as it may be shown. */
  url: string;
  folderId: FolderId;
  state: RemoteState;
  addedAt: number;
  /** When the host was asked: noted before the call. */
  askedAt: number | undefined;
  /** By which the host knows it. */
  job: string | undefined;
  /** What it is in the account. */
  fileId: FileId | undefined;
  pageUrl: string | undefined;
  /** Why it failed, for a person. */
  why: string | undefined;
  endedAt: number | undefined;
}

/** Addresses that the host fetches by itself: what is not over is gone on with by the next process. */
export interface RemoteJournal {
  /** Notes them as waiting, once each: one that is under way to this folder already is given as it is. */
  add(urls: readonly string[], folderId: FolderId, now: number): Promise<RemoteAddress[]>;
  /** Those that are not over, the oldest first. */
  open(): Promise<RemoteAddress[]>;
  /** The newest first. */
  newest(limit: number): Promise<RemoteAddress[]>;
  byIds(ids: readonly number[]): Promise<RemoteAddress[]>;
  /** Every job of the host that one of them belongs to. */
  jobs(): Promise<Set<string>>;
  /** @returns them as they are now */
  change(ids: readonly number[], to: RemoteChange): Promise<RemoteAddress[]>;
}

export type RemoteChange = Partial<
  Pick<RemoteAddress, 'url' | 'state' | 'askedAt' | 'job' | 'fileId' | 'pageUrl' | 'why' | 'endedAt'>
>;

/** Of those that are over. */
const maxKept = 1000;

export function createRemoteJournal(db: Kysely<Schema>): RemoteJournal {
  const rows = () => db.selectFrom('remote_addresses').selectAll();
  const byIds = async (ids: readonly number[]) =>
    (await rows().where('id', 'in', inList(ids)).orderBy('id').execute()).map(toAddress);

  return {
    async add(urls, folderId, now) {
      return db.transaction().execute(async (trx) => {
        const open = await trx
          .selectFrom('remote_addresses')
          .selectAll()
          .where('ended_at', 'is', null)
          .where('folder_id', '=', folderId)
          .execute();
        const known = new Map(open.map((row) => [row.url, row]));
        for (const url of urls) {
          if (known.has(url)) continue;
          const row = await trx
            .insertInto('remote_addresses')
            .values({ url, folder_id: folderId, state: 'waiting', added_at: now })
            .returningAll()
            .executeTakeFirstOrThrow();
          known.set(url, row);
        }
        await trx
          .deleteFrom('remote_addresses')
          .where('id', 'in', (query) =>
            query
              .selectFrom('remote_addresses')
              .select('id')
              .where('ended_at', 'is not', null)
              .orderBy('id', 'desc')
              .limit(-1)
              .offset(maxKept),
          )
          .execute();
        return [...new Set(urls)].flatMap((url) => known.get(url) ?? []).map(toAddress);
      });
    },
    open: async () => (await rows().where('ended_at', 'is', null).orderBy('id').execute()).map(toAddress),
    newest: async (limit) => (await rows().orderBy('id', 'desc').limit(limit).execute()).map(toAddress),
    byIds,
    async jobs() {
      const found = await db
        .selectFrom('remote_addresses')
        .select('job')
        .distinct()
        .where('job', 'is not', null)
        .execute();
      return new Set(found.flatMap(({ job }) => job ?? []));
    },
    async change(ids, { askedAt, fileId, pageUrl, endedAt, ...same }) {
      await db
        .updateTable('remote_addresses')
        .set({
          ...same,
          ...(askedAt !== undefined && { asked_at: askedAt }),
          ...(fileId !== undefined && { file_id: fileId }),
          ...(pageUrl !== undefined && { page_url: pageUrl }),
          ...(endedAt !== undefined && { ended_at: endedAt }),
        })
        .where('id', 'in', inList(ids))
        .execute();
      return byIds(ids);
    },
  };
}

function toAddress(row: Selectable<RemoteAddressTable>): RemoteAddress {
  return {
    id: row.id,
    url: row.url,
    folderId: row.folder_id,
    state: row.state as RemoteState,
    addedAt: row.added_at,
    askedAt: row.asked_at ?? undefined,
    job: row.job ?? undefined,
    fileId: row.file_id ?? undefined,
    pageUrl: row.page_url ?? undefined,
    why: row.why ?? undefined,
    endedAt: row.ended_at ?? undefined,
  };
}
