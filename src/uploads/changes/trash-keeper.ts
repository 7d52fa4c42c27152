import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  type AccountTrash,
  accountTrashName,
  type NewTrashedEntry,
  type TrashedEntry,
} from '../../catalog/account/account-trash.ts';
import type { Files } from '../../catalog/account/files.ts';
import type { Clock } from '../../core/clock.ts';
import { jsonOf } from '../../core/codec.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import { type FileId, type FolderId, rootFolderId, toFolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { FolderListing, Host } from '../../host/host.ts';
import type { HostWrites } from '../../host/host-writes.ts';
import { isUnsure } from './unsure.ts';

/** Ids of folders of the trash by their names; the trash itself is the one without a name. */
export type TrashFolders = Readonly<Record<string, string>>;
export const trashFoldersCodec = jsonOf<TrashFolders>(z.record(z.string(), z.string()));

export interface TrashKeeperOptions {
  host: Pick<Host, 'listFolder'> & { writes: HostWrites };
  catalog: { files: Files; accountTrash: AccountTrash };
  memory: { read(): TrashFolders | undefined; write(folders: TrashFolders): void };
  clock: Clock;
  log: Log;
}

/** What is removed, without where it will lie. */
export type Removal = NewTrashedEntry extends infer T
  ? T extends unknown
    ? Omit<T, 'day' | 'dayId' | 'trashedAt'>
    : never
  : never;

/**
 * The host has no trash: what is removed is moved into a folder of the account, from where it can be taken back, and is
 * removed for good later.
 */
export interface TrashKeeper {
  /** One call, and one or two more for the first of a day. @returns files that left the library. @throws BridgeError of the host */
  take(removal: Removal, signal: AbortSignal): Promise<FileId[]>;
  /** Oldest first. */
  list(): Promise<TrashedEntry[]>;
  /** Puts it into this folder. @returns files that are back in the library. @throws BridgeError of the host */
  giveBack(entry: TrashedEntry, parentId: FolderId, signal: AbortSignal): Promise<FileId[]>;
  /** Removes for good what was removed before this time. What others took out of the trash is left alone. @returns how many */
  purge(before: number, signal: AbortSignal): Promise<number>;
  /** Finds out what became of what an earlier process was removing. @returns files that left the library */
  settle(signal: AbortSignal): Promise<FileId[]>;
}

const filesAtOnce = 100;
/** A folder of more files than one listing names is listed again, so often. */
const maxListings = 50;
const maxDepth = 200;
/** Folders for one day, where the first has something of that name. */
const maxTries = 2;

