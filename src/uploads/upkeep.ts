import type { HeldUploads } from '../catalog/held-uploads.ts';
import type { UploadJournal } from '../catalog/uploads.ts';
import { type BackgroundLoop, createBackgroundLoop } from '../core/background-loop.ts';
import type { Clock } from '../core/clock.ts';
import { hourMs, minuteMs, secondMs } from '../core/durations.ts';
import { isBridgeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { AccountChanges } from './changes/changes.ts';
import type { PieceUploads } from './pieces/piece-uploads.ts';
import type { Spool } from './spool.ts';
import type { Uploader } from './uploader.ts';

export interface UpkeepOptions {
  catalog: { uploads: Pick<UploadJournal, 'all'>; heldUploads: Pick<HeldUploads, 'underWay'> };
  uploader: Pick<Uploader, 'settle'>;
  pieces: Pick<PieceUploads, 'settle'>;
  spool: Pick<Spool, 'clean' | 'held'>;
  accountChanges: Pick<AccountChanges, 'settle' | 'purge'>;
  clock: Clock;
  log: Log;
}

const pauseMs = 6 * hourMs;
/** Where something failed, or is not known to be done yet; twice as long each time in a row. */
const soonMs = 10 * minuteMs;

/**
 * Sees to what was cut off in the account when an earlier process ended, and removes for good what has lain in its trash
 * for its days.
 */
export function createUpkeep(options: UpkeepOptions): BackgroundLoop {
  const { catalog, uploader, pieces, accountChanges, spool, clock, log } = options;
  let inRow = 0;
  const soon = () => Math.min(soonMs * 2 ** inRow++, pauseMs);

  return createBackgroundLoop({
    clock,
    async turn(signal) {
      // One that cannot be done now keeps none of the others waiting.
      let open = 0;
      const steps = [
        async () => {
          open = await accountChanges.settle(signal);
        },
        async () => {
          const uploads = await uploader.settle(signal);
          if (uploads > 0) log.info({ uploads }, 'uploads that were cut off are seen to');
        },
        // Half bodies of an earlier process, and what was settled.
        async () =>
          void (await spool.clean(async () => {
            const held = (await catalog.heldUploads.underWay()).map(({ id }) => spool.held.pathOf(id));
            return new Set([...held, ...(await catalog.uploads.all()).map(({ source }) => source)]);
          })),
        () => pieces.settle(),
        async () => void (await accountChanges.purge(false, signal, { isPatient: true })),
      ];
      let fault: unknown;
      for (const step of steps)
        await step().catch((error: unknown) => {
          signal.throwIfAborted();
          fault ??= error;
        });
      if (fault !== undefined) throw fault;
      if (open > 0 || (await catalog.uploads.all()).some(({ isStored }) => isStored)) return soon();
      inRow = 0;
      return pauseMs;
    },
    onError(error) {
      const { retryAt = undefined } = isBridgeError(error, 'BRIDGE_GATE_BUSY') ? error : {};
      log.warn({ err: error, retryAt }, 'what was cut off in the account waits a while');
      // Others want the same thing then: who comes later finds it gone.
      if (retryAt !== undefined) return Math.min(Math.max(retryAt - clock.now(), secondMs), pauseMs);
      return soon();
    },
  });
}
