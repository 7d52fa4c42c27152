import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { KeptCodec } from '../../core/codec.ts';
import type { FileId } from '../../core/ids.ts';
import type { MediaFacts } from '../../library/media-facts.ts';
import { markDirty } from '../account/dirty.ts';
import type { CatalogFile } from '../account/files.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';

/** A video whose header has not been read. */
export type UnreadVideo = Pick<CatalogFile, 'id' | 'url' | 'name' | 'sizeBytes'>;

export interface MediaCounts {
  /** Videos of the tree whose facts are known. */
  known: number;
  /** Videos that have not been read, or that failed and may be tried again. */
  waiting: number;
  givenUp: number;
}

/** Where one is in the order of the files, the newest first. */
interface Cursor {
  at: number;
  id: FileId;
}

/** Row values: SQLite walks its index from the one place to the other. */
const isBelow = ({ at, id }: Cursor) => sql<boolean>`(first_seen_at, id) < (${at}, ${id})`;
const isFrom = ({ at, id }: Cursor) => sql<boolean>`(first_seen_at, id) >= (${at}, ${id})`;

const filesAtOnce = 500;

/** So many of the files that came to the host last go first, whenever they were indexed. */
const newestFiles = 500;

/** So many failures and a file is left alone until it changes. */
export const maxFailures = 3;

/** What the videos' own headers say. A row holds for the size that it was written for. */
export interface MediaStore {
  /** The facts of these files, where they are known. */
  factsOf(fileIds: readonly FileId[]): Promise<Map<string, MediaFacts>>;
  /** How long these files last, in milliseconds, where that is known. */
  durationsOf(fileIds: readonly FileId[]): Promise<Map<string, number>>;
  /** Keeps the facts of a file and notes that the tree is behind for it. */
  put(file: { id: FileId; sizeBytes: number }, facts: MediaFacts, now: number): Promise<void>;
  /** Counts a failure; of a file that changed they are counted anew. `isForGood`: it is not tried again until it changes. */
  failed(file: { id: FileId; sizeBytes: number }, now: number, isForGood?: boolean): Promise<void>;
  /**
   * Videos to read: those that came to the host last, then those that were indexed last. Looks at some hundred files
   * at a time: most of them are known, and a film that plays must not wait for a look at 100,000.
   * @param failedBefore milliseconds UTC: later failures wait
   */
  next(limit: number, failedBefore: number): Promise<UnreadVideo[]>;
  /** Those of these files that are to be read, in this order. */
  unreadOf(fileIds: readonly FileId[], failedBefore: number): Promise<UnreadVideo[]>;
  /** How many videos of the trees have been read, wait, or were given up. */
  counts(): Promise<MediaCounts>;
}

