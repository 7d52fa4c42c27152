import { type Kysely, sql } from 'kysely';
import type { FileId } from '../../core/ids.ts';
import { isExtraStem } from '../../library/place.ts';
import type { AccountFile } from '../account/files.ts';
import type { Schema } from '../db/schema.ts';

/** One file of a tree, with the file of the account that it stands for. */
export interface TreeFile {
  path: string;
  kind: string;
  sha256: string;
  sizeBytes: number;
  mtimeMs: number;
  /** undefined when it stands for none, or for one that was taken out of the library. */
  file: AccountFile | undefined;
}

/** A folder that lies in a folder of the tree, or one of its files. `path` is relative to the tree. */
export type TreeChild =
  | { isFolder: true; path: string; changedAt: number | undefined }
  | ({ isFolder: false } & TreeFile);

interface Row {
  path: string;
  kind: string;
  sha256: string;
  size_bytes: number;
  mtime_ms: number;
  id: FileId | null;
  name: string | null;
  file_bytes: number | null;
  sent_at: number | null;
  /** Of the folder that it stands for. */
  changed_at?: number | null;
}

/** Follows every path in the order of SQLite, which compares bytes. */
const beyondAll = '\u{10ffff}';

const columns = sql.raw(
  't.path, t.kind, t.sha256, t.size_bytes, t.mtime_ms, f.id, f.name, f.size_bytes as file_bytes, f.sent_at',
);

/** Folders and files of one tree, a level or a path at a time. */
export interface TreeListings {
  /**
   * What lies directly in a folder (`''` = the top), in the order of its paths, at most `limit` of it, after the
   * child `after`. One query: from each child it jumps to the next one, so a folder with a thousand folders of a
   * thousand files costs a thousand steps. Where files follow files, they are read in one go.
   */
  page(dir: string, after: TreeChild | undefined, limit: number): Promise<TreeChild[]>;
  /** The files that stand at these paths. */
  filesAt(paths: readonly string[]): Promise<TreeFile[]>;
  /** Whether anything lies in this folder. */
  hasFolder(dir: string): Promise<boolean>;
  /** When something in or below this folder (`''` = the top) changed last. */
  changedAt(dir: string): Promise<number | undefined>;
  /** The same for each folder that lies directly in this one, by name. */
  foldersChanged(dir: string): Promise<Map<string, number>>;
  /** Its videos after the path `after`, by path, at most `limit`; extras among them, and told as such. */
  videosAfter(after: string, limit: number): Promise<(TreeFile & { isExtra: boolean })[]>;
}

export function createTreeListings(db: Kysely<Schema>, tree: string): TreeListings {
  return {
    async page(dir, after, limit) {
      const prefix = dir === '' ? '' : `${dir}/`;
      const from = after ? beyond(after) : prefix;
      // '0' follows '/' in ASCII.
      const end = dir === '' ? beyondAll : `${dir}0`;
      const children = (rows: Row[]): TreeChild[] =>
        rows.map((row) => {
          const slash = row.path.indexOf('/', prefix.length);
          return slash < 0
            ? { isFolder: false, ...toTreeFile(row) }
            : { isFolder: true, path: row.path.slice(0, slash), changedAt: row.changed_at ?? undefined };
        });
      if (!after?.isFolder) {
        const { rows } = await sql<Row>`
          select ${columns} from tree t left join files f on f.id = t.file_id and f.gone_at is null
          where t.tree = ${tree} and t.path >= ${from} and t.path < ${end} order by t.path limit ${limit}`.execute(
          db,
        );
        const found = children(rows);
        if (!found.some(({ isFolder }) => isFolder)) return found;
      }
      const rest = sql`substr(step.path, length(${prefix}) + 1)`;
      const { rows } = await sql<Row>`
        with recursive step(path) as (
          select (select path from tree where tree = ${tree} and path >= ${from} and path < ${end} order by path limit 1)
          union all
          select (select t.path from tree t where t.tree = ${tree} and t.path < ${end} and t.path >=
            case instr(${rest}, '/') when 0 then step.path || char(1)
              else ${prefix} || substr(${rest}, 1, instr(${rest}, '/') - 1) || '0' end
            order by t.path limit 1)
          from step where step.path is not null
          limit ${limit}
        )
        select ${columns}, d.changed_at from step
        cross join tree t on t.tree = ${tree} and t.path = step.path
        left join tree_folders d on d.tree = ${tree} and d.path =
          ${prefix} || substr(${rest}, 1, instr(${rest}, '/') - 1)
        left join files f on f.id = t.file_id and f.gone_at is null
        order by step.path`.execute(db);
      return children(rows);
    },

    async filesAt(paths) {
      const { rows } = await sql<Row>`
        select ${columns} from tree t left join files f on f.id = t.file_id and f.gone_at is null
        where t.tree = ${tree} and t.path in (${sql.join(paths)})`.execute(db);
      return rows.map(toTreeFile);
    },

    async hasFolder(dir) {
      const row = await db
        .selectFrom('tree')
        .select('path')
        .where('tree', '=', tree)
        .where('path', '>=', `${dir}/`)
        .where('path', '<', `${dir}0`)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    async changedAt(dir) {
      const row = await db
        .selectFrom('tree_folders')
        .select('changed_at')
        .where('tree', '=', tree)
        .where('path', '=', dir)
        .executeTakeFirst();
      return row?.changed_at;
    },

    async foldersChanged(dir) {
      const prefix = dir === '' ? '' : `${dir}/`;
      const name = sql<string>`substr(path, length(${prefix}) + 1)`;
      const rows = await db
        .selectFrom('tree_folders')
        .select([name.as('name'), 'changed_at'])
        .where('tree', '=', tree)
        .where('path', '>', prefix)
        .where('path', '<', dir === '' ? beyondAll : `${dir}0`)
        .where(sql<number>`instr(${name}, '/')`, '=', 0)
        .execute();
      return new Map(rows.map((row) => [row.name, row.changed_at]));
    },

    async videosAfter(after, limit) {
      const { rows } = await sql<Row>`
        select ${columns} from tree t join files f on f.id = t.file_id and f.gone_at is null
        where t.tree = ${tree} and t.path > ${after} and t.kind = 'strm' order by t.path limit ${limit}`.execute(
        db,
      );
      return rows.map((row) => ({
        ...toTreeFile(row),
        isExtra: isExtraStem(row.path.replace(/\.strm$/, '')),
      }));
    },
  };
}

function beyond({ isFolder, path }: TreeChild): string {
  return isFolder ? `${path}0` : `${path}\u0001`;
}

function toTreeFile(row: Row): TreeFile {
  const { path, kind, sha256, size_bytes: sizeBytes, mtime_ms: mtimeMs } = row;
  const file =
    row.id === null
      ? undefined
      : {
          id: row.id,
          name: row.name ?? '',
          sizeBytes: row.file_bytes ?? 0,
          sentAt: row.sent_at ?? undefined,
        };
  return { path, kind, sha256, sizeBytes, mtimeMs, file };
}
