import { type Kysely, sql } from 'kysely';
import type { KeptCodec } from '../../core/codec.ts';
import type { FileId } from '../../core/ids.ts';
import { inTurns, mapInSteps } from '../../core/yield-often.ts';
import type { Recognition } from '../../naming/text/recognition.ts';
import { markDirty } from '../account/dirty.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';
import { upsert } from '../db/upsert.ts';
import { createManifest, type Manifest } from './manifest.ts';

export type { NewStem, TreeRow } from './manifest.ts';

/** A file of a title. `stem` is where it stands in the tree, once it was written. */
export interface TitleRow {
  fileId: FileId;
  titleKey: string;
  recognition: Recognition;
  stem: string | undefined;
  /** What its address ends in, once it was written. */
  name: string | undefined;
  /** JSON of what its path tells, where that is something else than the recognition. */
  pinned: string | undefined;
  /** Since when its title is in the account, as it was told; milliseconds UTC. */
  addedAt?: number | undefined;
}

/** Where a file stands in a tree, or shall stand. */
export interface Placement {
  fileId: FileId;
  titleKey: string;
  stem: string | undefined;
  name?: string | undefined;
  /** JSON of what the path tells, where what is read today would lead elsewhere. */
  pinned?: string | undefined;
}

/** Which title of one tree each file belongs to, where it stands there, and the manifest of what was written. */
export interface Placements extends Manifest {
  /** The places of these files. */
  placesOf(fileIds: readonly FileId[]): Promise<Map<FileId, Placement>>;
  /** Everything that has a path, also what has left the library and may come back. */
  standing(): Promise<{ fileId: FileId; stem: string }[]>;
  /** Gives `places` to their files. Of `fileIds`, those that are not `kept` have no place from now on. */
  place(fileIds: readonly FileId[], places: readonly Placement[], keep?: readonly string[]): Promise<void>;
  /** Every file of these titles that was recognised, also those that have left the library. */
  ofKeys(keys: readonly string[]): Promise<TitleRow[]>;
  /**
   * These titles with those that a file is about to leave for them, or leaves them for: after a kill one of the two,
   * written alone, would have it in both or in neither.
   */
  withMoving(keys: readonly string[]): Promise<string[]>;
  /** Every title key that has a file or something written, after `after`, in order: for a walk over everything. */
  keysAfter(after: string, limit: number): Promise<string[]>;
  /** Of these keys without an id, those that stand in the tree, as they are or with an id behind them. */
  standingKeys(bases: readonly string[]): Promise<string[]>;
}

/** What is told of a file of which it cannot be read what it was taken for. */
const unread: Recognition = { path: '', kind: 'unknown', confidence: 0, reasons: [] };

