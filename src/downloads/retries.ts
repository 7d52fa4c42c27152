import type { Clock } from '../core/clock.ts';
import { minuteMs, secondMs } from '../core/durations.ts';
import { BridgeError, type ErrorCode, isHostRefusal } from '../core/errors.ts';

/** How much a download puts up with while no byte comes. */
export interface Retries {
  /** Bytes have come. */
  progress(): void;
  /** Waits until the next try makes sense. @throws the error itself, as a BridgeError, when it is not put up with */
  after(error: unknown, signal: AbortSignal): Promise<void>;
}

/** What does not pass by itself, or is not to be waited for at a terminal. */
const final: ReadonlySet<ErrorCode> = new Set([
  'BRIDGE_DISK',
  'BRIDGE_OWNER_GONE',
  'BRIDGE_STOPPING',
  'BRIDGE_UPSTREAM_CHANGED',
]);

const maxFailures = 6;
/** A film may have all connections for long. */
const busyForMs = 10 * minuteMs;
const busyPauseMs = 5 * secondMs;

export function createRetries(clock: Clock): Retries {
  let failures = 0;
  let lastAt = clock.now();

  return {
    progress() {
      failures = 0;
      lastAt = clock.now();
    },

    async after(error, signal) {
      signal.throwIfAborted();
      const known =
        error instanceof BridgeError
          ? error
          : new BridgeError('BRIDGE_UPSTREAM_CUT', { detail: 'again and again', cause: error });
      if (!known.retryable || final.has(known.code) || isHostRefusal(known)) throw known;
      const untilRetryMs = (known.retryAt ?? 0) - clock.now();
      if (known.code === 'BRIDGE_TOO_MANY_STREAMS') {
        if (clock.now() - lastAt > busyForMs) throw known;
        return clock.sleep(Math.max(busyPauseMs, Math.min(untilRetryMs, minuteMs)), signal);
      }
      if (++failures >= maxFailures) throw known;
      await clock.sleep(Math.max(untilRetryMs, failures === 1 ? 0 : 500 * 2 ** failures), signal);
    },
  };
}
