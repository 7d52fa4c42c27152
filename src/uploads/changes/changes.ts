import type { TrashedEntry } from '../../catalog/account/account-trash.ts';
import type { CatalogFile, CatalogFolder } from '../../catalog/account/files.ts';
import { folderNotFound } from '../../catalog/account/near-paths.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import type { Clock } from '../../core/clock.ts';
import { dayMs, hourMs } from '../../core/durations.ts';
import { BridgeError } from '../../core/errors.ts';
import type { FileId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import { createSerialQueue } from '../../core/serial-queue.ts';
import type { WritableHost } from '../../host/host-writes.ts';
import type { ScanFolder } from '../../sync/discovery/scan-folder.ts';
import { createFolderMaker } from '../folders.ts';
import type { LayOut } from '../lay-out.ts';
import { prunedBefore } from '../local-room.ts';
import { createAccountRemovals } from './account-removals.ts';
import { createCopier } from './copies.ts';
import type {
  ChangedEntry,
  DeepWish,
  MadeFolder,
  MoveWish,
  PurgeManner,
  PurgeProgress,
  RemovedEntry,
  RemoveWish,
  Retire,
} from './entries.ts';
import { createLaidOut } from './laid-out.ts';
import { createMadeRoom } from './made-room.ts';
import { createMover } from './moves.ts';
import { createNamedCopies } from './named-copies.ts';
import { createReturner } from './returning.ts';
import {
  findEntry,
  isThereAlready,
  mustBeDeep,
  mustNotBeTrash,
  mustNotHoldRoot,
  placeAt,
  type ShownIds,
  splitAccountPath,
} from './target.ts';
import type { TrashFolders } from './trash-days.ts';
import { createTrashKeeper } from './trash-keeper.ts';
import type { CertainTime } from './trash-moves.ts';
import { unlessCrawled } from './unless-crawled.ts';

export interface AccountChangesOptions {
  host: Pick<WritableHost, 'writes' | 'listFolder' | 'listAccount' | 'pageOf' | 'limits'>;
  catalog: Catalog;
  layOut: LayOut;
  scanFolder: ScanFolder;
  shown: ShownIds;
  /** Paths of `library.roots`: what holds one is neither moved nor removed. */
  roots: readonly string[];
  /** How long what was removed can be taken back; 0 = it is removed for good at once. */
  trashDays: () => number;
  memory: { read(): TrashFolders | undefined; write(folders: TrashFolders): void };
  clock: Clock;
  certain: CertainTime;
  log: Log;
  /** Something was begun of which nobody knows yet whether it is done: `settle` finds it out. */
  onOpen(): void;
}

/**
 * Changes of the account that move no bytes, by paths of the catalog. What was changed is in the catalog and in the trees
 * by the host's own word, without a listing. One at a time; a kill in between leaves nothing half done for ever.
 *
 * All throw BRIDGE_NOT_FOUND for a path that leads nowhere, BRIDGE_BAD_REQUEST for what makes no sense,
 * BRIDGE_UPLOAD_EXISTS where something is in the way (nothing is replaced), those of the host, and the signal's reason.
 */
export interface AccountChanges {
  /** @param isDeep with all folders on the way to it */
  makeFolder(path: string, isDeep: boolean, signal: AbortSignal): Promise<MadeFolder>;
  /** Into a folder that is there, or to a new name. */
  move(wish: MoveWish): Promise<ChangedEntry[]>;
  /** A copy of its own at the host, without a byte being sent. */
  copy(wish: MoveWish & DeepWish): Promise<ChangedEntry[]>;
  remove(wish: RemoveWish): Promise<RemovedEntry[]>;
  retire: Retire;
  /** @returns the address of a page that shows a folder to everybody who has it; undefined when that was ended */
  share(path: string, isShared: boolean, signal: AbortSignal): Promise<string | undefined>;
  /** What can be taken back, the oldest first. */
  trash(): Promise<TrashedEntry[]>;
  /** Puts it where it was; what lies there again already is left there. @returns its path */
  restore(trashId: number, signal: AbortSignal): Promise<string>;
  /** Puts back what was removed together, also where several had one name. */
  putBack(trashIds: readonly number[], signal: AbortSignal): Promise<void>;
  /** What something was to make room for (`roomFor`) is there: it is kept no longer than other things. */
  letGo(trashIds: readonly number[], signal: AbortSignal): Promise<void>;
  /**
   * Removes for good what has lain in the trash for its days, or all of it.
   * @returns how many
   * @throws BridgeError BRIDGE_HOST_REFUSED where the host leaves something of it; it stays in the trash; BRIDGE_GATE_BUSY
   * where it is patient and should come back
   */
  purge(isAll: boolean, signal: AbortSignal, how?: PurgeManner): Promise<number>;
  /** Removes one thing of the trash for good, now. @returns how many: 0 where it is gone meanwhile, or is being put back */
  purgeOne(trashId: number, signal: AbortSignal, how?: PurgeManner): Promise<number>;
  /** How far something is that is being removed for good; undefined where nothing is. */
  purging(): PurgeProgress | undefined;
  /**
   * Ends what was begun and is not known to have ended, in an earlier process or in this one.
   * @returns how many are not known to have ended still
   */
  settle(signal: AbortSignal): Promise<number>;
}

/** Longer than a sync that runs by itself leaves a folder alone: then this costs nothing. */
const knownForMs = hourMs;
const maxScanCalls = 20;

export function createAccountChanges(options: AccountChangesOptions): AccountChanges {
  const { host, catalog, layOut, shown, roots, trashDays, clock, onOpen } = options;
  const { files } = catalog;
  const queue = createSerialQueue();
  const mover = createMover(options);
  const trash = createTrashKeeper(options);
  const laidOut = createLaidOut({ catalog, layOut, onOpen });
  const returner = createReturner({ ...options, trash });
  const removals = createAccountRemovals({ ...options, trash, laidOut, returner });
  const folders = createFolderMaker(options);
  const copier = createCopier({
    host,
    catalog,
    clock,
    retire: (some, signal) => removals.retire(some, signal),
    makeFolder: folders.within,
    async listIfDoubtful(folder, { isListedAnew = false, signal }) {
      if (isListedAnew) await options.scanFolder(folder.id, signal, maxScanCalls);
      else await listWhereOld(folder, signal);
    },
  });
  const namedCopies = createNamedCopies(options);
  const madeRoom = createMadeRoom({
    ...options,
    trash,
    returner,
    copier,
    isAtWork: removals.isAtWork,
  });

  const inTrash = async () =>
    (await trash.all()).filter(({ state }) => state === 'there' || state === 'returning');

  async function makeFolder(path: string, isDeep: boolean, signal: AbortSignal): Promise<MadeFolder> {
    mustNotBeTrash(path);
    const known = (await files.byPath(path)).folder;
    if (known && known.missingSince === undefined) return { id: known.id, path: known.path, isNew: false };
    const { parent, name } = splitAccountPath(path);
    const outer =
      (await files.byPath(parent)).folder ?? (isDeep ? await folders.listed(parent, signal) : undefined);
    if (!outer) throw await folderNotFound(files, parent);
    return folders.within(outer, name, signal);
  }

  /** Others may have laid something there since: a place that nobody has looked into for long is looked into first. */
  async function listWhereOld({ id, listedAt }: CatalogFolder, signal: AbortSignal): Promise<void> {
    const ageMs = clock.now() - (listedAt ?? 0);
    if (ageMs >= 0 && ageMs < knownForMs) return;
    await options.scanFolder(id, signal, maxScanCalls).catch(unlessCrawled);
  }

  async function mustBeFree(path: string): Promise<void> {
    const { folder, files: there } = await files.byPath(path);
    if (folder || there.length > 0) throw isThereAlready(path);
  }

  async function move({ from, to, isName, isDry = false, signal }: MoveWish): Promise<ChangedEntry[]> {
    const found = await findEntry(files, shown, from);
    const place = await placeAt(files, to, isName);
    if (found.kind === 'folder') mustNotHoldRoot(found.folder, roots);
    if (found.kind === 'folder' && (await files.withAncestors(place.folder.id)).includes(found.folder.id))
      throw new BridgeError('BRIDGE_BAD_REQUEST', {
        says: `${found.folder.path} cannot lie in itself`,
        remedy: 'Name another folder',
      });
    if (!isDry) await listWhereOld(place.folder, signal);
    const moves = found.kind === 'folder' ? [folderMove(found.folder)] : await fileMoves(found.files);
    const done: ChangedEntry[] = [];
    const changed: FileId[] = [];
    await laidOut(changed, signal, async () => {
      for (const { was, name, move } of moves) {
        const asked = place.name ?? name;
        const stored = asked === name ? name : host.writes.storedName(asked);
        const target = joinAccountPath(place.folder.path, stored);
        if (target === was) continue;
        if (done.length === 0) await mustBeFree(target);
        if (!isDry)
          changed.push(...(await mover.move({ ...move, parentId: place.folder.id, name: stored }, signal)));
        done.push({ kind: move.kind, from: was, to: target });
      }
    });
    return done;
  }

  const folderMove = ({ id, path }: CatalogFolder) => ({
    was: path,
    name: splitAccountPath(path).name,
    move: { kind: 'folder', hostId: id } as const,
  });
  async function fileMoves(some: readonly CatalogFile[]) {
    const paths = await files.folderPaths(some.map(({ folderId }) => folderId));
    return some.map((file) => ({
      was: joinAccountPath(paths.get(file.folderId) ?? '/', file.name),
      name: file.name,
      move: { kind: 'file', hostId: file.id, url: file.url } as const,
    }));
  }

  async function whatToCopy({ from, to, isName, isDeep, isDry = false, signal }: MoveWish & DeepWish) {
    // One that was cut off may lie there by its first name: it is not made a second time.
    await layOut((await namedCopies.settle(signal)).changed, signal);
    const found = await findEntry(files, shown, from);
    const place = await placeAt(files, to, isName);
    if (found.kind === 'folder') {
      mustBeDeep(found.folder.path, isDeep);
      if ((await files.withAncestors(place.folder.id)).includes(found.folder.id))
        throw new BridgeError('BRIDGE_BAD_REQUEST', {
          says: `${found.folder.path} cannot be copied into itself`,
          remedy: 'Name another folder',
        });
    }
    if (!isDry) await listWhereOld(place.folder, signal);
    return { found, place };
  }

  async function copy(wish: MoveWish & DeepWish): Promise<ChangedEntry[]> {
    const { isDry = false, signal } = wish;
    const { found, place, done } = await queue.take(async () => {
      const { found, place } = await whatToCopy(wish);
      const areFiles = found.kind === 'files';
      return { found, place, done: areFiles && (await copier.copy(found, place, { isDry, signal })) };
    });
    const { entries, arrived } =
      done || (await copier.copy(found, place, { isDry, signal, inTurn: queue.take }));
    await layOut(arrived, signal);
    return entries;
  }

  return {
    makeFolder: (path, isDeep, signal) => queue.take(() => makeFolder(path, isDeep, signal)),
    move: (wish) => queue.take(() => move(wish)),
    copy,
    remove: async (wish) => removals.purgeRemoved(await queue.take(() => removals.remove(wish)), wish),
    retire: (some, signal) => queue.take(() => removals.retire(some, signal)),
    async share(path, isShared, signal) {
      const found = await findEntry(files, shown, path);
      if (found.kind !== 'folder')
        throw new BridgeError('BRIDGE_BAD_REQUEST', {
          says: `${path} is a file`,
          remedy: 'Folders alone are shared; the page of a file is open to everybody who has its address',
        });
      return host.writes.shareFolder(found.folder.id, isShared, { urgency: 'write', signal });
    },
    trash: inTrash,
    restore: (trashId, signal) => queue.take(() => removals.restore(trashId, signal)),
    putBack: (trashIds, signal) => queue.take(() => removals.putBack(trashIds, signal)),
    letGo: removals.letGo,
    // Beside the others: it may take hours, and touches what nobody else does.
    async purge(isAll, signal, how) {
      const isDue = (one: TrashedEntry, now: number) => isAll || one.certainAt <= now - trashDays() * dayMs;
      const purged = await trash.purge(isDue, signal, how);
      await catalog.localFiles.prune(prunedBefore(clock));
      await catalog.fileDates.prune();
      return purged;
    },
    async purgeOne(trashId, signal, how) {
      if (!(await inTrash()).some(({ id }) => id === trashId)) throw new BridgeError('BRIDGE_NOT_FOUND');
      // Purges run one after the other: whoever asks for the same twice finds it gone.
      return trash.purge(({ id }) => id === trashId, signal, how);
    },
    purging: trash.purging,
    settle: (signal) =>
      queue.take(async () => {
        const moves = await mover.settle(signal);
        const copies = await namedCopies.settle(signal);
        const settled = await trash.settle(signal);
        const room = await madeRoom.settle(signal);
        const all = [moves, copies, settled, room];
        await layOut(
          all.flatMap(({ changed }) => changed),
          signal,
        );
        const fault = all.map((one) => one.fault).find((one) => one !== undefined);
        if (fault !== undefined) throw fault;
        return all.reduce((sum, { open }) => sum + open, 0);
      }),
  };
}
