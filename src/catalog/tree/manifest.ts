import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { jsonOf, keptAs } from '../../core/codec.ts';
import { type FileId, toFileId } from '../../core/ids.ts';
import { chunks } from '../db/chunks.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';
import { runForEach } from '../db/upsert.ts';
import { recordTreeChange } from './folder-dates.ts';
import { noteTreeChanges } from './tree-changes.ts';

/** One file of a STRM tree that we wrote. `path` is relative to the tree's directory. */
export interface TreeRow {
  path: string;
  kind: string;
  fileId: FileId | undefined;
  titleKey: string;
  sha256: string;
  /** Of the bytes that were about to take their place: after a kill, either may lie there. */
  nextSha256?: string | undefined;
  sizeBytes: number;
  mtimeMs: number;
  /**
   * Hash of the row that stood here when this one was planned, '' = there was none. What somebody else has written down
   * since then stays known. undefined = it takes the place of any.
   */
  insteadOf?: string | undefined;
}

/** Where a file stands from now on, and what its address ends in. */
export interface NewStem {
  stem: string;
  name: string;
  /** The title that this was planned for: where the file belongs to another one by now, nothing is written down. */
  titleKey: string;
}

/** How rows are kept that are about to be written. */
const intentRow: z.ZodType<TreeRow> = z.object({
  path: z.string(),
  kind: z.string(),
  fileId: z
    .string()
    .optional()
    .transform((id) => (id === undefined ? undefined : toFileId(id))),
  titleKey: z.string(),
  sha256: z.string(),
  nextSha256: z.string().optional(),
  sizeBytes: z.number(),
  mtimeMs: z.number(),
  insteadOf: z.string().optional(),
});
/** Rows that cannot be read are not ours: whatever lies there is left alone. */
const intentRows = keptAs<readonly TreeRow[]>(jsonOf(z.array(intentRow)), 'intents', () => undefined);

/** Some 400 KB of text. */
const rowsAnIntent = 1000;

/** Any address of ours is known again; of other files one that is not known counts as a person's. */
const isFollowed = `?10 is null or excluded.kind = 'strm' or tree.sha256 in (?10, excluded.sha256)`;

/** A row over that of somebody else, who was quicker, is noted as what may lie there as well. */
const putRow = `insert into tree (tree, path, kind, file_id, title_key, sha256, next_sha256, size_bytes, mtime_ms)
  values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
  on conflict (tree, path) do update set kind = excluded.kind, title_key = excluded.title_key,
    next_sha256 = iif(${isFollowed}, excluded.next_sha256, coalesce(excluded.next_sha256, excluded.sha256)),
    ${['file_id', 'sha256', 'size_bytes', 'mtime_ms']
      .map((name) => `${name} = iif(${isFollowed}, excluded.${name}, tree.${name})`)
      .join(', ')}`;

/**
 * The manifest of one tree: what was written, and what its files belong to.
 *
 * Lists are joined in this order (`cross join`) and by a named index: without statistics SQLite takes `tree = ?` for the
 * rarest condition of all, and would walk through the whole tree for each list.
 */
export interface Manifest {
  /** Titles in whose folders something written belongs to one of these files. */
  treeKeysOf(fileIds: readonly FileId[]): Promise<string[]>;
  /** What was written for these titles. */
  treeOfKeys(keys: readonly string[]): Promise<TreeRow[]>;
  /** What was written, after `after` in the order of paths: for a walk over everything. */
  treeAfter(
    after: string,
    limit: number,
  ): Promise<Pick<TreeRow, 'path' | 'titleKey' | 'sizeBytes' | 'mtimeMs'>[]>;
  /** What was written at this path. */
  treeAt(path: string): Promise<TreeRow | undefined>;
  /** What lies directly in a folder of the tree (`''` = the top): names of folders and the files. */
  treeChildren(dir: string): Promise<{ folders: string[]; files: TreeRow[] }>;
  /**
   * Notes what is about to be written, so that what a kill leaves on the disk is still known as ours. `stems`: the
   * paths that files have from now on; `disowned`: files that lose theirs; `added`: since when files are there, as is
   * told from now on. @returns its numbers, for `recordTree`
   */
  intend(
    rows: readonly TreeRow[],
    stems: ReadonlyMap<FileId, NewStem>,
    disowned: readonly FileId[],
    added?: ReadonlyMap<FileId, number>,
  ): Promise<number[]>;
  /**
   * Writes down what was written and forgets what was removed. `at`: when it was done, for the dates of the folders;
   * milliseconds UTC. `intents` are done with; `left`: what of them was not written after all, and may be half there.
   * `touched`: what of `written` only has another time now, which changes no folder.
   */
  recordTree(
    written: readonly TreeRow[],
    removed: readonly string[],
    done?: {
      at?: number;
      intents?: readonly number[];
      left?: readonly TreeRow[];
      touched?: ReadonlySet<string>;
    },
  ): Promise<void>;
  /**
   * Puts into the manifest what was about to be written when somebody was killed. What somebody is about to write just
   * now may go there as well: it is written over when that is done.
   */
  settleIntents(): Promise<void>;
  /** How many films and episodes are written, not counting those of which only the intent is known. */
  treeCount(): Promise<number>;
  /** Whether anything was written, or was about to be. */
  isBegun(): Promise<boolean>;
}

