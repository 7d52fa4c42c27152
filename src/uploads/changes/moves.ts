import { randomBytes } from 'node:crypto';
import type { Files } from '../../catalog/account/files.ts';
import type { BegunMove, OwnChanges } from '../../catalog/account/own-changes.ts';
import type { Clock } from '../../core/clock.ts';
import { isBridgeError } from '../../core/errors.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { Host } from '../../host/host.ts';
import type { HostWrites } from '../../host/host-writes.ts';
import { createFaultBox } from './fault-box.ts';
import { moveInto } from './into-trash.ts';
import { listPlace, namedIn } from './listed-place.ts';
import type { Settled } from './settled.ts';
import { isRefusal, isUnsure } from './unsure.ts';

export interface MoverOptions {
  host: Pick<Host, 'listFolder' | 'limits'> & { writes: HostWrites };
  catalog: { files: Files; ownChanges: OwnChanges };
  clock: Clock;
  log: Log;
}

/** Gives what lies in the account another place, another name, or both: right in the end, whatever is cut off between. */
export interface Mover {
  /**
   * What the host refuses halfway is put back where it was.
   * @returns files of the catalog whose place or name is another
   * @throws BridgeError of the host; the signal's reason
   */
  move(move: BegunMove, signal: AbortSignal): Promise<FileId[]>;
  /** Ends what was begun, and finds out what became of it where the answer was lost. */
  settle(signal: AbortSignal): Promise<Settled>;
}

/** Where something is now; written anew with each step that the host has done. */
interface MovedPlace {
  parentId: FolderId;
  name: string;
}

/** Whether a folder has another folder of this name in it. */
type IsTaken = (move: BegunMove, where: FolderId, name: string) => Promise<boolean>;

