import type { Clock } from '../../core/clock.ts';
import { secondMs } from '../../core/durations.ts';
import { BridgeError } from '../../core/errors.ts';

/** Who writes to an upload: one at a time. */
export interface SoleWriter {
  /**
   * Does `work` as the only one at this upload. One who is at it already and of whom nothing came for a while has lost
   * its client: it is told to give up, and waited for.
   * @param giveUp ends what `work` reads
   * @throws BridgeError BRIDGE_UPLOAD_BUSY while another one is at it
   */
  take<T>(id: string, giveUp: () => void, work: (came: () => void) => Promise<T>): Promise<T>;
  has(id: string): boolean;
  /** Everybody gives up; resolves when nobody is at anything. */
  stop(): Promise<void>;
}

/** A client whose connection broke comes back sooner than the connection is known to be broken. */
const quietMs = 5 * secondMs;

export function createSoleWriter(clock: Clock): SoleWriter {
  const writers = new Map<string, { cameAt: number; giveUp: () => void; ended: Promise<unknown> }>();

  return {
    has: (id) => writers.has(id),
    async stop() {
      for (const { giveUp } of writers.values()) giveUp();
      while (writers.size > 0) await Promise.allSettled([...writers.values()].map(({ ended }) => ended));
    },
    async take(id, giveUp, work) {
      const before = writers.get(id);
      if (before) {
        if (clock.now() - before.cameAt < quietMs)
          throw new BridgeError('BRIDGE_UPLOAD_BUSY', { retryAt: before.cameAt + quietMs });
        before.giveUp();
        await before.ended.catch(() => undefined);
        // Of two who waited for it one comes first.
        if (writers.has(id)) throw new BridgeError('BRIDGE_UPLOAD_BUSY', { retryAt: clock.now() + quietMs });
      }
      const writer = { cameAt: clock.now(), giveUp, ended: Promise.resolve() as Promise<unknown> };
      writers.set(id, writer);
      const working = work(() => {
        writer.cameAt = clock.now();
      }).finally(() => writers.delete(id));
      writer.ended = working;
      return working;
    },
  };
}
