import type { CatalogFolder } from '../../catalog/account/files.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import { BridgeError } from '../../core/errors.ts';
import { type FileId, rootFolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { WritableHost } from '../../host/host-writes.ts';
import type { ChangeWish, DeepWish, RemovedEntry, RemoveWish, RetiredFile } from './entries.ts';
import { createFaultBox } from './fault-box.ts';
import type { LaidOut } from './laid-out.ts';
import type { Returner } from './returning.ts';
import { findEntry, mustBeDeep, mustNotHoldRoot, type ShownIds, splitAccountPath } from './target.ts';
import type { TrashKeeper } from './trash-keeper.ts';

export interface AccountRemovalsOptions {
  host: Pick<WritableHost, 'writes' | 'listFolder'>;
  catalog: Catalog;
  trash: TrashKeeper;
  laidOut: LaidOut;
  returner: Returner;
  shown: ShownIds;
  roots: readonly string[];
  trashDays: () => number;
  log: Log;
  onOpen(): void;
}

/** What a person removes, and takes back: see {@link AccountChanges}, which gives each its turn. */
export interface AccountRemovals {
  /** What it removes lies in the trash. */
  remove(wish: RemoveWish): Promise<RemovedEntry[]>;
  /** With no days for the trash, what was removed goes for good. It needs no turn, and may take hours. */
  purgeRemoved(removed: RemovedEntry[], wish: RemoveWish): Promise<RemovedEntry[]>;
  retire(some: readonly RetiredFile[], signal: AbortSignal): Promise<FileId[]>;
  restore(trashId: number, signal: AbortSignal): Promise<string>;
  /** @throws what the first of them met that does not come back */
  putBack(trashIds: readonly number[], signal: AbortSignal): Promise<void>;
  letGo(trashIds: readonly number[], signal: AbortSignal): Promise<void>;
  /** Whether it makes room for something that somebody in this process is at. */
  isAtWork(trashId: number): boolean;
}

export function createAccountRemovals(options: AccountRemovalsOptions): AccountRemovals {
  const { host, catalog, trash, laidOut, shown, roots, trashDays, log, onOpen } = options;
  const { files } = catalog;
  const { returner } = options;
  /** What makes room for something that is on its way, by its number in the trash: how that ends. */
  const kept = new Map<number, () => void>();

  async function remove({
    path,
    isDeep,
    isDry = false,
    roomFor,
    signal,
  }: RemoveWish): Promise<RemovedEntry[]> {
    const found = await findEntry(files, shown, path);
    const removals =
      found.kind === 'folder'
        ? [await ofFolder(found.folder, { isDeep, isDry, signal })]
        : await ofFiles(found.files);
    if (isDry) return removals.map((removal) => ({ ...removal, trashId: undefined }));
    const gone: FileId[] = [];
    const removed: RemovedEntry[] = [];
    await laidOut(gone, signal, async () => {
      for (const removal of removals) {
        const release = roomFor ? trash.hold(removal.hostId) : undefined;
        try {
          gone.push(...(await trash.take({ ...removal, roomFor }, signal)));
        } catch (error) {
          release?.();
          throw error;
        }
        const entry = (await trash.all()).findLast(({ hostId }) => hostId === removal.hostId);
        if (entry && release) kept.set(entry.id, release);
        else release?.();
        removed.push({ ...removal, trashId: entry?.id });
      }
    });
    return removed;
  }

  async function purgeRemoved(
    removed: RemovedEntry[],
    { roomFor, isDry = false, signal, onPurge }: RemoveWish,
  ): Promise<RemovedEntry[]> {
    if (trashDays() > 0 || roomFor || isDry) return removed;
    await purgeNow(removed, signal, onPurge);
    return removed.map((one) => ({ ...one, trashId: undefined }));
  }

  /** With no days for the trash. What the host leaves there now is removed later, and so is what comes while others go. */
  async function purgeNow(
    some: readonly Pick<RemovedEntry, 'trashId'>[],
    signal: AbortSignal,
    onProgress?: RemoveWish['onPurge'],
  ): Promise<void> {
    if (trash.purging()) return onOpen();
    const ids = new Set(some.map(({ trashId }) => trashId));
    try {
      await trash.purge(({ id }) => ids.has(id), signal, { onProgress, isPatient: true });
    } catch (error) {
      log.warn({ err: error }, 'what was removed lies in the trash of the account for a while');
      onOpen();
    }
  }

  async function ofFolder(folder: CatalogFolder, { isDeep, isDry = false, signal }: DeepWish & ChangeWish) {
    mustNotHoldRoot(folder, roots);
    const inside = await files.children(folder);
    if (inside.files.length + inside.folders.length > 0) mustBeDeep(folder.path, isDeep);
    if (!isDeep && !isDry) {
      // What nobody has listed yet lies in it all the same.
      const listing = await host.listFolder(folder.id, { urgency: 'write', signal });
      if (!listing.complete || listing.files.length + listing.folders.length > 0)
        mustBeDeep(folder.path, false);
    }
    const below = await files.filesByIds(await files.descendantFileIds(folder.id));
    const [itself] = await files.parentsOf([folder.id]);
    return {
      kind: 'folder' as const,
      hostId: folder.id,
      name: splitAccountPath(folder.path).name,
      files: below.length,
      sizeBytes: below.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      parentId: itself?.parentId ?? rootFolderId,
      path: folder.path,
    };
  }

  async function ofFiles(some: readonly RetiredFile[]) {
    const paths = await files.folderPaths(some.map(({ folderId }) => folderId));
    return some.map((file) => ({
      kind: 'file' as const,
      hostId: file.id,
      url: file.url,
      name: file.name,
      files: 1,
      sizeBytes: file.sizeBytes,
      parentId: file.folderId,
      path: joinAccountPath(paths.get(file.folderId) ?? '/', file.name),
    }));
  }

  /** @param together see {@link Returner.giveBack} */
  async function restore(
    trashId: number,
    signal: AbortSignal,
    together?: ReadonlySet<string>,
  ): Promise<string> {
    const entry = (await trash.all()).find(({ id, state }) => id === trashId && state !== 'due');
    const remedy = 'passerelle trash shows what lies there';
    if (!entry)
      throw new BridgeError('BRIDGE_NOT_FOUND', { says: 'Nothing in the trash has this number', remedy });
    const release = trash.hold(entry.hostId);
    if (!release)
      throw new BridgeError('BRIDGE_NOT_FOUND', {
        says: `${entry.path} is being removed for good just now`,
        remedy,
      });
    endKeeping([trashId]);
    try {
      const back: FileId[] = [];
      let path = entry.path;
      await laidOut(back, signal, async () => {
        const returned = await returner.giveBack(entry, signal, together);
        back.push(...returned.back);
        path = returned.path;
      });
      return path;
    } finally {
      release();
    }
  }

  async function putBack(trashIds: readonly number[], signal: AbortSignal): Promise<void> {
    endKeeping(trashIds);
    const entries = (await trash.all()).filter(({ id }) => trashIds.includes(id));
    const together = new Set<string>(entries.map(({ hostId }) => hostId));
    const faults = createFaultBox(signal);
    try {
      for (const id of trashIds) await faults.run(async () => void (await restore(id, signal, together)));
    } finally {
      if (signal.aborted || faults.first() !== undefined) onOpen();
    }
    const fault = faults.first();
    if (fault !== undefined) throw fault;
  }

  function endKeeping(trashIds: readonly number[]): void {
    for (const id of trashIds) {
      kept.get(id)?.();
      kept.delete(id);
    }
  }

  async function retire(some: readonly RetiredFile[], signal: AbortSignal): Promise<FileId[]> {
    const gone = await trash.retire(await ofFiles(some), signal);
    const own = new Set<string>(some.map(({ id }) => id));
    const left = (await trash.all()).filter(({ hostId }) => own.has(hostId));
    if (left.some(({ state }) => state !== 'there')) onOpen();
    if (trashDays() === 0)
      await purgeNow(
        left.map(({ id }) => ({ trashId: id })),
        signal,
      );
    return gone;
  }

  return {
    remove,
    purgeRemoved,
    retire,
    restore: (trashId, signal) => restore(trashId, signal),
    putBack,

    isAtWork: (trashId) => kept.has(trashId),

    async letGo(trashIds, signal) {
      for (const id of trashIds) await catalog.accountTrash.roomTaken(id);
      endKeeping(trashIds);
      if (trashDays() === 0)
        await purgeNow(
          trashIds.map((trashId) => ({ trashId })),
          signal,
        );
    },
  };
}
