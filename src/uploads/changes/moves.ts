import { randomBytes } from 'node:crypto';
import type { Files } from '../../catalog/account/files.ts';
import type { BegunMove, OwnChanges } from '../../catalog/account/own-changes.ts';
import type { Clock } from '../../core/clock.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
import type { Host } from '../../host/host.ts';
import type { HostWrites } from '../../host/host-writes.ts';
import { isUnsure } from './unsure.ts';

export interface MoverOptions {
  host: Pick<Host, 'listFolder'> & { writes: HostWrites };
  catalog: { files: Files; ownChanges: OwnChanges };
  clock: Clock;
}

/** Gives what lies in the account another place, another name, or both: right in the end, whatever is cut off between. */
export interface Mover {
  /** @returns files of the catalog whose place or name is another. @throws BridgeError of the host; the signal's reason */
  move(move: BegunMove, signal: AbortSignal): Promise<FileId[]>;
  /** Ends what an earlier process had begun. @returns the same */
  settle(signal: AbortSignal): Promise<FileId[]>;
}

/** Where something is now. */
interface ListedPlace {
  parentId: FolderId;
  name: string;
}

export function createMover({ host, catalog, clock }: MoverOptions): Mover {
  const { files, ownChanges } = catalog;

  function rename(move: BegunMove, name: string, signal: AbortSignal): Promise<unknown> {
    const call = { urgency: 'write', signal } as const;
    return move.kind === 'file'
      ? host.writes.renameFile(move.url, host.writes.meantName(name), call)
      : host.writes.renameFolder(move.hostId, host.writes.meantName(name), call);
  }

  async function relocate(move: BegunMove, signal: AbortSignal): Promise<void> {
    const call = { urgency: 'write', signal } as const;
    if (move.kind === 'file') {
      const done = await host.writes.moveFiles([move.url], move.parentId, call);
      if (done.length === 0) throw new BridgeError('BRIDGE_HOST_NOTHING_DONE');
    } else await host.writes.moveFolder(move.hostId, move.parentId, call);
  }

  const foldersIn = async (parentId: FolderId) =>
    (await files.subFolders([parentId])).map(({ id, name }) => ({ id, name }));

  /** The host takes a new place and a new name in two calls, and no second folder of a name: neither may meet one in between. */
  async function carryOut(move: BegunMove, from: ListedPlace, signal: AbortSignal): Promise<void> {
    const { parentId, name } = move;
    if (from.parentId === parentId) {
      if (from.name !== name) await rename(move, name, signal);
      return;
    }
    if (from.name === name) return relocate(move, signal);
    const isTaken = async (where: FolderId, wanted: string) =>
      move.kind === 'folder' &&
      (await foldersIn(where)).some((one) => one.name === wanted && one.id !== move.hostId);
    if (!(await isTaken(parentId, from.name))) {
      await relocate(move, signal);
      await rename(move, name, signal);
      return;
    }
    const between = (await isTaken(from.parentId, name)) ? `${name} ${randomBytes(4).toString('hex')}` : name;
    await rename(move, between, signal);
    await relocate(move, signal);
    if (between !== name) await rename(move, name, signal);
  }

  async function spotOf(move: BegunMove): Promise<ListedPlace | undefined> {
    if (move.kind === 'file') {
      const file = await files.byId(move.hostId);
      return file && { parentId: file.folderId, name: file.name };
    }
    const [folder] = await files.parentsOf([move.hostId]);
    return folder && { parentId: folder.parentId, name: folder.name };
  }

  /** Where the host says that it is. */
  async function listedSpot(
    move: BegunMove,
    where: readonly FolderId[],
    signal: AbortSignal,
  ): Promise<ListedPlace | undefined> {
    for (const parentId of where) {
      try {
        const listing = await host.listFolder(parentId, { urgency: 'write', signal });
        const entries: readonly { id: string; name: string }[] =
          move.kind === 'file' ? listing.files : listing.folders;
        const found = entries.find(({ id }) => id === move.hostId);
        if (found) return { parentId, name: found.name };
      } catch (error) {
        if (!isBridgeError(error, 'BRIDGE_HOST_FILE_GONE')) throw error;
      }
    }
    return undefined;
  }

  return {
    async move(move, signal) {
      const from = await spotOf(move);
      if (!from) return [];
      await ownChanges.moveBegun(move);
      try {
        await carryOut(move, from, signal);
      } catch (error) {
        // Of what was refused nothing is left to do, unless one of two calls was done.
        const isOneCall = from.parentId === move.parentId || from.name === move.name;
        if (isOneCall && isBridgeError(error) && !isUnsure(error)) await ownChanges.moveLeft(move);
        throw error;
      }
      return arrived(move);
    },

    async settle(signal) {
      const changed: FileId[] = [];
      for (const move of await ownChanges.begunMoves()) {
        const former = (await spotOf(move))?.parentId;
        const where = [move.parentId, ...(former === undefined || former === move.parentId ? [] : [former])];
        const spot = await listedSpot(move, where, signal);
        if (!spot) {
          // It was moved or removed by others since.
          await ownChanges.moveLeft(move);
          continue;
        }
        await carryOut(move, spot, signal);
        changed.push(...(await arrived(move)));
      }
      return changed;
    },
  };

  async function arrived(move: BegunMove): Promise<FileId[]> {
    const changed = await ownChanges.moved(move, clock.now());
    files.forget(changed);
    return changed;
  }
}
