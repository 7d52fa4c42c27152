import type { AccountTrash, TrashedEntry } from '../../catalog/account/account-trash.ts';
import type { CatalogFile, Files } from '../../catalog/account/files.ts';
import type { Clock } from '../../core/clock.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import { createSerialQueue } from '../../core/serial-queue.ts';
import type { FolderListing, Host } from '../../host/host.ts';
import type { HostWrites } from '../../host/host-writes.ts';
import type { PurgeProgress } from './entries.ts';
import { createFaultBox, type FaultBox } from './fault-box.ts';
import { type ListedPlace, listPlace, namedIn } from './listed-place.ts';
import { createTrashDays, type TrashFolders } from './trash-days.ts';
import { type CertainTime, createTrashMoves, type TrashMoves } from './trash-moves.ts';
import { isRefusal } from './unsure.ts';

export interface TrashKeeperOptions {
  host: Pick<Host, 'listFolder' | 'limits'> & { writes: HostWrites };
  catalog: { files: Files; accountTrash: AccountTrash };
  memory: { read(): TrashFolders | undefined; write(folders: TrashFolders): void };
  clock: Clock;
  /** Time that has passed for certain: by this the days of the trash are counted. */
  certain: CertainTime;
  log: Log;
}

/**
 * The host has no trash: what is removed is moved into a folder of the account, from where it can be taken back, and is
 * removed for good later.
 */
export interface TrashKeeper extends TrashMoves {
  /** Oldest first, with what is not known to lie there. */
  all(): Promise<TrashedEntry[]>;
  /**
   * Removes some for good that lie in the trash. What others took out is left alone, and what the host does not remove stays.
   * @param which is told how much time has passed for certain, too
   * @returns how many
   * @throws BridgeError of the host, when everything else is done
   */
  purge(
    which: (entry: TrashedEntry, now: number) => boolean,
    signal: AbortSignal,
    onProgress?: (progress: PurgeProgress) => void,
  ): Promise<number>;
  /** Keeps what has this id at the host from being removed for good. @returns how that ends; undefined where it goes now */
  hold(hostId: string): (() => void) | undefined;
}

const filesAtOnce = 100;
/** What the host does in part it is asked for again, so often. */
const maxAsks = 5;
/** A folder of more files than one listing names is listed again, so often. */
const maxListings = 50;
const maxDepth = 200;
/** A host that lies may name folders without end. */
const maxFolders = 20_000;

