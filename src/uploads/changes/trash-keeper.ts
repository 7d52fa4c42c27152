import type { AccountTrash, TrashedEntry } from '../../catalog/account/account-trash.ts';
import type { Files } from '../../catalog/account/files.ts';
import type { Clock } from '../../core/clock.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import type { FolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import { createSerialQueue } from '../../core/serial-queue.ts';
import type { FolderListing, Host } from '../../host/host.ts';
import type { HostWrites } from '../../host/host-writes.ts';
import type { PurgeManner, PurgeProgress } from './entries.ts';
import { createFaultBox, type FaultBox } from './fault-box.ts';
import { type ListedPlace, listPlace, namedIn } from './listed-place.ts';
import { createTrashDays, type TrashFolders } from './trash-days.ts';
import { type CertainTime, createTrashMoves, type TrashMoves } from './trash-moves.ts';
import { createTrashPage, type FilesIn } from './trash-page.ts';
import { createTrashTrees, type TrashTree } from './trash-tree.ts';
import { isRefusal } from './unsure.ts';

export interface TrashKeeperOptions {
  host: Pick<Host, 'listFolder' | 'listAccount' | 'limits'> & { writes: HostWrites };
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
   * @throws BridgeError of the host, when everything else is done; BRIDGE_GATE_BUSY where it is patient and should come back
   */
  purge(
    which: (entry: TrashedEntry, now: number) => boolean,
    signal: AbortSignal,
    how?: PurgeManner,
  ): Promise<number>;
  /** How far the purge is that runs; undefined while none does that has something to remove. */
  purging(): PurgeProgress | undefined;
  /** Keeps what has this id at the host from being removed for good. @returns how that ends; undefined where it goes now */
  hold(hostId: string): (() => void) | undefined;
}

const filesAtOnce = 100;
/** What the host does in part it is asked for again, so often. */
const maxAsks = 5;
/** A folder of more files than one listing names is listed again, so often. */
const maxListings = 50;

export function createTrashKeeper(options: TrashKeeperOptions): TrashKeeper {
  const { host, catalog, memory, clock, certain, log } = options;
  const { accountTrash } = catalog;
  const days = createTrashDays({ host, catalog, memory, clock });
  const purges = createSerialQueue();
  const going = new Set<string>();
  const held = new Map<string, number>();
  /** Of the purge that runs: they run one after the other. */
  let noteProgress: (more: Partial<PurgeProgress>) => void = () => undefined;
  let running: PurgeProgress | undefined;

  const trees = createTrashTrees({
    host,
    catalog,
    onRead: (listed, count) => noteProgress({ listed, files: count }),
  });
  const page = createTrashPage({
    host,
    catalog,
    stillThere: trees.stillThere,
    onFound: (count) => noteProgress({ files: count }),
    remove: removeFiles,
    clock,
    log,
  });

  /** The folders of a tree, of which every file that was found is removed. @returns whether nothing of it is left */
  async function removeRest(folderId: FolderId, found: TrashTree, signal: AbortSignal): Promise<boolean> {
    let tree = found;
    for (let round = 0; round < maxListings; round++) {
      if (await removeFolders(tree, signal)) return true;
      // More than was seen lies in it, or the host did not do all of it.
      if (tree.isWhole) return false;
      tree = await trees.read(folderId, undefined, signal);
      await removeFiles(tree.urls, signal);
    }
    return false;
  }

  /** @returns whether all of them are gone */
  async function removeFolders(
    { folders, isGuess }: Pick<TrashTree, 'folders' | 'isGuess'>,
    signal: AbortSignal,
  ): Promise<boolean> {
    let areGone = true;
    for (const folderId of folders)
      try {
        await host.writes.removeFolder(folderId, { urgency: 'write', signal });
        noteProgress({ removedFolders: 1 });
      } catch (error) {
        if (isBridgeError(error, 'BRIDGE_HOST_FILE_GONE')) continue;
        // Something lies in it.
        if (!isRefusal(error)) throw error;
        areGone = false;
        // One that is not empty as it was taken to be: the others need not be either.
        if (isGuess) break;
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
    filesIn: FilesIn,
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
      if (await trees.isTakenOut(entry)) await accountTrash.forget(entry.id);
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
    // Files of all folders first, each as soon as it was found in the trash; nobody hurries with empty folders.
    const emptied: { entry: TrashedEntry; tree: TrashTree; folderId: FolderId }[] = [];
    for (const { id: folderId } of listing.folders) {
      const entry = own.get(folderId);
      if (entry?.kind === 'folder')
        await faults.run(async () => {
          const tree = await trees.read(folderId, filesIn, signal);
          await removeFiles(tree.urls, signal);
          emptied.push({ entry, folderId, tree });
        });
    }
    for (const { entry, tree, folderId } of emptied)
      await faults.run(async () => {
        if (await removeRest(folderId, tree, signal)) await over(entry);
        else faults.add(leftOf(entry.path));
      });
    const isEmpty = listing.complete && removed === listing.files.length + listing.folders.length;
    if (isEmpty && !(await accountTrash.all()).some((one) => one.dayId === dayId)) {
      days.forget(dayId);
      // Somebody may have laid something else there.
      await faults.run(async () => void (await removeFolders({ folders: [dayId], isGuess: false }, signal)));
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
    { onProgress, isPatient = false }: PurgeManner = {},
  ): Promise<number> {
    const done: PurgeProgress = { listed: 0, files: 0, removedFiles: 0, removedFolders: 0 };
    noteProgress = (more) => {
      for (const name of Object.keys(more) as (keyof PurgeProgress)[]) done[name] += more[name] ?? 0;
      onProgress?.({ ...done });
    };
    const now = await certain.advance();
    const all = await accountTrash.all();
    const due = all.filter(
      (one) => one.state === 'there' && !one.roomFor && !held.has(one.hostId) && which(one, now),
    );
    for (const { hostId } of due) going.add(hostId);
    if (due.length > 0) running = done;
    let removed = 0;
    const faults = createFaultBox(signal);
    try {
      const folders = due.flatMap((one) => (one.kind === 'folder' ? [one.hostId] : []));
      let filesIn: FilesIn = async () => undefined;
      let isWaiting = true;
      await faults.run(async () => {
        filesIn = await page.over(folders, isPatient);
        isWaiting = false;
      });
      const ready = isWaiting ? due.filter(({ kind }) => kind === 'file') : due;
      for (const dayId of new Set(ready.map((one) => one.dayId)))
        await faults.run(async () => {
          const ofDay = ready.filter((one) => one.dayId === dayId);
          removed += await purgeDay(ofDay, dayId, now, filesIn, faults, signal);
        });
    } finally {
      running = undefined;
      for (const { hostId } of due) going.delete(hostId);
    }
    if (removed > 0) log.info({ removed }, 'what lay in the trash is removed for good');
    const fault = faults.first();
    if (fault !== undefined) throw fault;
    return removed;
  }

  return {
    ...createTrashMoves({ host, catalog, days, clock, certain, log }),
    all: accountTrash.all,
    purge: (which, signal, how) => purges.take(() => purge(which, signal, how)),
    purging: () => running && { ...running },

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

const leftOf = (path: string) =>
  new BridgeError('BRIDGE_HOST_REFUSED', { detail: `the host did not remove all of ${path}` });
