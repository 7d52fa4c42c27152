import { type Kysely, sql } from 'kysely';
import type { KeptCodec } from '../../core/codec.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
import { createYielder, inTurns, mapInSteps } from '../../core/yield-often.ts';
import { unseenExtras } from '../../naming/folders/extras.ts';
import type { Recognition } from '../../naming/text/recognition.ts';
import { chunks } from '../db/chunks.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';
import { upsert } from '../db/upsert.ts';

/** What a file was taken for. */
export interface RecognitionRow {
  fileId: FileId;
  recognition: Recognition;
}

/** A file that is taken for something else than before. */
export interface ChangedRecognition extends RecognitionRow {
  /** undefined = it is new. */
  before: Recognition | undefined;
}

/** Files that are new in the library. */
export interface ArrivalCounts {
  films: number;
  episodes: number;
}

/** New files that are counted without letting others run. */
const arrivedAtOnce = 2000;
/** New files that are brought into the order in which they lie: sorting as many takes some milliseconds. */
const sortedAtOnce = 20_000;

/** No title has more folders. */
const maxBeside = 50;

/** What the files of the account were recognised as, the same for every tree. */
export interface Recognitions {
  /**
   * Notes what files are taken for now.
   * @param first is told of those that were taken for something else until now, before that is written down
   */
  update(
    rows: readonly RecognitionRow[],
    first: (changed: readonly ChangedRecognition[]) => Promise<void>,
  ): Promise<void>;
  /** How many files of each kind came into the library at `since` (milliseconds UTC) or later and are in it. */
  arrivedSince(since: number): Promise<ArrivalCounts>;
  /** What these files were taken for last. */
  ofFiles(fileIds: readonly FileId[]): Promise<Map<string, Recognition>>;
  /**
   * Extras without a place in the folders that `folderIds` names, below, above and beside them: they may belong to what
   * came there. Beside means among as few folders as a title has, not among the titles of a whole library.
   */
  extrasNear(folderIds: readonly FolderId[]): Promise<FileId[]>;
  /** Those of files in the library after `after`, in order: for a walk over everything. */
  after(after: FileId | undefined, limit: number): Promise<RecognitionRow[]>;
}

export function createRecognitions(db: Kysely<Schema>, codec: KeptCodec<Recognition>): Recognitions {
  async function textsOf(fileIds: readonly FileId[]): Promise<Map<FileId, string>> {
    const known = db.selectFrom('recognitions').selectAll().where('file_id', 'in', inList(fileIds));
    return new Map((await known.execute()).map((row) => [row.file_id, row.recognition]));
  }

  /** Files that came at `since` or later, from the index alone: sorted by id within each handful. */
  async function* idsSince(since: number): AsyncGenerator<FileId[]> {
    for (let [at, after] = [since, '']; ; ) {
      const { rows } = await sql<{ id: FileId; at: number }>`
        select id, first_seen_at as at from files indexed by files_first_seen
        where (first_seen_at, id) > (${at}, ${after}) order by first_seen_at, id limit ${sortedAtOnce}`.execute(
        db,
      );
      yield rows.map(({ id }) => id).sort();
      const last = rows.at(-1);
      if (!last || rows.length < sortedAtOnce) return;
      [at, after] = [last.at, last.id];
    }
  }

  return {
    async update(rows, first) {
      const known = await textsOf(rows.map(({ fileId }) => fileId));
      const changed: ChangedRecognition[] = [];
      const values: Schema['recognitions'][] = [];
      // As texts: of a whole account hardly any are other than before, and none needs to be read for that.
      const yieldOften = createYielder();
      for (const { fileId, recognition } of rows) {
        await yieldOften();
        const text = codec.encode(recognition);
        const before = known.get(fileId);
        if (before === text) continue;
        changed.push({
          fileId,
          recognition,
          before: before === undefined ? undefined : codec.decode(before),
        });
        values.push({ file_id: fileId, recognition: text });
      }
      if (values.length === 0) return;
      await first(changed);
      await db.transaction().execute((trx) => upsert(trx, 'recognitions', ['file_id'], values));
    },

    async arrivedSince(since) {
      const counts = { movie: 0, episode: 0 };
      // Both tables lie in the order of ids: of many files, each of their pages is read once for a handful.
      for await (const sorted of idsSince(since))
        for (const ids of chunks(sorted, arrivedAtOnce)) {
          const { rows } = await sql<{ kind: string; count: number }>`
            select iif(json_valid(r.recognition), r.recognition ->> '$.kind', '') as kind, count(*) as count
            from json_each(${JSON.stringify(ids)}) wanted
              cross join files f on f.id = wanted.value and f.gone_at is null
              cross join recognitions r on r.file_id = f.id
            group by 1`.execute(db);
          for (const { kind, count } of rows)
            if (kind === 'movie' || kind === 'episode') counts[kind] += count;
        }
      return { films: counts.movie, episodes: counts.episode };
    },

    async ofFiles(fileIds) {
      const texts = await textsOf(fileIds);
      const readings = new Map<FileId, Recognition>();
      for (const [id, recognition] of await inTurns(
        mapInSteps(texts, ([id, text]) => [id, codec.decode(text)] as const),
      ))
        if (recognition) readings.set(id, recognition);
      return readings;
    },

    async extrasNear(folderIds) {
      const { rows } = await sql<{ id: FileId }>`
        with near(id) as (
          select value from json_each(${JSON.stringify(folderIds)})
          union select id from folders where parent_id in ${inList(folderIds)}
          union select parent_id from folders where id in ${inList(folderIds)}
          union select above.parent_id from folders own join folders above on above.id = own.parent_id
            where own.id in ${inList(folderIds)}
          union select beside.id from folders own join folders beside on beside.parent_id = own.parent_id
            where own.id in ${inList(folderIds)} and ${maxBeside} >= (
              select count(*) from (select 1 from folders f where f.parent_id = own.parent_id limit ${maxBeside + 1}))
        )
        select f.id from near cross join files f on f.folder_id = near.id
        where f.gone_at is null
          and not exists (select 1 from placements where file_id = f.id)
          and exists (select 1 from recognitions r where r.file_id = f.id and json_valid(r.recognition)
            and r.recognition ->> '$.kind' = 'extra' and coalesce(r.recognition ->> '$.extra', '') not in ${inList(unseenExtras)})`.execute(
        db,
      );
      return rows.map((row) => row.id);
    },

    async after(after, limit) {
      for (let last = after; ; ) {
        const { rows } = await sql<{ file_id: FileId; recognition: string }>`
          select r.file_id, r.recognition from recognitions r join files f on f.id = r.file_id
          where r.file_id > ${last ?? ''} and f.gone_at is null order by r.file_id limit ${limit}`.execute(
          db,
        );
        const read = rows.flatMap((row) => {
          const recognition = codec.decode(row.recognition);
          return recognition ? [{ fileId: row.file_id, recognition }] : [];
        });
        // A page of which nothing can be read is not the last one.
        if (read.length > 0 || rows.length === 0) return read;
        last = rows.at(-1)?.file_id;
      }
    },
  };
}