export function createPlacements(
  db: Kysely<Schema>,
  tree: string,
  codec: KeptCodec<Recognition>,
): Placements {
  const placesOf = () => db.selectFrom('placements').where('tree', '=', tree);

  return {
    ...createManifest(db, tree),

    async placesOf(fileIds) {
      const rows = await placesOf().selectAll().where('file_id', 'in', inList(fileIds)).execute();
      return new Map(
        rows.map((row) => [
          row.file_id,
          {
            fileId: row.file_id,
            titleKey: row.title_key,
            stem: row.stem ?? undefined,
            name: row.name ?? undefined,
            pinned: row.pinned ?? undefined,
          },
        ]),
      );
    },

    async standing() {
      const rows = await placesOf().select(['file_id', 'stem']).where('stem', 'is not', null).execute();
      return rows.map((row) => ({ fileId: row.file_id, stem: row.stem as string }));
    },

    place: (fileIds, places, keep = places.map((one) => one.fileId)) =>
      db.transaction().execute(async (trx) => {
        const kept = new Set(keep);
        const lost = fileIds.filter((id) => !kept.has(id));
        if (lost.length > 0)
          await trx
            .deleteFrom('placements')
            .where('tree', '=', tree)
            .where('file_id', 'in', inList(lost))
            .execute();
        const rows = places.map((one) => ({
          tree,
          file_id: one.fileId,
          title_key: one.titleKey,
          stem: one.stem ?? null,
          name: one.name ?? null,
          pinned: one.pinned ?? null,
        }));
        await upsert(trx, 'placements', ['tree', 'file_id'], rows);
      }),

    async ofKeys(keys) {
      // Joined in this order: see createManifest.
      const { rows } = await sql<Schema['placements'] & Schema['recognitions']>`
        select placements.file_id, title_key, stem, name, pinned, added_at, recognition
        from json_each(${JSON.stringify(keys)}) wanted
          cross join placements indexed by placements_key on title_key = wanted.value
          cross join recognitions on recognitions.file_id = placements.file_id
        where tree = ${tree}`.execute(db);
      const decode = ({ file_id, recognition }: (typeof rows)[number]) =>
        [file_id, codec.decode(recognition)] as const;
      const readings = new Map(await inTurns(mapInSteps(rows, decode)));
      const damaged = rows.map((row) => row.file_id).filter((id) => !readings.get(id));
      // Their names are read anew with the next sync; what stands in the tree stands till then.
      if (damaged.length > 0) await db.transaction().execute((trx) => markDirty(trx, damaged));
      return rows.map((row) => ({
        fileId: row.file_id,
        titleKey: row.title_key,
        recognition: readings.get(row.file_id) ?? unread,
        stem: row.stem ?? undefined,
        name: row.name ?? undefined,
        pinned: row.pinned ?? undefined,
        addedAt: row.added_at ?? undefined,
      }));
    },

    async withMoving(keys) {
      const all = new Set(keys);
      for (let last = [...all]; last.length > 0; ) {
        const wanted = sql`json_each(${JSON.stringify(last)}) wanted`;
        // Joined in this order: see createManifest.
        const { rows } = await sql<{ title_key: string }>`
          select tree.title_key from ${wanted}
            cross join placements indexed by placements_key on placements.tree = ${tree} and placements.title_key = wanted.value
            cross join tree indexed by tree_file on tree.file_id = placements.file_id
          where tree.tree = ${tree} and tree.title_key <> placements.title_key
          union
          select placements.title_key from ${wanted}
            cross join tree indexed by tree_key on tree.tree = ${tree} and tree.title_key = wanted.value
            cross join placements on placements.tree = ${tree} and placements.file_id = tree.file_id
          where placements.title_key <> tree.title_key`.execute(db);
        last = rows.map((row) => row.title_key).filter((key) => !all.has(key));
        for (const key of last) all.add(key);
      }
      return [...all];
    },

    async standingKeys(bases) {
      // '\\' follows '[' in ASCII, and '|' follows '{'. Each in a search of its own, which the index
      // answers for one key after the other: SQLite would go the other way round.
      const ofBases = sql`
        select p.title_key from json_each(${JSON.stringify(bases)}) wanted
        cross join placements p indexed by placements_key on p.tree = ${tree} and p.stem is not null`;
      const { rows } = await sql<{ title_key: string }>`
        ${ofBases} and p.title_key = wanted.value
        union ${ofBases} and p.title_key >= wanted.value || ' [' and p.title_key < wanted.value || ' \\'
        union ${ofBases} and p.title_key >= wanted.value || ' {' and p.title_key < wanted.value || ' |'`.execute(
        db,
      );
      return rows.map((row) => row.title_key);
    },

    async keysAfter(after, limit) {
      const rows = await placesOf()
        .select('title_key')
        .where('title_key', '>', after)
        .union(
          db.selectFrom('tree').select('title_key').where('tree', '=', tree).where('title_key', '>', after),
        )
        .orderBy('title_key')
        .limit(limit)
        .execute();
      return rows.map((row) => row.title_key);
    },
  };
}
