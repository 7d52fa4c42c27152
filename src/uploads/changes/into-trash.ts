import type { AccountTrash } from '../../catalog/account/account-trash.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import type { FolderId } from '../../core/ids.ts';
import type { Host } from '../../host/host.ts';
import type { HostWrites } from '../../host/host-writes.ts';
import type { Removal } from './entries.ts';
import { isListedIn, listPlace, namedIn } from './listed-place.ts';
import type { TrashDays } from './trash-days.ts';
import { isUnsure } from './unsure.ts';

export interface IntoTrashOptions {
  host: Pick<Host, 'listFolder'> & { writes: HostWrites };
  catalog: { accountTrash: Pick<AccountTrash, 'into'> };
  days: TrashDays;
}

/**
 * Moves what has a row of the trash into the folder of a day, until the host names it there or says no. An answer that was
 * lost is looked for in listings.
 * @returns `gone`: neither the host nor the folder where it was has it any more
 * @throws BridgeError of the host; one of those that {@link isUnsure} tells may have done it
 */
export type IntoTrash = (id: number, removal: Removal, signal: AbortSignal) => Promise<'there' | 'gone'>;

/** Folders for one day, where the first has something of that name. */
const maxTries = 2;

export function createIntoTrash({ host, catalog, days }: IntoTrashOptions): IntoTrash {
  async function isOutOf(parentId: FolderId, removal: Removal, signal: AbortSignal): Promise<boolean> {
    const listing = await listPlace(host, parentId, signal).catch(() => undefined);
    return listing?.complete === true && namedIn(listing, removal) === undefined;
  }

  return async (id, removal, signal) => {
    const tried = new Set<string>();
    for (let isAnew = false; ; ) {
      const wereKnown = days.areKnown();
      const day = await days.nameFor(removal, tried);
      let dayId: FolderId | undefined;
      try {
        dayId = await days.idOf(day, signal);
        await catalog.accountTrash.into(id, day, dayId);
        await moveInto(host.writes, removal, dayId, signal);
        return 'there';
      } catch (error) {
        if (!isBridgeError(error)) throw error;
        const isGone = error.code === 'BRIDGE_HOST_FILE_GONE';
        const isRefused = error.code === 'BRIDGE_HOST_REFUSED';
        const isNothing = error.code === 'BRIDGE_HOST_NOTHING_DONE';
        if (isGone && wereKnown && !isAnew) {
          // The folders that are remembered were removed by somebody else.
          days.forgetAll();
          isAnew = true;
          continue;
        }
        // It may have been moved all the same, now or by an earlier call whose answer was lost.
        const mayBeThere = isUnsure(error) || isRefused || isNothing;
        if (dayId !== undefined && mayBeThere && (await isListedIn(host, dayId, removal, signal)))
          return 'there';
        if ((isGone || isNothing) && (await isOutOf(removal.parentId, removal, signal))) return 'gone';
        // Something of its name lies there that is in no journal.
        if (dayId === undefined || !isRefused || removal.kind === 'file' || tried.size >= maxTries)
          throw error;
        tried.add(day);
      }
    }
  };
}

/** @throws BridgeError BRIDGE_HOST_NOTHING_DONE where the host says that it has not moved it; those of the host */
export async function moveInto(
  writes: HostWrites,
  what: Pick<Removal, 'kind' | 'hostId'> & { url?: string },
  to: FolderId,
  signal: AbortSignal,
): Promise<void> {
  const call = { urgency: 'write', signal } as const;
  if (what.kind === 'folder') await writes.moveFolder(what.hostId as FolderId, to, call);
  else if ((await writes.moveFiles([what.url as string], to, call)).length === 0)
    throw new BridgeError('BRIDGE_HOST_NOTHING_DONE');
}
