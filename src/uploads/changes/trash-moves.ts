import type { AccountTrash, TrashedEntry, TrashTime } from '../../catalog/account/account-trash.ts';
import type { Files } from '../../catalog/account/files.ts';
import type { Clock } from '../../core/clock.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { Host } from '../../host/host.ts';
import type { HostWrites } from '../../host/host-writes.ts';
import type { Removal } from './entries.ts';
import { createFaultBox } from './fault-box.ts';
import { createIntoTrash, moveInto } from './into-trash.ts';
import { isListedIn, isSurelyOut, type ListedPlace, listPlace, namedIn } from './listed-place.ts';
import type { Settled } from './settled.ts';
import type { TrashDays } from './trash-days.ts';
import { isRefusal, isUnsure } from './unsure.ts';

export interface TrashMovesOptions {
  host: Pick<Host, 'listFolder' | 'limits'> & { writes: HostWrites };
  catalog: { files: Files; accountTrash: AccountTrash };
  days: TrashDays;
  clock: Clock;
  certain: CertainTime;
  log: Log;
}

/** Time that has passed for certain, whatever somebody does to the wall clock. Milliseconds. */
export interface CertainTime {
  now(): Promise<number>;
  /** Now, and the next reading counts from here. */
  advance(): Promise<number>;
}

/**
 * The ways into the trash and out of it. What is not known to have been done is neither forgotten nor taken for done: it
 * is asked for again until listings can be late no more.
 */
export interface TrashMoves {
  /**
   * One call, and one or two more for the first of a day.
   * @returns files that left the library; without an entry, what somebody else had removed
   * @throws BridgeError of the host
   */
  take(removal: Removal, signal: AbortSignal): Promise<FileId[]>;
  /**
   * Takes files out of the library whose place others have taken. What the host does not move now is moved later.
   * @returns files that left the library
   */
  retire(removals: readonly Removal[], signal: AbortSignal): Promise<FileId[]>;
  /**
   * Puts it into this folder.
   * @returns files that are back in the library
   * @throws BridgeError BRIDGE_NOT_FOUND where somebody else took it out of the trash; of the host
   */
  giveBack(entry: TrashedEntry, parentId: FolderId, signal: AbortSignal): Promise<FileId[]>;
  /** Finds out what became of what was asked for. */
  settle(signal: AbortSignal): Promise<Settled>;
}

