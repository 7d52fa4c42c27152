import type { TrashedEntry } from '../../catalog/account/account-trash.ts';
import type { CatalogFile, CatalogFolder } from '../../catalog/account/files.ts';
import { pathNotFound } from '../../catalog/account/near-paths.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import type { Clock } from '../../core/clock.ts';
import { dayMs } from '../../core/durations.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import { type FileId, toFolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import { createSerialQueue } from '../../core/serial-queue.ts';
import type { WritableHost } from '../../host/host-writes.ts';
import type { ScanFolder } from '../../sync/discovery/scan-folder.ts';
import type { LayOut } from '../lay-out.ts';
import { createCopier } from './copies.ts';
import type {
  ChangedEntry,
  ChangeWish,
  DeepWish,
  MadeFolder,
  MoveWish,
  RemovedEntry,
  RemoveWish,
} from './entries.ts';
import { createMover } from './moves.ts';
import {
  findEntry,
  mustNotBeTrash,
  mustNotHoldRoot,
  nameToGive,
  placeAt,
  splitAccountPath,
} from './target.ts';
import { createTrashKeeper, type TrashFolders } from './trash-keeper.ts';

export interface AccountChangesOptions {
  host: Pick<WritableHost, 'writes' | 'listFolder' | 'pageOf'>;
  catalog: Catalog;
  layOut: LayOut;
  scanFolder: ScanFolder;
  /** Paths of `library.roots`: what holds one is neither moved nor removed. */
  roots: readonly string[];
  /** How long what was removed can be taken back; 0 = it is removed for good at once. */
  trashDays: number;
  memory: { read(): TrashFolders | undefined; write(folders: TrashFolders): void };
  clock: Clock;
  log: Log;
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
  /** Moves these into the trash, without the trees: whoever asks sees to them. @returns files that left the library */
  retire(some: readonly CatalogFile[], signal: AbortSignal): Promise<FileId[]>;
  /** @returns the address of a page that shows a folder to everybody who has it; undefined when that was ended */
  share(path: string, isShared: boolean, signal: AbortSignal): Promise<string | undefined>;
  /** What can be taken back, the oldest first. */
  trash(): Promise<TrashedEntry[]>;
  /** Puts it where it was. @returns its path */
  restore(trashId: number, signal: AbortSignal): Promise<string>;
  /** Removes for good what has lain in the trash for its days, or all of it. @returns how many */
  purge(isAll: boolean, signal: AbortSignal): Promise<number>;
  /** Ends what an earlier process had begun. */
  settle(signal: AbortSignal): Promise<void>;
}

