import { type Kysely, sql } from 'kysely';
import { type FolderId, rootFolderId, toFileId } from '../../core/ids.ts';
import type { Schema } from '../db/schema.ts';
import type { AccountFile } from './files.ts';

/** A folder or a file of the account in its folder. */
export interface FolderChild {
  isFolder: boolean;
  id: string;
  name: string;
  isMissing: boolean;
  /** Whether something that stands before it has the same name: what is there before what is missing, folders first. */
  isTwin: boolean;
  /** Of a folder: when it was listed, and when something in it changed. */
  listedAt: number | undefined;
  changedAt: number | undefined;
  /** Of a file. */
  sizeBytes: number;
  sentAt: number | undefined;
  /** What its content is dated to be. */
  datedAt: number | undefined;
}

interface Row {
  id: string;
  name: string;
  missing: number;
  twin: number;
  listed_at: number | null;
  changed_at: number | null;
  size_bytes: number;
  sent_at: number | null;
  dated_at: number | null;
}

/** Folders and files of the account, a page or a name at a time. */
export interface FolderListings {
  /** What is known of the root itself. */
  root(): Promise<{ listedAt: number | undefined; changedAt: number | undefined }>;
  /** Sub-folders by name, at most `limit`, after the child `after`. */
  folders(parentId: FolderId, after: FolderChild | undefined, limit: number): Promise<FolderChild[]>;
  /** Files in the library by name, at most `limit`, after the child `after`. */
  files(folderId: FolderId, after: FolderChild | undefined, limit: number): Promise<FolderChild[]>;
  /** Everything of this name, in the order of the pages. */
  named(folderId: FolderId, name: string): Promise<FolderChild[]>;
  /** The name of a folder or file with this id, if it lies in this folder. */
  nameOf(folderId: FolderId, id: string): Promise<string | undefined>;
  /** Whether any file in the library lies in or below this folder. */
  hasFiles(folderId: FolderId): Promise<boolean>;
}

export function createFolderListings(db: Kysely<Schema>): FolderListings {
  const folderColumns = sql.raw(
    `id, name, missing_since is not null as missing, 0 as twin, listed_at, changed_at, 0 as size_bytes, null as sent_at,
      null as dated_at`,
  );
  const fileColumns = sql.raw(
    `id, name, missing_since is not null as missing, exists(select 1 from folders d where d.parent_id = files.folder_id
      and d.name = files.name) as twin, null as listed_at, null as changed_at, size_bytes, sent_at,
      (select dated_at from file_dates where file_id = files.id) as dated_at`,
  );
  // By name, then what is there before what is missing: it keeps the plain name.
  const order = sql.raw('order by name, missing_since is not null, id');
  const past = (after: FolderChild | undefined) =>
    after
      ? sql`name >= ${after.name} and (name > ${after.name} or (missing_since is not null, id) > (${after.isMissing ? 1 : 0}, ${after.id}))`
      : sql`true`;

  const children = (rows: Row[], isFolder: boolean, before?: FolderChild): FolderChild[] => {
    let last = before?.isFolder === isFolder ? before.name : undefined;
    return rows.map((row) => {
      const isTwin = row.name === last || row.twin === 1;
      last = row.name;
      return {
        isFolder,
        id: row.id,
        name: row.name,
        isMissing: row.missing === 1,
        isTwin,
        listedAt: row.listed_at ?? undefined,
        changedAt: row.changed_at ?? undefined,
        sizeBytes: row.size_bytes,
        sentAt: row.sent_at ?? undefined,
        datedAt: row.dated_at ?? undefined,
      };
    });
  };

  return {
    async root() {
      const row = await db
        .selectFrom('folders')
        .select(['listed_at', 'changed_at'])
        .where('id', '=', rootFolderId)
        .executeTakeFirst();
      return { listedAt: row?.listed_at ?? undefined, changedAt: row?.changed_at ?? undefined };
    },

    async folders(parentId, after, limit) {
      const { rows } = await sql<Row>`select ${folderColumns} from folders
        where parent_id = ${parentId} and ${past(after)} ${order} limit ${limit}`.execute(db);
      return children(rows, true, after);
    },

    async files(folderId, after, limit) {
      const { rows } = await sql<Row>`select ${fileColumns} from files
        where folder_id = ${folderId} and gone_at is null and ${past(after)} ${order} limit ${limit}`.execute(
        db,
      );
      return children(rows, false, after);
    },

    async named(folderId, name) {
      const folders = await sql<Row>`select ${folderColumns} from folders
        where parent_id = ${folderId} and name = ${name} ${order}`.execute(db);
      const files = await sql<Row>`select ${fileColumns} from files
        where folder_id = ${folderId} and name = ${name} and gone_at is null ${order}`.execute(db);
      return [...children(folders.rows, true), ...children(files.rows, false)];
    },

    async nameOf(folderId, id) {
      const { rows } = await sql<{ name: string }>`
        select name from files where id = ${id} and folder_id = ${folderId} and gone_at is null
        union all select name from folders where id = ${id} and parent_id = ${folderId}`.execute(db);
      return rows[0]?.name;
    },

    async hasFiles(folderId) {
      const { rows } = await sql`
        with recursive below(id) as (
          select ${folderId} union select d.id from below join folders d on d.parent_id = below.id
        ) select 1 from below join files f on f.folder_id = below.id and f.gone_at is null limit 1`.execute(
        db,
      );
      return rows.length > 0;
    },
  };
}

/** What there is to show of a file. */
export function shownFile({ id, name, sizeBytes, sentAt, datedAt }: FolderChild): AccountFile & {
  datedAt: number | undefined;
} {
  return { id: toFileId(id), name, sizeBytes, sentAt, datedAt };
}
