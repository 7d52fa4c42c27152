import type { Kysely, Transaction } from 'kysely';
import { type FileId, type FolderId, toFileId, toFolderId } from '../../core/ids.ts';
import { chunks } from '../db/chunks.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';
import type { AccountTrashTable } from '../db/schema-account.ts';
import { descendantFolders } from './descendants.ts';
import { markDirty } from './dirty.ts';
import type { Listing } from './listing-types.ts';
import type { OwnChange, OwnWord } from './own-word.ts';

/** The folder at the top of the account that what was removed by hand lies in. */
export const accountTrashName = '.passerelle-trash';

/** Something of the account that a person removed, where it was, and where it lies until it is removed for good. */
export type TrashedEntry = (
  | { kind: 'file'; hostId: FileId; url: string }
  | { kind: 'folder'; hostId: FolderId }
) & {
  id: number;
  name: string;
  /** How many files it is, and what they come to. */
  files: number;
  sizeBytes: number;
  parentId: FolderId;
  /** Of the account, as it was. */
  path: string;
  /** The folder of the trash, by its name and id. */
  day: string;
  dayId: FolderId;
  /** False until the host has said that it was moved there. */
  isThere: boolean;
  trashedAt: number;
};

type Unnumbered<T> = T extends unknown ? Omit<T, 'id' | 'isThere'> : never;
/** An entry that is about to be made. */
export type NewTrashedEntry = Unnumbered<TrashedEntry>;

/** What was removed by hand lies in a folder of the account: no listing may bring it back into the library. */
export interface AccountTrash {
  /** Notes it before the host is asked. @returns its id */
  begin(entry: NewTrashedEntry): Promise<number>;
  /** The host has moved it: it leaves the library. @returns the files that do */
  there(id: number, now: number): Promise<FileId[]>;
  /** It was not moved, or is not in the trash any more. */
  forget(id: number): Promise<void>;
  /** It lies where it was again. @returns the files that are back in the library */
  back(id: number, parentId: FolderId, now: number): Promise<FileId[]>;
  /** Oldest first. */
  all(): Promise<TrashedEntry[]>;
  /** What is known of the files and folders of one that lies there, folders from the inside out. */
  contentOf(entry: TrashedEntry): Promise<{ folders: FolderId[]; urls: string[] }>;
}

export function createAccountTrash(db: Kysely<Schema>, ownWord: OwnWord): AccountTrash {
  const one = (from: Kysely<Schema> | Transaction<Schema>, id: number) =>
    from.selectFrom('account_trash').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  return {
    async begin(entry) {
      // One whose answer was lost, or that somebody took out of the trash, and that is removed again.
      await db.deleteFrom('account_trash').where('host_id', '=', entry.hostId).execute();
      const { insertId } = await db
        .insertInto('account_trash')
        .values({
          kind: entry.kind,
          host_id: entry.hostId,
          url: entry.kind === 'file' ? entry.url : null,
          name: entry.name,
          files: entry.files,
          size_bytes: entry.sizeBytes,
          parent_id: entry.parentId,
          path: entry.path,
          day: entry.day,
          day_id: entry.dayId,
          is_there: 0,
          trashed_at: entry.trashedAt,
        })
        .executeTakeFirstOrThrow();
      return Number(insertId);
    },

    there: (id, now) =>
      db.transaction().execute(async (trx) => {
        const row = await one(trx, id);
        await trx.updateTable('account_trash').set({ is_there: 1 }).where('id', '=', id).execute();
        const gone = await filesOf(trx, row);
        if (row.kind === 'folder')
          await trx
            .updateTable('folders')
            .set({ parent_id: row.day_id as FolderId })
            .where('id', '=', row.host_id as FolderId)
            .execute();
        await listAnew(trx, [row.parent_id as FolderId]);
        for (const some of chunks(gone)) {
          await trx
            .updateTable('files')
            .set({ gone_at: now, kept_at: null })
            .where('id', 'in', inList(some))
            .execute();
          await trx.deleteFrom('leases').where('file_id', 'in', inList(some)).execute();
        }
        await markDirty(trx, gone);
        ownWord.note([ownChange(row, row.day_id)]);
        return gone;
      }),

    async forget(id) {
      await db.deleteFrom('account_trash').where('id', '=', id).execute();
    },

    back: (id, parentId, now) =>
      db.transaction().execute(async (trx) => {
        const row = await one(trx, id);
        if (row.kind === 'folder')
          await trx
            .updateTable('folders')
            .set({ parent_id: parentId, missing_since: null, seen_at: now })
            .where('id', '=', row.host_id as FolderId)
            .execute();
        else
          await trx
            .updateTable('files')
            .set({ folder_id: parentId })
            .where('id', '=', row.host_id as FileId)
            .execute();
        const back = await filesOf(trx, row);
        for (const some of chunks(back))
          await trx
            .updateTable('files')
            .set({ gone_at: null, missing_since: null, missed_at: null, confirmed_at: null, seen_at: now })
            .where('id', 'in', inList(some))
            .execute();
        await listAnew(trx, [parentId]);
        await markDirty(trx, back);
        await trx.deleteFrom('account_trash').where('id', '=', id).execute();
        ownWord.note([ownChange(row, parentId)]);
        return back;
      }),

    async all() {
      return (await db.selectFrom('account_trash').selectAll().orderBy('id').execute()).map(toEntry);
    },

    async contentOf(entry) {
      if (entry.kind === 'file') return { folders: [], urls: [entry.url] };
      // A folder is found after the one that it lies in.
      const folders = await descendantFolders(db, [entry.hostId]);
      const rows = await db
        .selectFrom('files')
        .select('url')
        .where('folder_id', 'in', inList(folders))
        .execute();
      return { folders: folders.toReversed(), urls: rows.map(({ url }) => url) };
    },
  };
}