export function createMedia(db: Kysely<Schema>, codec: KeptCodec<MediaFacts>): MediaStore {
  /** Videos that have a place in a tree and are at the host. */
  const videos = () =>
    db
      .selectFrom('files as f')
      .leftJoin('media as m', (join) =>
        join.onRef('m.file_id', '=', 'f.id').onRef('m.size_bytes', '=', 'f.size_bytes'),
      )
      .where('f.gone_at', 'is', null)
      .where('f.missing_since', 'is', null)
      .where('f.has_password', '=', 0)
      .where(sql<boolean>`exists (select 1 from placements where placements.file_id = f.id)`);

  /** Where a stretch of some hundred files below this place ends; undefined = at the oldest file. */
  const cursorAfter = (below: Cursor | undefined): Promise<Cursor | undefined> =>
    db
      .selectFrom('files')
      .select(['first_seen_at as at', 'id'])
      .$if(below !== undefined, (query) => query.where(isBelow(below as Cursor)))
      .orderBy('first_seen_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .offset(filesAtOnce - 1)
      .executeTakeFirst();

  const unread = (failedBefore: number) =>
    videos()
      .select(['f.id', 'f.url', 'f.name', 'f.size_bytes as sizeBytes'])
      .where('f.size_bytes', '>', 0)
      .where('m.facts', 'is', null)
      .where((e) =>
        e.or([
          e('m.file_id', 'is', null),
          e.and([e('m.failures', '<', maxFailures), e('m.at', '<=', failedBefore)]),
        ]),
      );

  const unreadBetween = (
    below: Cursor | undefined,
    end: Cursor | undefined,
    limit: number,
    failedBefore: number,
  ): Promise<UnreadVideo[]> =>
    unread(failedBefore)
      .$if(below !== undefined, (query) => query.where(isBelow(below as Cursor)))
      .$if(end !== undefined, (query) => query.where(isFrom(end as Cursor)))
      .orderBy('f.first_seen_at', 'desc')
      .orderBy('f.id', 'desc')
      .limit(limit)
      .execute();

  const unreadNewest = (limit: number, failedBefore: number): Promise<UnreadVideo[]> =>
    unread(failedBefore)
      .where(
        sql<boolean>`f.id in (select id from files order by sent_at desc, first_seen_at desc, id desc limit ${newestFiles})`,
      )
      .orderBy('f.sent_at', 'desc')
      .orderBy('f.first_seen_at', 'desc')
      .orderBy('f.id', 'desc')
      .limit(limit)
      .execute();

  return {
    async factsOf(fileIds) {
      const rows = await db
        .selectFrom('media as m')
        .innerJoin('files as f', (join) =>
          join.onRef('f.id', '=', 'm.file_id').onRef('f.size_bytes', '=', 'm.size_bytes'),
        )
        .select(['m.file_id as id', 'm.facts as facts'])
        .where('m.file_id', 'in', inList(fileIds))
        .execute();
      const read = new Map<FileId, MediaFacts>();
      const damaged: FileId[] = [];
      for (const { id, facts: text } of rows) {
        if (text === null) continue;
        const facts = codec.decode(text);
        if (facts) read.set(id, facts);
        else damaged.push(id);
      }
      // Their headers are read anew.
      if (damaged.length > 0) await db.deleteFrom('media').where('file_id', 'in', inList(damaged)).execute();
      return read;
    },

    async durationsOf(fileIds) {
      // Not by their facts: the chapters of a film are many, and a playlist has many films.
      const { rows } = await sql<{ id: string; ms: number }>`
        select m.file_id as id, json_extract(m.facts, '$.durationMs') as ms
        from json_each(${JSON.stringify(fileIds)}) wanted
          cross join media m on m.file_id = wanted.value
          cross join files f on f.id = m.file_id and f.size_bytes = m.size_bytes
        where json_valid(m.facts) and ms is not null`.execute(db);
      return new Map(rows.map(({ id, ms }) => [id, ms]));
    },

    put: (file, facts, now) =>
      db.transaction().execute(async (trx) => {
        const row = { size_bytes: file.sizeBytes, at: now, failures: 0, facts: codec.encode(facts) };
        await trx
          .insertInto('media')
          .values({ file_id: file.id, ...row })
          .onConflict((conflict) => conflict.column('file_id').doUpdateSet(row))
          .execute();
        await markDirty(trx, [file.id]);
      }),

    async failed(file, now, isForGood = false) {
      const failures = isForGood ? maxFailures : 1;
      await db
        .insertInto('media')
        .values({ file_id: file.id, size_bytes: file.sizeBytes, at: now, failures, facts: null })
        .onConflict((conflict) =>
          conflict.column('file_id').doUpdateSet((e) => ({
            failures: sql<number>`case when media.size_bytes = excluded.size_bytes
              then media.failures + excluded.failures else excluded.failures end`,
            size_bytes: e.ref('excluded.size_bytes'),
            at: now,
            facts: null,
          })),
        )
        .execute();
    },

    async next(limit, failedBefore) {
      const found = new Map(
        (await unreadNewest(limit, failedBefore)).map((file) => [file.id, file] as const),
      );
      for (let below: Cursor | undefined, isLast = false; found.size < limit && !isLast; ) {
        await yieldToEventLoop();
        const end = await cursorAfter(below);
        for (const file of await unreadBetween(below, end, limit, failedBefore))
          if (found.size < limit) found.set(file.id, file);
        isLast = end === undefined;
        below = end;
      }
      return [...found.values()];
    },

    async unreadOf(fileIds, failedBefore) {
      const rows = await unread(failedBefore).where('f.id', 'in', inList(fileIds)).execute();
      return rows.sort((a, b) => fileIds.indexOf(a.id) - fileIds.indexOf(b.id));
    },

    async counts() {
      const row = await videos()
        .select((e) => [
          e.fn.countAll<number>().as('all'),
          e.fn.count<number>('m.facts').as('known'),
          e.fn
            .countAll<number>()
            .filterWhere('m.facts', 'is', null)
            .filterWhere('m.failures', '>=', maxFailures)
            .as('givenUp'),
        ])
        .executeTakeFirstOrThrow();
      const { all, known, givenUp } = row;
      return { known, waiting: all - known - givenUp, givenUp };
    },
  };
}
