import type { TrashedEntry } from '../../catalog/account/account-trash.ts';
import type { CatalogFolder } from '../../catalog/account/files.ts';
import type { RoomFor } from '../../catalog/account/room-for.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import { dayMs } from '../../core/durations.ts';
import { isBridgeError } from '../../core/errors.ts';
import type { FileId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { WritableHost } from '../../host/host-writes.ts';
import type { Copier } from './copies.ts';
import { createFaultBox } from './fault-box.ts';
import { listPlace } from './listed-place.ts';
import type { Returner } from './returning.ts';
import type { Settled } from './settled.ts';
import type { TrashKeeper } from './trash-keeper.ts';
import type { CertainTime } from './trash-moves.ts';
import { isRefusal } from './unsure.ts';

export interface MadeRoomOptions {
  host: Pick<WritableHost, 'writes' | 'listFolder'>;
  catalog: Catalog;
  trash: Pick<TrashKeeper, 'all' | 'hold'>;
  returner: Returner;
  copier: Copier;
  /** Whether somebody in this process is at what something makes room for, by its number in the trash. */
  isAtWork(trashId: number): boolean;
  trashDays: () => number;
  certain: CertainTime;
  log: Log;
}

/**
 * What has made room for something when the process ended: it goes for good only when what it made room for is there, and
 * back where that never came. So a kill leaves the old or the new.
 */
export interface MadeRoom {
  /** Moves, copies and removals must be settled before: they may bring what is waited for. */
  settle(signal: AbortSignal): Promise<Settled>;
}

type Waiting = TrashedEntry & { roomFor: RoomFor };

/** Something else has its place, or what it is made of is gone. */
const neverEnded = ['BRIDGE_UPLOAD_EXISTS', 'BRIDGE_NOT_FOUND'] as const;
/** Where there are no days, and nobody knows whether what has come is all of it. */
const reviewDays = 7;

export function createMadeRoom(options: MadeRoomOptions): MadeRoom {
  const { host, catalog, trash, returner, copier, isAtWork, trashDays, certain, log } = options;
  const { files, accountTrash } = catalog;

  /** Something is on its way to the place. */
  async function isComing({ parentId, roomFor: { name } }: Waiting): Promise<boolean> {
    const moves = await catalog.ownChanges.begunMoves();
    const uploads = await catalog.uploads.all();
    return (
      moves.some((one) => one.parentId === parentId && one.name === name) ||
      uploads.some((one) => one.folderId === parentId && host.writes.storedName(one.name) === name)
    );
  }

  /** Whether something has the place that did not stand there before. */
  async function isTaken({ parentId, roomFor, trashedAt }: Waiting, signal: AbortSignal): Promise<boolean> {
    const { name } = roomFor;
    const before = new Set(roomFor.before);
    const isNew = (one: { id: string; name: string }) => one.name === name && !before.has(one.id);
    const parent = (await files.folderPaths([parentId])).get(parentId);
    const known = parent === undefined ? undefined : await files.byPath(joinAccountPath(parent, name));
    const there = known ? [...known.files, ...(known.folder ? [known.folder] : [])] : [];
    if (there.some(({ id, missingSince }) => missingSince === undefined && isNew({ id, name }))) return true;
    const local = await catalog.localFiles.of(parentId, host.writes.meantName(name));
    if (local && local.changedAt >= trashedAt) return true;
    const listing = await listPlace(host, parentId, signal);
    return [...listing.files, ...listing.folders].some(isNew);
  }

  /** A copy of a folder that was cut off goes on where it was. @returns files that came; undefined where it cannot be ended */
  async function endCopy(
    { parentId, roomFor: { name, copyOf } }: Waiting,
    signal: AbortSignal,
  ): Promise<FileId[] | undefined> {
    const [from, parent] = [await folderOf(copyOf), await folderOf(parentId)];
    if (!from || !parent) return undefined;
    try {
      const place = { folder: parent, name: host.writes.meantName(name) };
      const wish = { signal, isListedAnew: true };
      return (await copier.copy({ kind: 'folder', folder: from }, place, wish)).arrived;
    } catch (error) {
      if (isRefusal(error) || neverEnded.some((code) => isBridgeError(error, code))) return undefined;
      throw error;
    }
  }

  async function folderOf(id: CatalogFolder['id'] | undefined): Promise<CatalogFolder | undefined> {
    const path = id && (await files.folderPaths([id])).get(id);
    return path === undefined ? undefined : (await files.byPath(path)).folder;
  }

  /** It lies in the trash for as long as a person needs to look. */
  async function staysAWhile({ id, path }: Waiting): Promise<void> {
    log.warn({ path }, 'what something took the place of lies in the trash: look whether all of that came');
    const since = (await certain.now()) + Math.max(0, reviewDays - trashDays()) * dayMs;
    await accountTrash.roomTaken(id, since);
  }

  async function goesBack(entry: Waiting, signal: AbortSignal): Promise<FileId[]> {
    const release = trash.hold(entry.hostId);
    if (!release) return [];
    try {
      const { back } = await returner.giveBack(entry, signal, new Set(entry.roomFor.before));
      log.info({ path: entry.path }, 'what was to come to its place never came: it is back');
      return back;
    } catch (error) {
      if (isBridgeError(error, 'BRIDGE_NOT_FOUND')) return [];
      if (!isBridgeError(error, 'BRIDGE_UPLOAD_EXISTS')) throw error;
      await staysAWhile(entry);
      return [];
    } finally {
      release();
    }
  }

  /** @returns files that changed; undefined where it is not known yet what comes of it */
  async function settleOne(entry: Waiting, signal: AbortSignal): Promise<FileId[] | undefined> {
    if (await isComing(entry)) return undefined;
    if (!(await isTaken(entry, signal))) return goesBack(entry, signal);
    const came = entry.roomFor.copyOf === undefined ? [] : await endCopy(entry, signal);
    await (came ? accountTrash.roomTaken(entry.id) : staysAWhile(entry));
    return came ?? [];
  }

  return {
    async settle(signal) {
      const settled: Settled = { changed: [], open: 0, fault: undefined };
      const faults = createFaultBox(signal);
      for (const entry of await trash.all()) {
        const { roomFor } = entry;
        if (entry.state !== 'there' || !roomFor || isAtWork(entry.id)) continue;
        let changed: FileId[] | undefined;
        await faults.run(async () => {
          changed = await settleOne({ ...entry, roomFor }, signal);
        });
        if (changed) settled.changed.push(...changed);
        else settled.open++;
      }
      return { ...settled, fault: faults.first() };
    },
  };
}
