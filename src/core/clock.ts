import { uptime } from 'node:os';

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
const maxTimerMs = 2 ** 31 - 1;

/** The clock of the real process. A sleeping timer keeps the process alive unless its signal aborts. */
export const systemClock: Clock = {
  now: () => Date.now(),
  uptime: () => uptime() * 1000,
  async sleep(ms, signal) {
    for (let left = ms; left > 0; left -= maxTimerMs) {
      signal?.throwIfAborted();
      await delay(Math.min(left, maxTimerMs), signal);
    }
    signal?.throwIfAborted();
  },
};

/** Without the error that node:timers makes for each sleep that is cut short, as that of every call to the host is. */
function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
