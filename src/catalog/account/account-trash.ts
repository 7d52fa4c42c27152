import type { Kysely, Transaction } from 'kysely';
import { type FileId, type FolderId, toFileId, toFolderId } from '../../core/ids.ts';
import { chunks } from '../db/chunks.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';
import type { AccountTrashTable } from '../db/schema-account.ts';
import { descendantFiles, descendantFolders } from './descendants.ts';
import { markDirty } from './dirty.ts';
import type { Listing } from './listing-types.ts';
import type { OwnChange, OwnWord } from './own-word.ts';
import { type RoomFor, readRoomFor } from './room-for.ts';

/** The folder at the top of the account that what was removed by hand lies in. */
export const accountTrashName = '.passerelle-trash';

/**
 * - `asked`: the host was asked to move it there, and has not said that it did; it is in the library.
 * - `there`: it lies in the trash.
 * - `due`: another file has taken its place. It left the library, and is moved as soon as the host takes it.
 * - `returning`: the host was asked to put it back, and has not said that it did.
 */
export type TrashState = 'asked' | 'there' | 'due' | 'returning';

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
  /** Where it was, and where it goes back to. */
  parentId: FolderId;
  /** Of the account, as it was. */
  path: string;
  /** The folder of the trash, by its name and id; empty where none was chosen yet. */
  day: string;
  dayId: FolderId;
  state: TrashState;
  /** When the host was asked last, by the clock on the wall. */
  trashedAt: number;
  /** The same by a clock that nobody sets: see {@link MonotonicClock}. */
  certainAt: number;
  /** It is not removed for good: what it made room for has not come yet, for all that is known. */
  roomFor?: RoomFor | undefined;
};

type Unnumbered<T> = T extends unknown ? Omit<T, 'id' | 'state' | 'day' | 'dayId'> : never;
/** An entry that is about to be made. */
export type NewTrashedEntry = Unnumbered<TrashedEntry>;

/** When something is done, by both clocks. */
export type TrashTime = Pick<TrashedEntry, 'trashedAt' | 'certainAt'>;

/** What was removed by hand lies in a folder of the account: no listing may bring it back into the library. */
export interface AccountTrash {
  /** Notes it before the host is asked: `asked`. @returns its id */
  begin(entry: NewTrashedEntry): Promise<number>;
  /** They leave the library, whatever the host will say: `due`. @returns those that do */
  due(files: readonly NewTrashedEntry[]): Promise<FileId[]>;
  /** The folder of the trash that the host is about to be asked to move it to. */
  into(id: number, day: string, dayId: FolderId): Promise<void>;
  /** The host has moved it: it leaves the library. @returns the files that do */
  there(id: number, now: number): Promise<FileId[]>;
  /** It was not moved, or is not in the trash any more. */
  forget(id: number): Promise<void>;
  /** The host is about to be asked to put it there. Its days begin anew. */
  returning(id: number, parentId: FolderId, time: TrashTime): Promise<void>;
  /** It lies where it was again. @returns the files that are back in the library */
  back(id: number, parentId: FolderId, now: number): Promise<FileId[]>;
  /** What it made room for has come, or somebody else has its place: its days count, from this time on where one is given. */
  roomTaken(id: number, certainAt?: number): Promise<void>;
  /** Oldest first. */
  all(): Promise<TrashedEntry[]>;
}

const states = ['asked', 'there', 'due', 'returning'] as const satisfies TrashState[];
const numberOf = (state: TrashState): number => states.indexOf(state);
const nowhere = toFolderId('');

