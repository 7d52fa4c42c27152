import { createBackgroundLoop } from '../core/background-loop.ts';
import type { Clock } from '../core/clock.ts';
import { minuteMs, secondMs } from '../core/durations.ts';
import { isBridgeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Sync } from './sync.ts';
import { reportSync } from './sync-report.ts';

export interface SchedulerOptions {
  sync: Pick<Sync, 'run'> & {
    /** When the last one of this process that kept the tree as it should be was done, whoever asked for it. */
    doneAt?(): number | undefined;
  };
  clock: Clock;
  log: Log;
  /** As the settings say now; 0 = only at start and when asked. */
  intervalMs: () => number;
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

/** How long after the last sync the next one comes, by the settings of now; undefined = when somebody asks. */
type Pause = (isRetimed: boolean) => number | undefined | Promise<number | undefined>;

/** Syncs at start, then at intervals, and goes on with a stopped crawl when its lock is over. */
export interface Scheduler {
  start(): void;
  /** A sync as soon as possible, unless one runs. */
  trigger(): void;
  /** The settings are others: the pause after the last sync is as long as they say. */
  settingsChanged(): void;
  /** Stops the running sync and begins no other. Resolves when it has ended. */
  stop(): Promise<void>;
}

export function createScheduler({ sync, clock, log, intervalMs, budget }: SchedulerOptions): Scheduler {
  let isSyncing = false;
  /** Since when the next one is waited for, and how long. */
  let waiting: { since: number; pauseMs: Pause } | undefined;
  /** The loop was woken to look how long the pause is by now. */
  let isRetimed = false;
  /** Since when one was due while somebody else's ran. */
  let metAt: number | undefined;
  /** What somebody asks for is done after the one that runs: it may have been past what has changed. */
  let isAsked = false;
  const loop = createBackgroundLoop({
    clock,
    async turn(signal) {
      const wasRetimed = isRetimed;
      // Before the wait: who changes something in it is heard.
      isRetimed = false;
      const leftMs = wasRetimed ? await leftToWait() : 0;
      if (leftMs !== 0) return leftMs;
      const othersAt = doneByOthers();
      if (othersAt !== undefined) return await waitFor(() => intervalMs() || undefined, othersAt);
      isSyncing = true;
      try {
        const pauseMs = await syncOnce(signal);
        isAsked = false;
        return await waitFor(pauseMs);
      } finally {
        isSyncing = false;
      }
    },
    onError(error) {
      const isOthers = isBridgeError(error, 'BRIDGE_CRAWL_RUNNING');
      if (isOthers) log.debug({ code: error.code }, 'the sync waits for another one');
      else
        log.error({ err: error, ...(isBridgeError(error) ? { remedy: error.remedy } : {}) }, 'sync failed');
      const pauseMs = isOthers ? busyPauseMs : failurePauseMs;
      if (isOthers && !isAsked) metAt ??= clock.now();
      waiting = { since: clock.now(), pauseMs: () => pauseMs };
      return pauseMs;
    },
  });

  async function waitFor(pauseMs: Pause, since = clock.now()): Promise<number | undefined> {
    waiting = { since, pauseMs };
    const whole = await pauseMs(false);
    return whole && Math.max(0, whole - Math.max(0, clock.now() - since));
  }

  /** When somebody else's sync was done that ran when ours was due: ours is not due any more. */
  function doneByOthers(): number | undefined {
    const [met, doneAt] = [metAt, sync.doneAt?.()];
    metAt = undefined;
    return met !== undefined && doneAt !== undefined && doneAt >= met ? doneAt : undefined;
  }

  /** @returns 0 = it is time; undefined = until somebody asks */
  async function leftToWait(): Promise<number | undefined> {
    if (!waiting) return 0;
    const pauseMs = await waiting.pauseMs(true);
    // A clock that was put back makes no pause longer.
    return pauseMs && Math.max(0, pauseMs - Math.max(0, clock.now() - waiting.since));
  }

  async function syncOnce(signal: AbortSignal): Promise<Pause> {
    const startedAt = clock.now();
    const maxCalls = await budget?.left();
    const sideCarsForMs = intervalMs();
    const result = await sync.run({
      signal,
      ...(maxCalls === undefined ? {} : { maxCalls }),
      // Thousands of small files take hours at their pace: the crawls go on in between.
      ...(sideCarsForMs > 0 ? { sideCarsForMs } : {}),
    });
    if (!signal.aborted) reportSync(log, result, clock.now() - startedAt);
    const { calls, fetchedForMs = 0, reason, retryAt } = result;
    if (result.outcome === 'done')
      return () =>
        intervalMs() === 0
          ? undefined
          : Math.max(0, intervalMs() - fetchedForMs, budget?.pauseMs(calls) ?? 0);
    const endedAt = clock.now();
    if (budget && isBridgeError(reason, 'BRIDGE_BUDGET')) {
      const tomorrow = budget.tomorrow() - endedAt;
      return async (isRetimed) => (isRetimed && (await budget.left()) > 0 ? 0 : tomorrow);
    }
    const pauseMs = retryAt === undefined ? failurePauseMs : Math.max(secondMs, retryAt - endedAt);
    return () => pauseMs;
  }

  return {
    start: loop.start,
    trigger(): void {
      if (isSyncing) return;
      isRetimed = false;
      waiting = undefined;
      metAt = undefined;
      isAsked = true;
      loop.wake();
    },
    settingsChanged(): void {
      isRetimed = true;
      loop.wake();
    },
    stop: loop.stop,
  };
}