export function createManifest(db: Kysely<Schema>, tree: string): Manifest {
  const rowsOf = () => db.selectFrom('tree').where('tree', '=', tree);

  const putRows = (trx: Transaction<Schema>, rows: readonly TreeRow[]) =>
    runForEach(
      trx,
      putRow,
      rows.map((row) => [
        tree,
        row.path,
        row.kind,
        row.fileId ?? null,
        row.titleKey,
        row.sha256,
        row.nextSha256 ?? null,
        row.sizeBytes,
        row.mtimeMs,
        row.insteadOf ?? null,
      ]),
    );

  return {
    async treeKeysOf(fileIds) {
      const { rows } = await sql<{ title_key: string }>`select distinct title_key
        from json_each(${JSON.stringify(fileIds)}) wanted cross join tree indexed by tree_file on file_id = wanted.value
        where tree = ${tree}`.execute(db);
      return rows.map((row) => row.title_key);
    },

    async treeOfKeys(keys) {
      const { rows } = await sql<Schema['tree']>`select tree.*
        from json_each(${JSON.stringify(keys)}) wanted cross join tree indexed by tree_key on title_key = wanted.value
        where tree = ${tree}`.execute(db);
      return rows.map(toTreeRow);
    },

    async treeAfter(after, limit) {
      const rows = await rowsOf()
        .select(['path', 'title_key', 'size_bytes', 'mtime_ms'])
        .where('path', '>', after)
        .orderBy('path')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        path: row.path,
        titleKey: row.title_key,
        sizeBytes: row.size_bytes,
        mtimeMs: row.mtime_ms,
      }));
    },

    async treeAt(path) {
      const row = await rowsOf().selectAll().where('path', '=', path).executeTakeFirst();
      return row && toTreeRow(row);
    },

    async treeChildren(dir) {
      const prefix = dir === '' ? '' : `${dir}/`;
      // '0' follows '/' in ASCII: a range over the primary key, however large the tree.
      const below =
        prefix === '' ? sql<boolean>`true` : sql<boolean>`path >= ${prefix} and path < ${`${dir}0`}`;
      // In characters as SQLite counts them, which JavaScript does not.
      const rest = sql<string>`substr(path, length(${prefix}) + 1)`;
      const files = await rowsOf()
        .selectAll()
        .where(below)
        .where(sql`instr(${rest}, '/')`, '=', 0)
        .orderBy('path')
        .execute();
      const folders = await rowsOf()
        .select(sql<string>`substr(${rest}, 1, instr(${rest}, '/') - 1)`.as('name'))
        .distinct()
        .where(below)
        .where(sql`instr(${rest}, '/')`, '>', 0)
        .orderBy('name')
        .execute();
      return { folders: folders.map((row) => row.name), files: files.map(toTreeRow) };
    },

    intend: (rows, stems, disowned, added = new Map()) =>
      db.transaction().execute(async (trx) => {
        if (disowned.length > 0)
          await trx
            .updateTable('placements')
            .set({ stem: null })
            .where('tree', '=', tree)
            .where('file_id', 'in', inList(disowned))
            .execute();
        // A new file gets both by one statement.
        await runForEach(
          trx,
          `update placements set added_at = coalesce(?1, added_at),
            stem = iif(title_key = ?5, ?2, stem), name = iif(title_key = ?5, ?3, name) where tree = ?4 and file_id = ?6`,
          [...stems].map(([fileId, { stem, name, titleKey }]) => [
            added.get(fileId) ?? null,
            stem,
            name,
            tree,
            titleKey,
            fileId,
          ]),
        );
        await runForEach(
          trx,
          'update placements set added_at = ? where tree = ? and file_id = ?',
          [...added].flatMap(([fileId, at]) => (stems.has(fileId) ? [] : [[at, tree, fileId]])),
        );
        const intents: number[] = [];
        // A person who moves a whole library intends more than one text should hold.
        for (const part of chunks(rows, rowsAnIntent)) {
          const intent = trx.insertInto('tree_intents').values({ tree, rows: intentRows.encode(part) });
          intents.push((await intent.returning('id').executeTakeFirstOrThrow()).id);
        }
        return intents;
      }),

    recordTree: (written, removed, { at, intents = [], left = [], touched } = {}) =>
      db.transaction().execute(async (trx) => {
        if (at !== undefined) await noteTreeChanges(trx, tree, written, removed, at);
        for (const part of chunks(removed))
          await trx.deleteFrom('tree').where('tree', '=', tree).where('path', 'in', part).execute();
        await putRows(trx, [...written, ...left]);
        if (at !== undefined)
          await recordTreeChange(
            trx,
            tree,
            [...written.flatMap(({ path }) => (touched?.has(path) ? [] : path)), ...removed],
            at,
          );
        if (intents.length > 0)
          await trx.deleteFrom('tree_intents').where('id', 'in', inList(intents)).execute();
      }),

    settleIntents: () =>
      db.transaction().execute(async (trx) => {
        // Deleted as it is read: another process writes them down, too, or none does.
        const intents = trx.deleteFrom('tree_intents').where('tree', '=', tree).returning('rows');
        for (const { rows } of await intents.execute()) await putRows(trx, intentRows.decode(rows) ?? []);
      }),

    async treeCount() {
      const row = await rowsOf()
        .select((e) => e.fn.countAll<number>().as('n'))
        .where('kind', '=', 'strm')
        .where('mtime_ms', '>', 0)
        .executeTakeFirstOrThrow();
      return row.n;
    },

    isBegun: async () => (await rowsOf().select('path').limit(1).executeTakeFirst()) !== undefined,
  };
}

function toTreeRow(row: Schema['tree']): TreeRow {
  return {
    path: row.path,
    kind: row.kind,
    fileId: row.file_id ?? undefined,
    titleKey: row.title_key,
    sha256: row.sha256,
    nextSha256: row.next_sha256 ?? undefined,
    sizeBytes: row.size_bytes,
    mtimeMs: row.mtime_ms,
  };
}
