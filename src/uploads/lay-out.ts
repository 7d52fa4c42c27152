import { isBridgeError } from '../core/errors.ts';
import type { FileId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Sync } from '../sync/sync.ts';

/** Brings the trees up to date for what we changed in the account ourselves. @throws the signal's reason */
export type LayOut = (changed: readonly FileId[], signal: AbortSignal) => Promise<void>;

export function createLayOut(sync: Pick<Sync, 'refresh'>, log: Log): LayOut {
  return async (changed, signal) => {
    if (changed.length === 0) return;
    try {
      await sync.refresh(changed, signal);
    } catch (error) {
      // What the tree lacks is noted, and written by the next sync.
      if (signal.aborted || !isBridgeError(error)) throw error;
      log.warn({ err: error }, 'what was changed in the account could not be laid out yet');
    }
  };
}