export function createAccountChanges(options: AccountChangesOptions): AccountChanges {
  const { host, catalog, layOut, scanFolder, roots, trashDays, clock } = options;
  const { files } = catalog;
  const queue = createSerialQueue();
  const mover = createMover(options);
  const trash = createTrashKeeper(options);
  const copier = createCopier({ host, catalog, clock, makeFolder: folderIn });
  /** A listing of one folder and those that make it whole. */
  const maxScanCalls = 20;

  /** The folder of this name in another, made where there is none. */
  async function folderIn(parent: CatalogFolder, name: string, signal: AbortSignal): Promise<MadeFolder> {
    const path = joinAccountPath(parent.path, host.writes.storedName(name));
    const known = await files.byPath(path);
    if (known.folder) return { id: known.folder.id, path, isNew: false };
    const stored = nameToGive(name);
    try {
      const id = await host.writes.makeFolder(parent.id, stored, { urgency: 'write', signal });
      await catalog.ownChanges.folderMade(parent.id, id, host.writes.storedName(stored), clock.now());
      return { id, path, isNew: true };
    } catch (error) {
      if (!isBridgeError(error, 'BRIDGE_HOST_REFUSED')) throw error;
      // Somebody else made it since the last listing.
      await scanFolder(parent.id, signal, maxScanCalls);
      const { folder } = await files.byPath(path);
      if (!folder) throw error;
      return { id: folder.id, path, isNew: false };
    }
  }

  async function makeFolder(path: string, isDeep: boolean, signal: AbortSignal): Promise<MadeFolder> {
    mustNotBeTrash(path);
    const known = (await files.byPath(path)).folder;
    if (known) return { id: known.id, path: known.path, isNew: false };
    const { parent, name } = splitAccountPath(path);
    const outer =
      (await files.byPath(parent)).folder ?? (isDeep ? await folderAt(parent, signal) : undefined);
    if (!outer) throw await pathNotFound(files, parent);
    return folderIn(outer, name, signal);
  }

  async function folderAt(path: string, signal: AbortSignal): Promise<CatalogFolder | undefined> {
    await makeFolder(path, true, signal);
    return (await files.byPath(path)).folder;
  }

  async function mustBeFree(path: string): Promise<void> {
    const { folder, files: there } = await files.byPath(path);
    if (folder || there.length > 0)
      throw new BridgeError('BRIDGE_UPLOAD_EXISTS', {
        says: `${path} is there already`,
        remedy: 'Give another name, or remove what is there first; nothing is replaced',
      });
  }

  async function move({ from, to, isName, isDry = false, signal }: MoveWish): Promise<ChangedEntry[]> {
    const found = await findEntry(files, from);
    const place = await placeAt(files, to, isName);
    if (found.kind === 'folder') mustNotHoldRoot(found.folder, roots);
    if (found.kind === 'folder' && (await files.withAncestors(place.folder.id)).includes(found.folder.id))
      throw new BridgeError('BRIDGE_BAD_REQUEST', {
        says: `${found.folder.path} cannot lie in itself`,
        remedy: 'Name another folder',
      });
    const moves = found.kind === 'folder' ? [folderMove(found.folder)] : await fileMoves(found.files);
    const done: ChangedEntry[] = [];
    const changed: FileId[] = [];
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
    await layOut(changed, signal);
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

  async function copy({
    from,
    to,
    isName,
    isDeep,
    isDry = false,
    signal,
  }: MoveWish & DeepWish): Promise<ChangedEntry[]> {
    const found = await findEntry(files, from);
    const place = await placeAt(files, to, isName);
    if (found.kind === 'folder') {
      mustBeDeep(found.folder.path, isDeep);
      if ((await files.withAncestors(place.folder.id)).includes(found.folder.id))
        throw new BridgeError('BRIDGE_BAD_REQUEST', {
          says: `${found.folder.path} cannot be copied into itself`,
          remedy: 'Name another folder',
        });
    }
    const { entries, arrived } = await copier.copy(found, place, { isDry, signal });
    await layOut(arrived, signal);
    return entries;
  }

  function mustBeDeep(path: string, isDeep: boolean): void {
    if (!isDeep)
      throw new BridgeError('BRIDGE_BAD_REQUEST', {
        says: `${path} is a folder`,
        remedy: 'Say -r to mean it and all that is in it',
      });
  }

  async function remove({
    path,
    isDeep,
    isDry = false,
    isKept = false,
    signal,
  }: RemoveWish): Promise<RemovedEntry[]> {
    const found = await findEntry(files, path);
    const removals =
      found.kind === 'folder'
        ? [await ofFolder(found.folder, { isDeep, isDry, signal })]
        : await ofFiles(found.files);
    const gone: FileId[] = [];
    const removed: RemovedEntry[] = [];
    for (const removal of removals) {
      if (isDry) {
        removed.push({ ...removal, trashId: undefined });
        continue;
      }
      gone.push(...(await trash.take(removal, signal)));
      const entry = (await trash.list()).findLast(({ hostId }) => hostId === removal.hostId);
      removed.push({ ...removal, trashId: trashDays > 0 || isKept ? entry?.id : undefined });
    }
    await layOut(gone, signal);
    if (trashDays === 0 && !isDry && !isKept) await trash.purge(Number.POSITIVE_INFINITY, signal);
    return removed;
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
      parentId: itself?.parentId ?? toFolderId('0'),
      path: folder.path,
    };
  }

  async function ofFiles(some: readonly CatalogFile[]) {
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

  async function restore(trashId: number, signal: AbortSignal): Promise<string> {
    const entry = (await trash.list()).find(({ id, isThere }) => id === trashId && isThere);
    if (!entry)
      throw new BridgeError('BRIDGE_NOT_FOUND', { detail: `nothing in the trash has the number ${trashId}` });
    await mustBeFree(entry.path);
    const { parent } = splitAccountPath(entry.path);
    const { id } = await makeFolder(parent, true, signal);
    await layOut(await trash.giveBack(entry, id, signal), signal);
    return entry.path;
  }

  return {
    makeFolder: (path, isDeep, signal) => queue.take(() => makeFolder(path, isDeep, signal)),
    move: (wish) => queue.take(() => move(wish)),
    copy: (wish) => queue.take(() => copy(wish)),
    remove: (wish) => queue.take(() => remove(wish)),
    retire: (some, signal) =>
      queue.take(async () => {
        const gone: FileId[] = [];
        for (const removal of await ofFiles(some))
          gone.push(...(await trash.take(removal, signal).catch(unlessGone)));
        if (trashDays === 0) await trash.purge(Number.POSITIVE_INFINITY, signal);
        return gone;
      }),
    async share(path, isShared, signal) {
      const found = await findEntry(files, path);
      if (found.kind !== 'folder')
        throw new BridgeError('BRIDGE_BAD_REQUEST', {
          says: `${path} is a file`,
          remedy: 'Folders alone are shared; the page of a file is open to everybody who has its address',
        });
      return host.writes.shareFolder(found.folder.id, isShared, { urgency: 'write', signal });
    },
    trash: trash.list,
    restore: (trashId, signal) => queue.take(() => restore(trashId, signal)),
    purge: (isAll, signal) =>
      queue.take(() =>
        trash.purge(isAll ? Number.POSITIVE_INFINITY : clock.now() - trashDays * dayMs, signal),
      ),
    settle: (signal) =>
      queue.take(async () => {
        await layOut([...(await mover.settle(signal)), ...(await trash.settle(signal))], signal);
      }),
  };
}

/** What somebody else has removed is out of the way. */
function unlessGone(error: unknown): FileId[] {
  if (isBridgeError(error, 'BRIDGE_HOST_FILE_GONE') || isBridgeError(error, 'BRIDGE_HOST_NOTHING_DONE'))
    return [];
  throw error;
}