export function createAccountTrash(db: Kysely<Schema>, ownWord: OwnWord): AccountTrash {
  const one = (from: Kysely<Schema> | Transaction<Schema>, id: number) =>
    from.selectFrom('account_trash').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  async function note(trx: Kysely<Schema>, entry: NewTrashedEntry, state: TrashState): Promise<number> {
    // One whose answer was lost, or that somebody took out of the trash, and that is removed again.
    await trx.deleteFrom('account_trash').where('host_id', '=', entry.hostId).execute();
    const { insertId } = await trx
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
        day: '',
        day_id: nowhere,
        is_there: numberOf(state),
        trashed_at: entry.trashedAt,
        certain_at: entry.certainAt,
        gone_at: null,
        room_for: entry.roomFor ? JSON.stringify(entry.roomFor) : null,
      })
      .executeTakeFirstOrThrow();
    return Number(insertId);
  }

  return {
    begin: (entry) => note(db, entry, 'asked'),

    due: (entries) =>
      db.transaction().execute(async (trx) => {
        const gone: FileId[] = [];
        for (const entry of entries) {
          const row = await one(trx, await note(trx, entry, 'due'));
          gone.push(...(await leave(trx, row, entry.trashedAt)));
          ownWord.note([ownChange(row)]);
        }
        return gone;
      }),

    async into(id, day, dayId) {
      await db.updateTable('account_trash').set({ day, day_id: dayId }).where('id', '=', id).execute();
    },

    there: (id, now) =>
      db.transaction().execute(async (trx) => {
        const row = await one(trx, id);
        await trx
          .updateTable('account_trash')
          .set({ is_there: numberOf('there') })
          .where('id', '=', id)
          .execute();
        const gone = await leave(trx, row, now);
        if (row.kind === 'folder')
          await trx
            .updateTable('folders')
            .set({ parent_id: row.day_id as FolderId })
            .where('id', '=', row.host_id as FolderId)
            .execute();
        ownWord.note([ownChange(row, row.day_id)]);
        return gone;
      }),

    async forget(id) {
      await db.deleteFrom('account_trash').where('id', '=', id).execute();
    },

    async returning(id, parentId, { trashedAt, certainAt }) {
      await db
        .updateTable('account_trash')
        .set({
          is_there: numberOf('returning'),
          parent_id: parentId,
          trashed_at: trashedAt,
          certain_at: certainAt,
        })
        .where('id', '=', id)
        .execute();
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
        const back = await leftWith(trx, row);
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

    async roomTaken(id, certainAt) {
      const since = certainAt === undefined ? {} : { certain_at: certainAt };
      await db
        .updateTable('account_trash')
        .set({ room_for: null, ...since })
        .where('id', '=', id)
        .execute();
    },

    async all() {
      return (await db.selectFrom('account_trash').selectAll().orderBy('id').execute()).map(toEntry);
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
    .select(['kind', 'host_id', 'parent_id', 'day_id', 'trashed_at', 'is_there'])
    .execute();
  if (rows.length === 0) return listing;
  const days = new Set<string>(rows.map((row) => row.day_id).filter((id) => id !== nowhere));
  if (await isBelow(trx, listing.folderId, days))
    return { ...listing, folders: [], files: [], complete: false };
  const isLate = ({ is_there, trashed_at }: Pick<AccountTrashTable, 'is_there' | 'trashed_at'>) =>
    states[is_there] === 'due' || (states[is_there] === 'there' && trashed_at > lateSince);
  const late = new Set(
    rows
      .filter((row) => row.parent_id === listing.folderId && isLate(row))
      .map((row) => `${row.kind}:${row.host_id}`),
  );
  return {
    ...listing,
    folders: listing.folders.filter(({ id }) => !days.has(id) && !late.has(`folder:${id}`)),
    files: listing.files.filter(({ id }) => !late.has(`file:${id}`)),
  };
}

function ownChange({ kind, host_id }: AccountTrashTableRow, folderId?: string): OwnChange {
  const to = folderId === undefined ? undefined : toFolderId(folderId);
  return kind === 'file' ? { kind, id: toFileId(host_id), to } : { kind, id: toFolderId(host_id), to };
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

/** Takes out of the library what is in it of one that was removed. @returns those files */
async function leave(trx: Transaction<Schema>, row: AccountTrashTableRow, now: number): Promise<FileId[]> {
  const gone = await filesOf(trx, row);
  const gone_at = row.gone_at ?? now;
  for (const some of chunks(gone)) {
    await trx.updateTable('files').set({ gone_at, kept_at: null }).where('id', 'in', inList(some)).execute();
    await trx.deleteFrom('leases').where('file_id', 'in', inList(some)).execute();
  }
  await trx.updateTable('account_trash').set({ gone_at }).where('id', '=', row.id).execute();
  await markDirty(trx, gone);
  await listAnew(trx, [row.parent_id as FolderId]);
  return gone;
}

/** Files of one that was removed which are in the library. */
async function filesOf(trx: Transaction<Schema>, row: AccountTrashTableRow): Promise<FileId[]> {
  if (row.kind === 'folder') return descendantFiles(trx, [toFolderId(row.host_id)]);
  const file = await trx
    .selectFrom('files')
    .select('id')
    .where('id', '=', toFileId(row.host_id))
    .where('gone_at', 'is', null)
    .executeTakeFirst();
  return file ? [file.id] : [];
}

/** Files that left the library with one that was removed: what had gone before does not come back with it. */
async function leftWith(trx: Transaction<Schema>, row: AccountTrashTableRow): Promise<FileId[]> {
  if (row.kind === 'file') return [toFileId(row.host_id)];
  const folders = await descendantFolders(trx, [toFolderId(row.host_id)]);
  let files = trx.selectFrom('files').select('id').where('folder_id', 'in', inList(folders));
  if (row.gone_at !== null) files = files.where('gone_at', '=', row.gone_at);
  const others = await trx.selectFrom('account_trash').select('host_id').where('kind', '=', 'file').execute();
  const removed = new Set(others.map(({ host_id }) => host_id));
  return (await files.execute()).flatMap(({ id }) => (removed.has(id) ? [] : [id]));
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
    state: states[row.is_there] ?? 'asked',
    trashedAt: row.trashed_at,
    certainAt: row.certain_at ?? row.trashed_at,
    roomFor: readRoomFor(row.room_for),
  };
  return row.kind === 'file'
    ? { kind: 'file', hostId: toFileId(row.host_id), url: row.url ?? '', ...common }
    : { kind: 'folder', hostId: toFolderId(row.host_id), ...common };
}
