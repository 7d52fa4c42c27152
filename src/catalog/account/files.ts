import type { Kysely } from 'kysely';
import { joinAccountPath } from '../../core/account-path.ts';
import { createBoundedCache } from '../../core/bounded-cache.ts';
import { type FileId, type FolderId, rootFolderId } from '../../core/ids.ts';
import { inList } from '../db/in-list.ts';
import type { FileTable, FolderTable, Schema } from '../db/schema.ts';
import { descendantFolders } from './descendants.ts';
import { createFolders, type Folders } from './folders.ts';

/** A file of the account as the catalog knows it. Times in milliseconds UTC. */
export interface CatalogFile {
  id: FileId;
  folderId: FolderId;
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

/** What is kept of a file that was taken out of the library. */
export type GoneFile = Pick<CatalogFile, 'id' | 'folderId' | 'name' | 'sentAt' | 'firstSeenAt'>;

/** What is needed of a file of the account to show it. */
export type AccountFile = Pick<CatalogFile, 'id' | 'name' | 'sizeBytes' | 'sentAt'>;

/** A folder of the account. `path` begins with `/`; the root is `/`. */
export interface CatalogFolder {
  id: FolderId;
  name: string;
  path: string;
  listedAt: number | undefined;
  missingSince: number | undefined;
}

/** Rows kept at hand for the hot path of playback. */
const maxCachedFiles = 5000;

/** Reads what the account holds. */
export interface Files extends Folders {
  /** The file with this id, unless it was taken out of the library. */
  byId(id: FileId): Promise<CatalogFile | undefined>;
  /** The file at hand without a trip to the database, if it was asked for lately. */
  cachedById(id: FileId): CatalogFile | undefined;
  /** Must be called by whoever changes files. */
  forget(ids: Iterable<FileId>): void;
  /** What stands at an account path: a folder, or every file of that name (two may share one). */
  byPath(path: string): Promise<{ folder?: CatalogFolder; files: CatalogFile[] }>;
  /** Sub-folders and files of a folder, by name. */
  children(folder: CatalogFolder): Promise<{ folders: CatalogFolder[]; files: CatalogFile[] }>;
  /** Files with these ids; those that were taken out of the library are not among them. */
  filesByIds(ids: readonly FileId[]): Promise<CatalogFile[]>;
  /** What `filesByIds` gives, where no more is asked of it. */
  namesByIds(ids: readonly FileId[]): Promise<Pick<CatalogFile, 'id' | 'folderId' | 'name'>[]>;
  /** The folders in which these files lie; those that were taken out of the library do not count. */
  foldersOfFiles(ids: readonly FileId[]): Promise<FolderId[]>;
  /** All files in the library that lie in these folders. */
  filesOfFolders(folderIds: readonly FolderId[]): Promise<CatalogFile[]>;
  /** What the host says that their bytes come to, of those of which it says so. */
  checksums(ids: readonly FileId[]): Promise<Map<FileId, string>>;
  /** Files that are missing from these folders, or were taken out of the library. */
  leftOf(folderIds: readonly FolderId[]): Promise<Pick<CatalogFile, 'id' | 'folderId' | 'name'>[]>;
  /** Folder, name and dates of files that were taken out of the library. */
  goneByIds(ids: readonly FileId[]): Promise<GoneFile[]>;
  /** Ids of all files in the library that lie in or below this folder. */
  descendantFileIds(folderId: FolderId): Promise<FileId[]>;
  /** Ids of some files in the library. */
  someIds(limit: number): Promise<FileId[]>;
  /** Folders with files in the library after `after`, in order: for a walk over everything. */
  folderIdsAfter(after: FolderId | undefined, limit: number): Promise<FolderId[]>;
  /** How much there is: files in the library (and how many of them are missing), folders. */
  counts(): Promise<{ files: number; missing: number; folders: number }>;
}

export function createFiles(db: Kysely<Schema>): Files {
  const cache = createBoundedCache<FileId, CatalogFile>(maxCachedFiles);

  /** Files that were not taken out. */
  const inLibrary = () =>
    db
      .selectFrom('files')
      .select(['id', 'folder_id', 'url', 'name', 'size_bytes', 'sent_at'])
      .select(['content_type', 'first_seen_at', 'missing_since'])
      .where('gone_at', 'is', null);

  const filesOf = (folderId: FolderId) =>
    inLibrary().where('folder_id', '=', folderId).orderBy('name').orderBy('id');

  async function fileById(id: FileId): Promise<CatalogFile | undefined> {
    const kept = cache.get(id);
    if (kept) return kept;
    const row = await inLibrary().where('id', '=', id).executeTakeFirst();
    if (!row) return undefined;
    const file = toFile(row);
    cache.set(id, file);
    return file;
  }

  return {
    ...createFolders(db),

    byId: fileById,

    cachedById: (id) => cache.get(id),

    forget: (ids) => {
      for (const id of ids) cache.delete(id);
    },

    async byPath(path) {
      const names = path.split('/').filter((name) => name !== '');
      let folder = await db
        .selectFrom('folders')
        .selectAll()
        .where('id', '=', rootFolderId)
        .executeTakeFirst();
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

    async children(folder) {
      const folders = await db
        .selectFrom('folders')
        .selectAll()
        .where('parent_id', '=', folder.id)
        .orderBy('name')
        .execute();
      const files = await filesOf(folder.id).execute();
      return {
        folders: folders.map((row) => toFolder(row, joinAccountPath(folder.path, row.name))),
        files: files.map(toFile),
      };
    },

    filesByIds: async (ids) => (await inLibrary().where('id', 'in', inList(ids)).execute()).map(toFile),

    async namesByIds(ids) {
      const rows = await db
        .selectFrom('files')
        .select(['id', 'folder_id', 'name'])
        .where('id', 'in', inList(ids))
        .where('gone_at', 'is', null)
        .execute();
      return rows.map((row) => ({ id: row.id, folderId: row.folder_id, name: row.name }));
    },

    async foldersOfFiles(ids) {
      const rows = await db
        .selectFrom('files')
        .select('folder_id')
        .distinct()
        .where('id', 'in', inList(ids))
        .where('gone_at', 'is', null)
        .execute();
      return rows.map((row) => row.folder_id);
    },

    filesOfFolders: async (folderIds) =>
      (await inLibrary().where('folder_id', 'in', inList(folderIds)).execute()).map(toFile),

    async checksums(ids) {
      const rows = await db
        .selectFrom('files')
        .select(['id', 'checksum'])
        .where('id', 'in', inList(ids))
        .execute();
      return new Map(
        rows.flatMap(({ id, checksum }) => (checksum === null ? [] : [[id, checksum] as const])),
      );
    },

    async leftOf(folderIds) {
      const inFolders = () =>
        db
          .selectFrom('files')
          .select(['id', 'folder_id', 'name'])
          .where('folder_id', 'in', inList(folderIds));
      // Each by the index of the folder alone: with `or`, all files of the folders would be read.
      const missing = inFolders().where('missing_since', 'is not', null);
      const gone = inFolders().where('missing_since', 'is', null).where('gone_at', 'is not', null);
      const rows = await missing.unionAll(gone).execute();
      return rows.map((row) => ({ id: row.id, folderId: row.folder_id, name: row.name }));
    },

    async goneByIds(ids) {
      const rows = await db
        .selectFrom('files')
        .select(['id', 'folder_id', 'name', 'sent_at', 'first_seen_at'])
        .where('id', 'in', inList(ids))
        .where('gone_at', 'is not', null)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        folderId: row.folder_id,
        name: row.name,
        sentAt: row.sent_at ?? undefined,
        firstSeenAt: row.first_seen_at,
      }));
    },

    async descendantFileIds(folderId) {
      const rows = await db
        .selectFrom('files')
        .select('id')
        .where('folder_id', 'in', inList(await descendantFolders(db, [folderId])))
        .where('gone_at', 'is', null)
        .execute();
      return rows.map((row) => row.id);
    },

    async someIds(limit) {
      const rows = await db
        .selectFrom('files')
        .select('id')
        .where('gone_at', 'is', null)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map((row) => row.id);
    },

    async folderIdsAfter(after, limit) {
      const rows = await db
        .selectFrom('files')
        .select('folder_id')
        .distinct()
        .where('folder_id', '>', after ?? ('' as FolderId))
        .where('gone_at', 'is', null)
        .orderBy('folder_id')
        .limit(limit)
        .execute();
      return rows.map((row) => row.folder_id);
    },

    async counts() {
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