export function createTrashMoves(options: TrashMovesOptions): TrashMoves {
  const { host, catalog, days, clock, certain, log } = options;
  const { accountTrash, files } = catalog;
  const intoTrash = createIntoTrash({ host, catalog, days });

  const time = async (): Promise<TrashTime> => ({
    trashedAt: clock.now(),
    certainAt: await certain.now(),
  });
  async function take(removal: Removal, signal: AbortSignal): Promise<FileId[]> {
    const id = await accountTrash.begin({ ...removal, ...(await time()) });
    try {
      const fate = await intoTrash(id, removal, signal);
      const gone = await left(id);
      if (fate === 'gone') await accountTrash.forget(id);
      return gone;
    } catch (error) {
      if (isBridgeError(error) && !isUnsure(error)) await accountTrash.forget(id);
      throw error;
    }
  }

  async function left(id: number): Promise<FileId[]> {
    const gone = await accountTrash.there(id, clock.now());
    files.forget(gone);
    return gone;
  }

  async function retire(removals: readonly Removal[], signal: AbortSignal): Promise<FileId[]> {
    const now = await time();
    const gone = await accountTrash.due(removals.map((removal) => ({ ...removal, ...now })));
    files.forget(gone);
    const own = new Set<string>(removals.map(({ hostId }) => hostId));
    for (const entry of await accountTrash.all())
      if (entry.state === 'due' && own.has(entry.hostId))
        try {
          await sendDue(entry, signal);
        } catch (error) {
          log.warn({ err: error, name: entry.name }, 'what was replaced is moved into the trash later');
          if (!isRefusal(error)) break;
        }
    return gone;
  }

  async function sendDue(entry: TrashedEntry, signal: AbortSignal): Promise<void> {
    if ((await intoTrash(entry.id, entry, signal)) === 'there') await left(entry.id);
    else await accountTrash.forget(entry.id);
  }

  async function isBack(entry: TrashedEntry, parentId: FolderId): Promise<FileId[]> {
    const back = await accountTrash.back(entry.id, parentId, clock.now());
    files.forget(back);
    return back;
  }

  async function giveBack(entry: TrashedEntry, parentId: FolderId, signal: AbortSignal): Promise<FileId[]> {
    await accountTrash.returning(entry.id, parentId, await time());
    try {
      await moveInto(host.writes, entry, parentId, signal);
    } catch (error) {
      if (!isBridgeError(error)) throw error;
      const isGone = error.code === 'BRIDGE_HOST_FILE_GONE';
      if (!isGone && (await isListedIn(host, parentId, entry, signal))) return isBack(entry, parentId);
      if (isUnsure(error)) throw error;
      const day = isGone ? await listPlace(host, entry.dayId, signal).catch(() => undefined) : undefined;
      if (day && (await isSurelyOut(host, entry.dayId, day, entry, signal).catch(() => false))) {
        await accountTrash.forget(entry.id);
        throw new BridgeError('BRIDGE_NOT_FOUND', { detail: `${entry.path} is in the trash no more` });
      }
      await accountTrash.there(entry.id, clock.now());
      throw error;
    }
    return isBack(entry, parentId);
  }

  /** @returns files that changed; undefined where nothing is known for certain yet */
  async function settleOne(
    entry: TrashedEntry,
    now: number,
    signal: AbortSignal,
  ): Promise<FileId[] | undefined> {
    /** Listings may not have heard of it yet. */
    const isRecent = now - entry.certainAt < host.limits.listingLagMs;
    const isAsked = entry.dayId !== '';
    if (entry.state === 'asked' && !isAsked) return over(entry);
    // Listings have it in the library again.
    if (entry.state !== 'asked' && entry.kind === 'file' && (await files.byId(entry.hostId)))
      return over(entry);
    if (entry.state === 'returning')
      return giveBack(entry, entry.parentId, signal).catch((error: unknown) => {
        if (isRefusal(error) || isBridgeError(error, 'BRIDGE_NOT_FOUND')) return [];
        throw error;
      });
    const day = isAsked ? await listPlace(host, entry.dayId, signal) : undefined;
    if (day && namedIn(day, entry)) return left(entry.id);
    const before = entry.state === 'due' ? await listPlace(host, entry.parentId, signal) : undefined;
    if (before && namedIn(before, entry)) {
      await sendDue(entry, signal);
      return [];
    }
    if (isRecent) return undefined;
    const isOut = async (folderId: FolderId, listing: ListedPlace | undefined) =>
      !listing || isSurelyOut(host, folderId, listing, entry, signal);
    const isElsewhere = (await isOut(entry.dayId, day)) && (await isOut(entry.parentId, before));
    return isElsewhere ? over(entry) : undefined;
  }

  async function over({ id }: TrashedEntry): Promise<FileId[]> {
    await accountTrash.forget(id);
    return [];
  }

  return {
    take,
    retire,
    giveBack,

    async settle(signal) {
      const settled: Settled = { changed: [], open: 0, fault: undefined };
      const faults = createFaultBox(signal);
      const now = await certain.advance();
      for (const entry of await accountTrash.all()) {
        if (entry.state === 'there') continue;
        let changed: FileId[] | undefined;
        await faults.run(async () => {
          changed = await settleOne(entry, now, signal);
        });
        if (changed) settled.changed.push(...changed);
        else settled.open++;
      }
      return { ...settled, fault: faults.first() };
    },
  };
}
