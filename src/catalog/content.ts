import { type Kysely, sql } from 'kysely';
import { createAtHand } from '../at-hand.ts';
import { foldersBelow } from './below.ts';
import { oneOf } from './one-of.ts';
import type { FileTable, FolderTable, Schema } from './schema.ts';

/** A file of the account as the catalog knows it. Times in milliseconds UTC. */
export interface CatalogFile {
  id: string;
  folderId: number;
  /** Page URL on the file's own domain; what the host's API takes. */
  url: string;
  name: string;
  sizeBytes: number;
  sentAt: number | undefined;
  contentType: string | undefined;
  /** When it was first seen in a listing. */
  firstSeenAt: number;
  /** Since when listings lack it; it still plays as long as the host has it. */
  missingSince: number | undefined;
}

/** A folder of the account. `path` begins with `/`; the root is `/`. */
export interface CatalogFolder {
  id: number;
  name: string;
  path: string;
  listedAt: number | undefined;
  missingSince: number | undefined;
}

/** Deeper than any account: a chain of parents that is longer leads in a circle. */
const deepest = 200;

/** Rows kept at hand for the hot path of playback. */
const filesAtHand = 5000;

/** Reads what the account holds. */
export function createContent(db: Kysely<Schema>) {
  const atHand = createAtHand<string, CatalogFile>(filesAtHand);

  /** Files that were not taken out. */
  const inLibrary = () =>
    db
      .selectFrom('files')
      .select(['id', 'folder_id', 'url', 'name', 'size_bytes', 'sent_at'])
      .select(['content_type', 'first_seen_at', 'missing_since'])
      .where('gone_at', 'is', null);

  const filesOf = (folderId: number) =>
    inLibrary().where('folder_id', '=', folderId).orderBy('name').orderBy('id');

  async function fileById(id: string): Promise<CatalogFile | undefined> {
    const kept = atHand.get(id);
    if (kept) return kept;
    const row = await inLibrary().where('id', '=', id).executeTakeFirst();
    if (!row) return undefined;
    const file = toFile(row);
    atHand.set(id, file);
    return file;
  }

  return {
    /** The file with this 1fichier id, unless it was taken out of the library. */
    byId: fileById,

    /** The file at hand without a trip to the database, if it was asked for lately. */
    byIdAtHand: (id: string): CatalogFile | undefined => atHand.get(id),

    /** Must be called by whoever changes files. */
    forget: (ids: Iterable<string>) => {
      for (const id of ids) atHand.delete(id);
    },

    /** What stands at an account path: a folder, or every file of that name (two may share one). */
    async byPath(path: string): Promise<{ folder?: CatalogFolder; files: CatalogFile[] }> {
      const names = path.split('/').filter((name) => name !== '');
      let folder = await db.selectFrom('folders').selectAll().where('id', '=', 0).executeTakeFirst();
      for (const [index, name] of names.entries()) {
        if (!folder) return { files: [] };
        const parent: FolderTable = folder;
        folder = await db
          .selectFrom('folders')
          .selectAll()
          .where('parent_id', '=', parent.id)
          .where('name', '=', name)
          .orderBy('missing_since', 'asc')
          .executeTakeFirst();
        if (!folder && index === names.length - 1) {
          const rows = await filesOf(parent.id).where('name', '=', name).execute();
          return { files: rows.map(toFile) };
        }
      }
      return folder ? { folder: toFolder(folder, `/${names.join('/')}`), files: [] } : { files: [] };
    },

    /** Sub-folders and files of a folder, by name. */
    async children(folder: CatalogFolder): Promise<{ folders: CatalogFolder[]; files: CatalogFile[] }> {
      const folders = await db
        .selectFrom('folders')
        .selectAll()
        .where('parent_id', '=', folder.id)
        .orderBy('name')
        .execute();
      const files = await filesOf(folder.id).execute();
      const base = folder.path === '/' ? '' : folder.path;
      return {
        folders: folders.map((row) => toFolder(row, `${base}/${row.name}`)),
        files: files.map(toFile),
      };
    },

    /** Account paths of these folders, each beginning with `/`; a folder whose place is not known is left out. */
    async folderPaths(ids: readonly number[]): Promise<Map<number, string>> {
      const { rows } = await sql<{ start: number; path: string }>`
        with recursive up(start, id, parent_id, path, depth) as (
          select id, id, parent_id, case when id = 0 then '' else '/' || name end, 0 from folders where id in ${oneOf(ids)}
          union all
          select up.start, f.id, f.parent_id, case when f.id = 0 then '' else '/' || f.name end || up.path, up.depth + 1
          from up join folders f on f.id = up.parent_id where up.depth < ${deepest}
        )
        select start, path from up where id = 0`.execute(db);
      return new Map(rows.map((row) => [row.start, row.path || '/']));
    },

    /** Files by id, or all of a folder. Files taken out of the library are not among them. */
    filesByIds: async (ids: readonly string[]): Promise<CatalogFile[]> =>
      (await inLibrary().where('id', 'in', oneOf(ids)).execute()).map(toFile),

    filesOfFolders: async (folderIds: readonly number[]): Promise<CatalogFile[]> =>
      (await inLibrary().where('folder_id', 'in', oneOf(folderIds)).execute()).map(toFile),

    /** Sub-folders of these folders. */
    async subFolders(ids: readonly number[]): Promise<{ id: number; parentId: number; name: string }[]> {
      const rows = await db
        .selectFrom('folders')
        .select(['id', 'parent_id', 'name'])
        .where('parent_id', 'in', oneOf(ids))
        .execute();
      return rows.map((row) => ({ id: row.id, parentId: row.parent_id ?? 0, name: row.name }));
    },

    /** These folders with their parents; the root is not among them. */
    async parentsOf(ids: readonly number[]): Promise<{ id: number; parentId: number; name: string }[]> {
      const rows = await db
        .selectFrom('folders')
        .select(['id', 'parent_id', 'name'])
        .where('id', 'in', oneOf(ids))
        .execute();
      return rows.flatMap(({ id, parent_id, name }) =>
        parent_id === null ? [] : [{ id, parentId: parent_id, name }],
      );
    },

    /** This folder and those above it, from the inside out; the root of the account is the last. */
    async foldersAbove(id: number): Promise<number[]> {
      const { rows } = await sql<{ id: number }>`
        with recursive up(id, depth) as (
          select ${id}, 0
          union all
          select f.parent_id, up.depth + 1 from up join folders f on f.id = up.id
          where f.parent_id is not null and up.depth < ${deepest}
        ) select id from up order by depth`.execute(db);
      return rows.map((row) => row.id);
    },

    /** Files that are missing from these folders, or were taken out of the library. */
    async leftOf(folderIds: readonly number[]): Promise<Pick<CatalogFile, 'id' | 'folderId' | 'name'>[]> {
      const rows = await db
        .selectFrom('files')
        .select(['id', 'folder_id', 'name'])
        .where('folder_id', 'in', oneOf(folderIds))
        .where((e) => e.or([e('missing_since', 'is not', null), e('gone_at', 'is not', null)]))
        .execute();
      return rows.map((row) => ({ id: row.id, folderId: row.folder_id, name: row.name }));
    },

    /** Folder and name of files that were taken out of the library. */
    async goneByIds(ids: readonly string[]): Promise<Pick<CatalogFile, 'id' | 'folderId' | 'name'>[]> {
      const rows = await db
        .selectFrom('files')
        .select(['id', 'folder_id', 'name'])
        .where('id', 'in', oneOf(ids))
        .where('gone_at', 'is not', null)
        .execute();
      return rows.map((row) => ({ id: row.id, folderId: row.folder_id, name: row.name }));
    },

    /** When this folder was last listed. */
    async listedAt(folderId: number): Promise<number | undefined> {
      const row = await db
        .selectFrom('folders')
        .select('listed_at')
        .where('id', '=', folderId)
        .executeTakeFirst();
      return row?.listed_at ?? undefined;
    },

    /** Ids of all files in the library that lie in or below this folder. */
    async fileIdsBelow(folderId: number): Promise<string[]> {
      const rows = await db
        .selectFrom('files')
        .select('id')
        .where('folder_id', 'in', oneOf(await foldersBelow(db, [folderId])))
        .where('gone_at', 'is', null)
        .execute();
      return rows.map((row) => row.id);
    },

    /** Ids of some files in the library. */
    async someIds(limit: number): Promise<string[]> {
      const rows = await db
        .selectFrom('files')
        .select('id')
        .where('gone_at', 'is', null)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map((row) => row.id);
    },

    /** Folders with files in the library after `after`, in order: for a walk over everything. */
    async folderIdsAfter(after: number, limit: number): Promise<number[]> {
      const rows = await db
        .selectFrom('files')
        .select('folder_id')
        .distinct()
        .where('folder_id', '>', after)
        .where('gone_at', 'is', null)
        .orderBy('folder_id')
        .limit(limit)
        .execute();
      return rows.map((row) => row.folder_id);
    },

    /** How much there is: files in the library (and how many of them are missing), folders. */
    async counts(): Promise<{ files: number; missing: number; folders: number }> {
      const files = await db
        .selectFrom('files')
        .select((e) => [
          e.fn.countAll<number>().as('files'),
          e.fn.count<number>('missing_since').as('missing'),
        ])
        .where('gone_at', 'is', null)
        .executeTakeFirstOrThrow();
      const folders = await db
        .selectFrom('folders')
        .select((e) => e.fn.countAll<number>().as('folders'))
        .executeTakeFirstOrThrow();
      return { ...files, ...folders };
    },
  };
}

export type Content = ReturnType<typeof createContent>;

type FileRow = Omit<
  FileTable,
  | 'checksum'
  | 'has_password'
  | 'has_access_rules'
  | 'seen_at'
  | 'missed_at'
  | 'gone_at'
  | 'confirmed_at'
  | 'kept_at'
>;

function toFile(row: FileRow): CatalogFile {
  return {
    id: row.id,
    folderId: row.folder_id,
    url: row.url,
    name: row.name,
    sizeBytes: row.size_bytes,
    sentAt: row.sent_at ?? undefined,
    contentType: row.content_type ?? undefined,
    firstSeenAt: row.first_seen_at,
    missingSince: row.missing_since ?? undefined,
  };
}

function toFolder(row: FolderTable, path: string): CatalogFolder {
  return {
    id: row.id,
    name: row.name,
    path,
    listedAt: row.listed_at ?? undefined,
    missingSince: row.missing_since ?? undefined,
  };
}