export function createTrashKeeper({ host, catalog, memory, clock, log }: TrashKeeperOptions): TrashKeeper {
  const { accountTrash } = catalog;
  const callOf = (signal: AbortSignal) => ({ urgency: 'write', signal }) as const;

  /** The folder of this name in the trash; the trash itself for the empty one. */
  async function folderOf(name: string, signal: AbortSignal): Promise<FolderId> {
    const known = memory.read()?.[name];
    if (known !== undefined) return toFolderId(known);
    const id =
      name === ''
        ? await makeOrFind(rootFolderId, accountTrashName, signal)
        : await makeOrFind(await folderOf('', signal), name, signal);
    memory.write({ ...memory.read(), [name]: id });
    return id;
  }

  async function makeOrFind(parentId: FolderId, name: string, signal: AbortSignal): Promise<FolderId> {
    try {
      return await host.writes.makeFolder(parentId, name, callOf(signal));
    } catch (error) {
      if (!isBridgeError(error, 'BRIDGE_HOST_REFUSED')) throw error;
      const { folders } = await host.listFolder(parentId, callOf(signal));
      const found = folders.find((one) => one.name === name);
      if (!found) throw error;
      return found.id;
    }
  }

  /** Two folders of one name do not fit into one. */
  async function dayFor({ kind, name }: Removal, tried: ReadonlySet<string>): Promise<string> {
    const today = new Date(clock.now()).toISOString().slice(0, 10);
    const taken = new Set(
      (await accountTrash.all())
        .filter((one) => kind === 'folder' && one.name === name)
        .map(({ day }) => day),
    );
    return taken.has(today) || tried.has(today) ? `${today} ${randomBytes(4).toString('hex')}` : today;
  }

  async function moveTo(
    entry: Pick<TrashedEntry, 'kind' | 'hostId'> & { url?: string },
    to: FolderId,
    signal: AbortSignal,
  ) {
    if (entry.kind === 'folder') await host.writes.moveFolder(entry.hostId as FolderId, to, callOf(signal));
    else if ((await host.writes.moveFiles([entry.url as string], to, callOf(signal))).length === 0)
      throw new BridgeError('BRIDGE_HOST_NOTHING_DONE');
  }

  async function take(removal: Removal, signal: AbortSignal): Promise<FileId[]> {
    const tried = new Set<string>();
    for (let isAnew = false; ; ) {
      const day = await dayFor(removal, tried);
      try {
        return await takeInto(day, removal, signal);
      } catch (error) {
        const isKnown = Object.keys(memory.read() ?? {}).length > 0;
        if (isBridgeError(error, 'BRIDGE_HOST_FILE_GONE') && isKnown && !isAnew) {
          // The folders that are remembered were removed by somebody else.
          memory.write({});
          isAnew = true;
        } else if (isBridgeError(error, 'BRIDGE_HOST_REFUSED') && tried.size < maxTries) {
          // Something of its name lies there that is in no journal.
          tried.add(day);
        } else throw error;
      }
    }
  }

  async function takeInto(day: string, removal: Removal, signal: AbortSignal): Promise<FileId[]> {
    const dayId = await folderOf(day, signal);
    const id = await accountTrash.begin({ ...removal, day, dayId, trashedAt: clock.now() });
    try {
      await moveTo(removal, dayId, signal);
    } catch (error) {
      if (isBridgeError(error) && !isUnsure(error)) await accountTrash.forget(id);
      throw error;
    }
    return left(id);
  }

  async function left(id: number): Promise<FileId[]> {
    const gone = await accountTrash.there(id, clock.now());
    catalog.files.forget(gone);
    return gone;
  }

  /** @returns whether nothing of it is left */
  async function removeTree(folderId: FolderId, signal: AbortSignal, depth = 0): Promise<void> {
    for (let listings = 0; listings < maxListings && depth < maxDepth; listings++) {
      const listing = await host.listFolder(folderId, callOf(signal));
      await removeFiles(listing.files, signal);
      for (const { id } of listing.folders) await removeTree(id, signal, depth + 1);
      if (listing.complete) break;
    }
    await host.writes.removeFolder(folderId, callOf(signal)).catch(unlessGone);
  }

  async function removeFiles(files: FolderListing['files'], signal: AbortSignal): Promise<void> {
    for (let at = 0; at < files.length; at += filesAtOnce)
      await host.writes
        .removeFiles(
          files.slice(at, at + filesAtOnce).map(({ url }) => url),
          callOf(signal),
        )
        .catch(unlessGone);
  }

  /** What of these lies in their folder of the trash still; those that somebody took out are forgotten. */
  async function purgeDay(
    due: readonly TrashedEntry[],
    dayId: FolderId,
    signal: AbortSignal,
  ): Promise<number> {
    const listing = await host.listFolder(dayId, callOf(signal)).catch(goneAsEmpty);
    const files = listing.files.filter(({ id }) =>
      due.some((one) => one.kind === 'file' && one.hostId === id),
    );
    await removeFiles(files, signal);
    const folders = listing.folders.filter(({ id }) =>
      due.some((one) => one.kind === 'folder' && one.hostId === id),
    );
    for (const { id } of folders) await removeTree(id, signal);
    const isListed = (one: TrashedEntry) =>
      [...files, ...folders].some(({ id }) => (id as string) === (one.hostId as string));
    for (const one of due) if (listing.complete || isListed(one)) await accountTrash.forget(one.id);
    const isEmpty =
      listing.complete &&
      files.length === listing.files.length &&
      folders.length === listing.folders.length &&
      !(await accountTrash.all()).some((one) => one.dayId === dayId);
    if (isEmpty) await dropDay(dayId, signal);
    return files.length + folders.length;
  }

  async function dropDay(dayId: FolderId, signal: AbortSignal): Promise<void> {
    const kept = Object.entries(memory.read() ?? {}).filter(([, id]) => id !== dayId);
    memory.write(Object.fromEntries(kept));
    // Somebody laid something else there.
    await host.writes.removeFolder(dayId, callOf(signal)).catch((error: unknown) => {
      if (!isBridgeError(error, 'BRIDGE_HOST_REFUSED')) unlessGone(error);
    });
  }

  return {
    take,
    list: accountTrash.all,

    async giveBack(entry, parentId, signal) {
      await moveTo(entry, parentId, signal);
      const back = await accountTrash.back(entry.id, parentId, clock.now());
      catalog.files.forget(back);
      return back;
    },

    async purge(before, signal) {
      const due = (await accountTrash.all()).filter((one) => one.isThere && one.trashedAt < before);
      let removed = 0;
      for (const dayId of new Set(due.map((one) => one.dayId))) {
        signal.throwIfAborted();
        removed += await purgeDay(
          due.filter((one) => one.dayId === dayId),
          dayId,
          signal,
        );
      }
      if (removed > 0) log.info({ removed }, 'what was removed some days ago is removed for good');
      return removed;
    },

    async settle(signal) {
      const gone: FileId[] = [];
      for (const entry of (await accountTrash.all()).filter(({ isThere }) => !isThere)) {
        const listing = await host.listFolder(entry.dayId, callOf(signal)).catch(goneAsEmpty);
        const entries: readonly { id: string }[] = entry.kind === 'file' ? listing.files : listing.folders;
        if (entries.some(({ id }) => id === entry.hostId)) gone.push(...(await left(entry.id)));
        else await accountTrash.forget(entry.id);
      }
      return gone;
    },
  };
}

const nothing: Pick<FolderListing, 'files' | 'folders' | 'complete'> = {
  files: [],
  folders: [],
  complete: true,
};

function goneAsEmpty(error: unknown): typeof nothing {
  unlessGone(error);
  return nothing;
}

function unlessGone(error: unknown): undefined {
  if (isBridgeError(error, 'BRIDGE_HOST_FILE_GONE') || isBridgeError(error, 'BRIDGE_HOST_NOTHING_DONE'))
    return undefined;
  throw error;
}