export function createMover({ host, catalog, clock, log }: MoverOptions): Mover {
  const { files, ownChanges } = catalog;

  async function rename(move: BegunMove, spot: MovedPlace, name: string, signal: AbortSignal): Promise<void> {
    const call = { urgency: 'write', signal } as const;
    const meant = host.writes.meantName(name);
    if (move.kind === 'file') await host.writes.renameFile(move.url, meant, call);
    else await host.writes.renameFolder(move.hostId, meant, call);
    spot.name = name;
  }

  async function relocate(move: BegunMove, spot: MovedPlace, signal: AbortSignal): Promise<void> {
    await moveInto(host.writes, move, move.parentId, signal);
    spot.parentId = move.parentId;
  }

  const isTakenInCatalog: IsTaken = async ({ hostId }, where, wanted) =>
    (await files.subFolders([where])).some(({ id, name }) => name === wanted && id !== hostId);

  const isTakenAtHost =
    (signal: AbortSignal): IsTaken =>
    async ({ hostId }, where, wanted) =>
      (await listPlace(host, where, signal)).folders.some(({ id, name }) => name === wanted && id !== hostId);

  /** The host takes a new place and a new name in two calls, and no second folder of a name: neither may meet one in between. */
  async function carryOut(
    move: BegunMove,
    spot: MovedPlace,
    signal: AbortSignal,
    isTaken: IsTaken,
  ): Promise<void> {
    const { parentId, name } = move;
    if (spot.parentId === parentId) {
      if (spot.name !== name) await rename(move, spot, name, signal);
      return;
    }
    if (spot.name === name) return relocate(move, spot, signal);
    const isInTheWay = async (where: FolderId, wanted: string) =>
      move.kind === 'folder' && (await isTaken(move, where, wanted));
    if (!(await isInTheWay(parentId, spot.name))) {
      await relocate(move, spot, signal);
      await rename(move, spot, name, signal);
      return;
    }
    const between = (await isInTheWay(spot.parentId, name))
      ? `${name} ${randomBytes(4).toString('hex')}`
      : name;
    await rename(move, spot, between, signal);
    await relocate(move, spot, signal);
    if (between !== name) await rename(move, spot, name, signal);
  }

  async function spotOf(move: BegunMove): Promise<MovedPlace | undefined> {
    if (move.kind === 'file') {
      const file = await files.byId(move.hostId);
      return file && { parentId: file.folderId, name: file.name };
    }
    const [folder] = await files.parentsOf([move.hostId]);
    return folder && { parentId: folder.parentId, name: folder.name };
  }

  /** Where the host says that it is; `isSure`: it is in none of these where it is not found. */
  async function listedSpot(
    move: BegunMove,
    where: readonly FolderId[],
    signal: AbortSignal,
  ): Promise<{ spot: MovedPlace | undefined; isSure: boolean }> {
    let isSure = true;
    for (const parentId of where) {
      const listing = await listPlace(host, parentId, signal);
      const found = namedIn(listing, move);
      if (found) return { spot: { parentId, name: found.name }, isSure: true };
      isSure &&= listing.complete;
    }
    return { spot: undefined, isSure };
  }

  /** Whether the host names it where it is to be: a call whose answer was lost may have done it, and so may one that is refused. */
  async function isDone(move: BegunMove, signal: AbortSignal): Promise<boolean> {
    const listed = await listedSpot(move, [move.parentId], signal).catch(() => undefined);
    return listed?.spot?.name === move.name;
  }

  async function move(move: BegunMove, signal: AbortSignal): Promise<FileId[]> {
    const from = await startOf(move, signal);
    if (!from) return [];
    const spot = { ...from };
    await ownChanges.moveBegun(move, clock.now());
    try {
      await carryOutAnew(move, spot, signal);
    } catch (error) {
      if (!isBridgeError(error)) throw error;
      if (await isDone(move, signal)) return arrived(move);
      if (!isUnsure(error)) await leave(move, from, spot, signal);
      throw error;
    }
    return arrived(move);
  }

  /** What was begun before may lie where the catalog does not have it. */
  async function startOf(move: BegunMove, signal: AbortSignal): Promise<MovedPlace | undefined> {
    const known = await spotOf(move);
    const begun = (await ownChanges.begunMoves()).find(({ hostId }) => hostId === move.hostId);
    if (!begun || !known) return known;
    return (await listedSpot(move, [begun.parentId, known.parentId], signal)).spot ?? known;
  }

  /** What the catalog does not know may be in the way: where the host refuses the first of two steps it is asked. */
  async function carryOutAnew(move: BegunMove, spot: MovedPlace, signal: AbortSignal): Promise<void> {
    const before = { ...spot };
    try {
      await carryOut(move, spot, signal, isTakenInCatalog);
    } catch (error) {
      const isTwice = spot.parentId !== move.parentId && spot.name !== move.name;
      if (!isTwice || !isSame(spot, before) || !isBridgeError(error, 'BRIDGE_HOST_REFUSED')) throw error;
      await carryOut(move, spot, signal, isTakenAtHost(signal));
    }
  }

  /** Puts back what was refused halfway; where that is refused too, the catalog learns where it is. */
  async function leave(
    move: BegunMove,
    from: MovedPlace,
    spot: MovedPlace,
    signal: AbortSignal,
  ): Promise<void> {
    if (isSame(spot, from)) return ownChanges.moveLeft(move);
    const back = { ...move, ...from };
    await ownChanges.moveBegun(back, clock.now());
    try {
      await carryOut(back, spot, signal, isTakenInCatalog);
      await ownChanges.moveLeft(back);
    } catch (error) {
      if (isRefusal(error)) await arrived({ ...move, ...spot });
      log.warn({ err: error, name: from.name }, 'what could be moved in part only could not be put back');
    }
  }

  /** @returns files that changed; undefined where nothing is known for certain yet */
  async function settleOne(
    { begunAt, ...move }: BegunMove & { begunAt: number },
    signal: AbortSignal,
  ): Promise<FileId[] | undefined> {
    const isRecent = Math.abs(clock.now() - begunAt) < host.limits.listingLagMs;
    const former = (await spotOf(move))?.parentId;
    const where = [move.parentId, ...(former === undefined || former === move.parentId ? [] : [former])];
    const { spot, isSure } = await listedSpot(move, where, signal);
    if (!spot) {
      if (!isSure || isRecent) return undefined;
      // It was moved or removed by others since.
      await ownChanges.moveLeft(move);
      return [];
    }
    try {
      await carryOutAnew(move, spot, signal);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (await isDone(move, signal)) return arrived(move);
      // It may lie elsewhere already, and the listing be late.
      if (isRecent) throw error;
      log.warn({ err: error, name: move.name }, 'the host does not end a move; it stays where it is');
      return arrived({ ...move, ...spot });
    }
    return arrived(move);
  }

  async function arrived(move: BegunMove): Promise<FileId[]> {
    const changed = await ownChanges.moved(move, clock.now());
    files.forget(changed);
    return changed;
  }

  return {
    move,
    async settle(signal) {
      const settled: Settled = { changed: [], open: 0, fault: undefined };
      const faults = createFaultBox(signal);
      for (const begun of await ownChanges.begunMoves()) {
        let changed: FileId[] | undefined;
        await faults.run(async () => {
          changed = await settleOne(begun, signal);
        });
        if (changed) settled.changed.push(...changed);
        else settled.open++;
      }
      return { ...settled, fault: faults.first() };
    },
  };
}

const isSame = (one: MovedPlace, other: MovedPlace) =>
  one.parentId === other.parentId && one.name === other.name;
