import type { AccountTrash } from '../../catalog/account/account-trash.ts';
import type { OwnChanges } from '../../catalog/account/own-changes.ts';
import type { FileId } from '../../core/ids.ts';
import type { LayOut } from '../lay-out.ts';

export interface LaidOutOptions {
  catalog: { accountTrash: Pick<AccountTrash, 'all'>; ownChanges: Pick<OwnChanges, 'begunMoves'> };
  layOut: LayOut;
  onOpen(): void;
}

/**
 * Does work, and brings the trees up to date for what it changed, also where the rest of it fails; then it is told whether
 * something was begun of which nobody knows whether it is done.
 * @param changed filled by the work
 * @throws what the work throws; the signal's reason
 */
export type LaidOut = (
  changed: readonly FileId[],
  signal: AbortSignal,
  work: () => Promise<void>,
) => Promise<void>;

export function createLaidOut({ catalog, layOut, onOpen }: LaidOutOptions): LaidOut {
  async function isOpen(): Promise<boolean> {
    const moves = await catalog.ownChanges.begunMoves();
    return (
      moves.length > 0 ||
      (await catalog.accountTrash.all()).some(({ state, roomFor }) => state !== 'there' || roomFor)
    );
  }

  return async (changed, signal, work) => {
    try {
      await work();
    } catch (error) {
      if (await isOpen()) onOpen();
      if (!signal.aborted) await layOut(changed, signal).catch(() => undefined);
      throw error;
    }
    await layOut(changed, signal);
  };
}
