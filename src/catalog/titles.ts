import { type Kysely, sql } from 'kysely';
import { batches } from './batches.ts';
import type { Schema } from './schema.ts';

/** Which title a file belongs to. `recognition` is JSON. */
export interface TitleRow {
  fileId: string;
  titleKey: string;
  recognition: string;
}

/** One file of the STRM tree that we wrote. `path` is relative to library.dir. */
export interface TreeRow {
  path: string;
  kind: string;
  fileId: string | undefined;
  titleKey: string;
  sha256: string;
  sizeBytes: number;
  mtimeMs: number;
}

/** What the files were recognised as, and the manifest of what was written for them. */
export function createTitles(db: Kysely<Schema>) {
  return {
    /** The title keys of these files, as they were recognised last. */
    async keysOf(fileIds: readonly string[]): Promise<Map<string, string>> {
      const keys = new Map<string, string>();
      for (const part of batches(fileIds)) {
        const rows = await db
          .selectFrom('titles')
          .select(['file_id', 'title_key'])
          .where('file_id', 'in', part)
          .execute();
        for (const row of rows) keys.set(row.file_id, row.title_key);
      }
      return keys;
    },

    /** What this file was recognised as last: JSON. */
    async recognitionOf(fileId: string): Promise<string | undefined> {
      const row = await db
        .selectFrom('titles')
        .select('recognition')
        .where('file_id', '=', fileId)
        .executeTakeFirst();
      return row?.recognition;
    },

    /** Titles in whose folders something written belongs to one of these files. */
    async treeKeysOf(fileIds: readonly string[]): Promise<string[]> {
      const keys: string[] = [];
      for (const part of batches(fileIds)) {
        const rows = await db
          .selectFrom('tree')
          .select('title_key')
          .distinct()
          .where('file_id', 'in', part)
          .execute();
        keys.push(...rows.map((row) => row.title_key));
      }
      return keys;
    },

    /** Replaces what is known of `fileIds`: those without a row in `rows` belong to no title from now on. */
    replace: (fileIds: readonly string[], rows: readonly TitleRow[]): Promise<void> =>
      db.transaction().execute(async (trx) => {
        for (const part of batches(fileIds))
          await trx.deleteFrom('titles').where('file_id', 'in', part).execute();
        for (const part of batches(rows)) {
          const values = part.map((row) => ({
            file_id: row.fileId,
            title_key: row.titleKey,
            recognition: row.recognition,
          }));
          await trx.insertInto('titles').values(values).execute();
        }
      }),

    async ofKeys(keys: readonly string[]): Promise<TitleRow[]> {
      const found: TitleRow[] = [];
      for (const part of batches(keys)) {
        const rows = await db.selectFrom('titles').selectAll().where('title_key', 'in', part).execute();
        found.push(
          ...rows.map((row) => ({
            fileId: row.file_id,
            titleKey: row.title_key,
            recognition: row.recognition,
          })),
        );
      }
      return found;
    },

    /** Every title key that has a file or something written, after `after`, in order: for a walk over everything. */
    async keysAfter(after: string, limit: number): Promise<string[]> {
      const rows = await db
        .selectFrom('titles')
        .select('title_key')
        .where('title_key', '>', after)
        .union(db.selectFrom('tree').select('title_key').where('title_key', '>', after))
        .orderBy('title_key')
        .limit(limit)
        .execute();
      return rows.map((row) => row.title_key);
    },

    /** What was written for these titles. */
    async treeOfKeys(keys: readonly string[]): Promise<TreeRow[]> {
      const found: TreeRow[] = [];
      for (const part of batches(keys)) {
        found.push(
          ...(await db.selectFrom('tree').selectAll().where('title_key', 'in', part).execute()).map(
            toTreeRow,
          ),
        );
      }
      return found;
    },

    async treeAt(path: string): Promise<TreeRow | undefined> {
      const row = await db.selectFrom('tree').selectAll().where('path', '=', path).executeTakeFirst();
      return row && toTreeRow(row);
    },

    /** What lies directly in a folder of the tree (`''` = the top): names of folders and the files. */
    async treeChildren(dir: string): Promise<{ folders: string[]; files: TreeRow[] }> {
      const prefix = dir === '' ? '' : `${dir}/`;
      // '0' follows '/' in ASCII: a range over the primary key, however large the tree.
      const below =
        prefix === '' ? sql<boolean>`true` : sql<boolean>`path >= ${prefix} and path < ${`${dir}0`}`;
      const rest = sql<string>`substr(path, ${prefix.length + 1})`;
      const files = await db
        .selectFrom('tree')
        .selectAll()
        .where(below)
        .where(sql`instr(${rest}, '/')`, '=', 0)
        .orderBy('path')
        .execute();
      const folders = await db
        .selectFrom('tree')
        .select(sql<string>`substr(${rest}, 1, instr(${rest}, '/') - 1)`.as('name'))
        .distinct()
        .where(below)
        .where(sql`instr(${rest}, '/')`, '>', 0)
        .orderBy('name')
        .execute();
      return { folders: folders.map((row) => row.name), files: files.map(toTreeRow) };
    },

    /** Writes down what was written and forgets what was removed. */
    recordTree: (written: readonly TreeRow[], removed: readonly string[]): Promise<void> =>
      db.transaction().execute(async (trx) => {
        for (const part of batches(removed)) await trx.deleteFrom('tree').where('path', 'in', part).execute();
        for (const part of batches(written)) {
          const values = part.map((row) => ({
            path: row.path,
            kind: row.kind,
            file_id: row.fileId ?? null,
            title_key: row.titleKey,
            sha256: row.sha256,
            size_bytes: row.sizeBytes,
            mtime_ms: row.mtimeMs,
          }));
          await trx
            .insertInto('tree')
            .values(values)
            .onConflict((conflict) =>
              conflict.column('path').doUpdateSet((e) => ({
                kind: e.ref('excluded.kind'),
                file_id: e.ref('excluded.file_id'),
                title_key: e.ref('excluded.title_key'),
                sha256: e.ref('excluded.sha256'),
                size_bytes: e.ref('excluded.size_bytes'),
                mtime_ms: e.ref('excluded.mtime_ms'),
              })),
            )
            .execute();
        }
      }),

    async treeCount(): Promise<number> {
      const row = await db
        .selectFrom('tree')
        .select((e) => e.fn.countAll<number>().as('n'))
        .where('kind', '=', 'strm')
        .where('mtime_ms', '>', 0)
        .executeTakeFirstOrThrow();
      return row.n;
    },
  };
}

export type Titles = ReturnType<typeof createTitles>;

function toTreeRow(row: Schema['tree']): TreeRow {
  return {
    path: row.path,
    kind: row.kind,
    fileId: row.file_id ?? undefined,
    titleKey: row.title_key,
    sha256: row.sha256,
    sizeBytes: row.size_bytes,
    mtimeMs: row.mtime_ms,
  };
}
