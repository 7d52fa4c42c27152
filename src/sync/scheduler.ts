import { createBackgroundLoop } from '../core/background-loop.ts';
import type { Clock } from '../core/clock.ts';
import { minuteMs, secondMs } from '../core/durations.ts';
import { isBridgeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Sync } from './sync.ts';
import { reportSync } from './sync-report.ts';

export interface SchedulerOptions {
  sync: Pick<Sync, 'run'>;
  clock: Clock;
  log: Log;
  /** 0 = only at start and when asked. */
  intervalMs: number;
  /** What crawls may cost. Default: what they cost. */
  budget?: {
    /** Calls that a crawl may make now. */
    left(): Promise<number>;
    /** The least pause after a crawl of so many calls. */
    pauseMs(calls: number): number;
    /** When there are calls again. */
    tomorrow(): number;
  };
}

/** After a failure that names no time. */
const failurePauseMs = 5 * minuteMs;

/** Somebody else's hand on the catalog is taken away soon. */
const busyPauseMs = 15 * secondMs;

/** Syncs at start, then at intervals, and goes on with a stopped crawl when its lock is over. */
export interface Scheduler {
  start(): void;
  /** A sync as soon as possible, unless one runs. */
  trigger(): void;
  /** Stops the running sync and begins no other. Resolves when it has ended. */
  stop(): Promise<void>;
}

export function createScheduler({ sync, clock, log, intervalMs, budget }: SchedulerOptions): Scheduler {
  let isSyncing = false;
  const loop = createBackgroundLoop({
    clock,
    async turn(signal) {
      isSyncing = true;
      try {
        return await syncOnce(signal);
      } finally {
        isSyncing = false;
      }
    },
    onError(error) {
      if (isBridgeError(error, 'BRIDGE_CRAWL_RUNNING')) {
        log.debug({ code: error.code }, 'the sync waits for another one');
        return busyPauseMs;
      }
      log.error({ err: error, ...(isBridgeError(error) ? { remedy: error.remedy } : {}) }, 'sync failed');
      return failurePauseMs;
    },
  });

  /** @returns the pause until the next one, undefined = until somebody asks for it */
  async function syncOnce(signal: AbortSignal): Promise<number | undefined> {
    const startedAt = clock.now();
    const maxCalls = await budget?.left();
    const result = await sync.run({
      signal,
      ...(maxCalls === undefined ? {} : { maxCalls }),
      // Thousands of small files take hours at their pace: the crawls go on in between.
      ...(intervalMs > 0 ? { sideCarsForMs: intervalMs } : {}),
    });
    if (!signal.aborted) reportSync(log, result, clock.now() - startedAt);
    if (result.outcome === 'done') {
      if (intervalMs === 0) return undefined;
      return Math.max(0, intervalMs - (result.fetchedForMs ?? 0), budget?.pauseMs(result.calls) ?? 0);
    }
    if (budget && isBridgeError(result.reason, 'BRIDGE_BUDGET')) return budget.tomorrow() - clock.now();
    return result.retryAt === undefined ? failurePauseMs : Math.max(secondMs, result.retryAt - clock.now());
  }

  return {
    start: loop.start,
    trigger(): void {
      if (!isSyncing) loop.wake();
    },
    stop: loop.stop,
  };
}