/**
 * A listing without what lies in the trash. A host may name for hours what was removed from where it was; what it names
 * elsewhere, or later, somebody has taken out, and it is in the library again.
 */
export async function withoutTrash(trx: Transaction<Schema>, listing: Listing): Promise<Listing> {
  const { lateSince = Number.POSITIVE_INFINITY } = listing;
  const rows = await trx
    .selectFrom('account_trash')
    .select(['kind', 'host_id', 'parent_id', 'day_id', 'trashed_at'])
    .where('is_there', '=', 1)
    .execute();
  if (rows.length === 0) return listing;
  const days = new Set(rows.map((row) => row.day_id));
  if (await isBelow(trx, listing.folderId, days))
    return { ...listing, folders: [], files: [], complete: false };
  const late = new Set(
    rows
      .filter((row) => row.parent_id === listing.folderId && row.trashed_at > lateSince)
      .map((row) => `${row.kind}:${row.host_id}`),
  );
  return {
    ...listing,
    folders: listing.folders.filter(({ id }) => !days.has(id) && !late.has(`folder:${id}`)),
    files: listing.files.filter(({ id }) => !late.has(`file:${id}`)),
  };
}

function ownChange({ kind, host_id }: AccountTrashTableRow, to: string): OwnChange {
  return kind === 'file'
    ? { kind, id: toFileId(host_id), to: toFolderId(to) }
    : { kind, id: toFolderId(host_id), to: toFolderId(to) };
}

/** Whether a folder is one of these, or lies in one. */
async function isBelow(
  trx: Transaction<Schema>,
  id: FolderId,
  folders: ReadonlySet<string>,
): Promise<boolean> {
  const seen = new Set<FolderId>();
  for (let at: FolderId | null = id; at !== null && !seen.has(at); ) {
    if (folders.has(at)) return true;
    seen.add(at);
    const row: { parent_id: FolderId | null } | undefined = await trx
      .selectFrom('folders')
      .select('parent_id')
      .where('id', '=', at)
      .executeTakeFirst();
    at = row?.parent_id ?? null;
  }
  return false;
}

async function filesOf(trx: Transaction<Schema>, row: AccountTrashTableRow): Promise<FileId[]> {
  if (row.kind === 'file') return [toFileId(row.host_id)];
  const folders = await descendantFolders(trx, [toFolderId(row.host_id)]);
  const rows = await trx.selectFrom('files').select('id').where('folder_id', 'in', inList(folders)).execute();
  return rows.map(({ id }) => id);
}

/** A listing that is as the last one was is not read: what we changed ourselves must be. */
async function listAnew(trx: Transaction<Schema>, folderIds: readonly FolderId[]): Promise<void> {
  await trx.updateTable('folders').set({ fingerprint: null }).where('id', 'in', inList(folderIds)).execute();
}

type AccountTrashTableRow = Omit<AccountTrashTable, 'id'> & { id: number };

function toEntry(row: AccountTrashTableRow): TrashedEntry {
  const common = {
    id: row.id,
    name: row.name,
    files: row.files,
    sizeBytes: row.size_bytes,
    parentId: toFolderId(row.parent_id),
    path: row.path,
    day: row.day,
    dayId: toFolderId(row.day_id),
    isThere: row.is_there === 1,
    trashedAt: row.trashed_at,
  };
  return row.kind === 'file'
    ? { kind: 'file', hostId: toFileId(row.host_id), url: row.url ?? '', ...common }
    : { kind: 'folder', hostId: toFolderId(row.host_id), ...common };
}