export function createTrashKeeper(options: TrashKeeperOptions): TrashKeeper {
  const { host, catalog, memory, clock, certain, log } = options;
  const { accountTrash, files } = catalog;
  const days = createTrashDays({ host, catalog, memory, clock });
  const purges = createSerialQueue();
  const going = new Set<string>();
  const held = new Map<string, number>();
  /** Of the purge that runs: they run one after the other. */
  let noteProgress: (more: Partial<PurgeProgress>) => void = () => undefined;

  /** Those that listings have in the library again: somebody has taken them out of the trash. */
  async function takenOut(ids: readonly FileId[]): Promise<Set<FileId>> {
    const there: CatalogFile[] = await files.filesByIds(ids);
    const paths = await files.folderPaths(there.map(({ folderId }) => folderId));
    return new Set(there.filter(({ folderId }) => paths.has(folderId)).map(({ id }) => id));
  }

  async function isTakenOut(entry: TrashedEntry): Promise<boolean> {
    if (entry.kind === 'file') return (await takenOut([entry.hostId])).size > 0;
    return !(await isIn(entry.hostId, entry.dayId));
  }

  /** Whether nothing says that a folder lies elsewhere by now. */
  async function isIn(folderId: FolderId, parentId: FolderId): Promise<boolean> {
    const [folder] = await files.parentsOf([folderId]);
    return folder === undefined || folder.parentId === parentId;
  }

  /** @returns whether nothing of it is left */
  async function removeTree(folderId: FolderId, signal: AbortSignal): Promise<boolean> {
    for (let round = 0; round < maxListings; round++) {
      const tree: WholeFolder = { urls: [], folders: [], seen: new Set([folderId]), isWhole: true };
      await readTree(folderId, tree, signal, 0);
      await removeFiles(tree.urls, signal);
      const isEmpty = await removeFolders(tree.folders, signal);
      if (isEmpty) return true;
      // More than listings name lies in it, or the host did not do all of it.
      if (tree.isWhole) return false;
    }
    return false;
  }

  /** Files and folders of one and all in it, folders from the inside out. */
  async function readTree(
    folderId: FolderId,
    tree: WholeFolder,
    signal: AbortSignal,
    depth: number,
  ): Promise<void> {
    if (tree.folders.length + depth > maxFolders)
      throw new BridgeError('BRIDGE_HOST_ODD_ANSWER', { detail: 'there is no end to a folder of the trash' });
    const listing = await listPlace(host, folderId, signal);
    if (!listing.complete) tree.isWhole = false;
    // A late listing names what somebody has taken out of it.
    const others = await takenOut(listing.files.map(({ id }) => id));
    for (const { id, url } of listing.files) if (!others.has(id)) tree.urls.push(url);
    noteProgress({ listed: 1, files: listing.files.length - others.size });
    for (const { id } of listing.folders) {
      if (depth >= maxDepth || tree.seen.has(id) || !(await isIn(id, folderId))) continue;
      tree.seen.add(id);
      await readTree(id, tree, signal, depth + 1);
    }
    tree.folders.push(folderId);
  }

  /** @returns whether all of them are gone */
  async function removeFolders(folderIds: readonly FolderId[], signal: AbortSignal): Promise<boolean> {
    let areGone = true;
    for (const folderId of folderIds)
      try {
        await host.writes.removeFolder(folderId, { urgency: 'write', signal });
        noteProgress({ removedFolders: 1 });
      } catch (error) {
        if (isBridgeError(error, 'BRIDGE_HOST_FILE_GONE')) continue;
        // Something lies in it.
        if (!isRefusal(error)) throw error;
        areGone = false;
      }
    return areGone;
  }

  /** @returns addresses of those that the host says it has removed */
  async function removeFiles(urls: readonly string[], signal: AbortSignal): Promise<Set<string>> {
    const removed = new Set<string>();
    for (let at = 0; at < urls.length; at += filesAtOnce) {
      let rest = urls.slice(at, at + filesAtOnce);
      for (let ask = 0; ask < maxAsks && rest.length > 0; ask++) {
        const done = await host.writes.removeFiles(rest, { urgency: 'write', signal }).catch((error) => {
          if (isRefusal(error)) return [];
          throw error;
        });
        if (done.length === 0) break;
        noteProgress({ removedFiles: done.length });
        for (const url of done) removed.add(url);
        rest = rest.filter((url) => !removed.has(url));
      }
    }
    return removed;
  }

  /** What of these lies in their folder of the trash still; those that somebody took out are forgotten. @returns how many */
  async function purgeDay(
    due: readonly TrashedEntry[],
    dayId: FolderId,
    now: number,
    faults: FaultBox,
    signal: AbortSignal,
  ): Promise<number> {
    const listing = await listPlace(host, dayId, signal);
    const own = new Map<string, TrashedEntry>();
    let second: ListedPlace | undefined;
    // A host may answer with an empty listing once: it is asked again.
    const isOut = async (entry: TrashedEntry) => {
      if (!listing.complete) return false;
      second ??= await listPlace(host, dayId, signal);
      return second.complete && namedIn(second, entry) === undefined;
    };
    for (const entry of due)
      if (await isTakenOut(entry)) await accountTrash.forget(entry.id);
      else if (namedIn(listing, entry)) own.set(entry.hostId, entry);
      // A listing may not have heard of it yet.
      else if (now - entry.certainAt >= host.limits.listingLagMs && (await isOut(entry)))
        await accountTrash.forget(entry.id);
    let removed = 0;
    const over = async ({ id }: TrashedEntry) => {
      await accountTrash.forget(id);
      removed++;
    };
    await faults.run(() => purgeFiles(listing.files, own, over, faults, signal));
    for (const { id } of listing.folders) {
      const entry = own.get(id);
      if (entry?.kind !== 'folder') continue;
      await faults.run(async () => {
        if (!(await removeTree(id, signal))) faults.add(leftOf(entry.path));
        else await over(entry);
      });
    }
    const isEmpty = listing.complete && removed === listing.files.length + listing.folders.length;
    if (isEmpty && !(await accountTrash.all()).some((one) => one.dayId === dayId)) {
      days.forget(dayId);
      // Somebody may have laid something else there.
      await faults.run(async () => void (await removeFolders([dayId], signal)));
    }
    return removed;
  }

  async function purgeFiles(
    listed: FolderListing['files'],
    own: ReadonlyMap<string, TrashedEntry>,
    over: (entry: TrashedEntry) => Promise<void>,
    faults: FaultBox,
    signal: AbortSignal,
  ): Promise<void> {
    const due = listed.flatMap(({ id, url }) => {
      const entry = own.get(id);
      return entry?.kind === 'file' ? [{ entry, url }] : [];
    });
    noteProgress({ listed: 1, files: due.length });
    for (let at = 0; at < due.length; at += filesAtOnce) {
      const part = due.slice(at, at + filesAtOnce);
      const done = await removeFiles(
        part.map(({ url }) => url),
        signal,
      );
      for (const { entry, url } of part)
        if (done.has(url)) await over(entry);
        else faults.add(leftOf(entry.path));
    }
  }

  async function purge(
    which: (entry: TrashedEntry, now: number) => boolean,
    signal: AbortSignal,
    onProgress?: (progress: PurgeProgress) => void,
  ): Promise<number> {
    const done: PurgeProgress = { listed: 0, files: 0, removedFiles: 0, removedFolders: 0 };
    noteProgress = (more) => {
      for (const name of Object.keys(more) as (keyof PurgeProgress)[]) done[name] += more[name] ?? 0;
      onProgress?.({ ...done });
    };
    const now = await certain.advance();
    const all = await accountTrash.all();
    const due = all.filter((one) => one.state === 'there' && !held.has(one.hostId) && which(one, now));
    for (const { hostId } of due) going.add(hostId);
    let removed = 0;
    const faults = createFaultBox(signal);
    try {
      for (const dayId of new Set(due.map((one) => one.dayId)))
        await faults.run(async () => {
          const ofDay = due.filter((one) => one.dayId === dayId);
          removed += await purgeDay(ofDay, dayId, now, faults, signal);
        });
    } finally {
      for (const { hostId } of due) going.delete(hostId);
    }
    if (removed > 0) log.info({ removed }, 'what was removed some days ago is removed for good');
    const fault = faults.first();
    if (fault !== undefined) throw fault;
    return removed;
  }

  return {
    ...createTrashMoves({ host, catalog, days, clock, certain, log }),
    all: accountTrash.all,
    purge: (which, signal, onProgress) => purges.take(() => purge(which, signal, onProgress)),

    hold(hostId) {
      if (going.has(hostId)) return undefined;
      held.set(hostId, (held.get(hostId) ?? 0) + 1);
      return () => {
        const left = (held.get(hostId) ?? 1) - 1;
        if (left > 0) held.set(hostId, left);
        else held.delete(hostId);
      };
    },
  };
}

/** What a folder and all in it hold. */
interface WholeFolder {
  urls: string[];
  folders: FolderId[];
  seen: Set<FolderId>;
  /** Nothing is in it but this, as far as listings say. */
  isWhole: boolean;
}

const leftOf = (path: string) =>
  new BridgeError('BRIDGE_HOST_REFUSED', { detail: `the host did not remove all of ${path}` });
