import { uptime } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Time as it is handed to every part: tests move it by hand, the process uses {@link systemClock}. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
  /**
   * Milliseconds that this machine has been up, however its wall clock was set; starts anew with the machine. Where it
   * is not known, the wall clock alone is believed.
   */
  uptime?(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** setTimeout takes a signed 32-bit number; a longer wait is slept in pieces. */
const longestTimerMs = 2 ** 31 - 1;

/** The clock of the real process. A sleeping timer keeps the process alive unless its signal aborts. */
export const systemClock: Clock = {
  now: () => Date.now(),
  uptime: () => uptime() * 1000,
  async sleep(ms, signal) {
    for (let left = ms; left > 0; left -= longestTimerMs) {
      try {
        await delay(Math.min(left, longestTimerMs), undefined, signal ? { signal } : {});
      } catch (error) {
        // node:timers wraps the reason in its own AbortError; callers compare with the reason they gave.
        throw signal?.aborted ? signal.reason : error;
      }
    }
    signal?.throwIfAborted();
  },
};
