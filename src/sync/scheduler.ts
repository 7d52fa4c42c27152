import type { Clock } from '../core/clock.ts';
import { isBridgeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Sync, SyncResult } from './sync.ts';

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
const failurePauseMs = 5 * 60_000;

/** Somebody else's hand on the catalog is taken away soon. */
const busyPauseMs = 15_000;

/** Syncs at start, then at intervals, and goes on with a stopped crawl when its lock is over. */
export function createScheduler({ sync, clock, log, intervalMs, budget }: SchedulerOptions) {
  const stopping = new AbortController();
  let wake: (() => void) | undefined;
  let ended: Promise<void> | undefined;

  async function once(): Promise<number | undefined> {
    const startedAt = clock.now();
    try {
      const maxCalls = await budget?.left();
      const result = await sync.run({
        signal: stopping.signal,
        ...(maxCalls === undefined ? {} : { maxCalls }),
        // Thousands of small files take hours at their pace: the crawls go on in between.
        ...(intervalMs > 0 ? { sideCarsForMs: intervalMs } : {}),
      });
      report(result, clock.now() - startedAt);
      if (result.outcome === 'done') {
        if (intervalMs === 0) return undefined;
        return Math.max(0, intervalMs - (result.fetchedForMs ?? 0), budget?.pauseMs(result.calls) ?? 0);
      }
      if (budget && isBridgeError(result.reason, 'BRIDGE_BUDGET')) return budget.tomorrow() - clock.now();
      return result.retryAt === undefined ? failurePauseMs : Math.max(1000, result.retryAt - clock.now());
    } catch (error) {
      if (stopping.signal.aborted) return undefined;
      if (isBridgeError(error, 'BRIDGE_CRAWL_RUNNING')) {
        log.debug({ code: error.code }, 'the sync waits for another one');
        return busyPauseMs;
      }
      log.error({ err: error, ...(isBridgeError(error) ? { remedy: error.remedy } : {}) }, 'sync failed');
      return failurePauseMs;
    }
  }

  function report({ outcome, reason, retryAt, calls, note, tree, away }: SyncResult, ms: number): void {
    if (stopping.signal.aborted) return;
    const facts = {
      outcome,
      calls,
      ms,
      ...note,
      tree: tree.counts,
      ...(away.length > 0 ? { away } : {}),
      ...(retryAt ? { goesOnAt: new Date(retryAt).toISOString() } : {}),
    };
    if (outcome === 'done') log.info(facts, 'sync done');
    else if (isBridgeError(reason, 'BRIDGE_BUDGET'))
      log.info(facts, 'sync stopped for today; it goes on where it was');
    else log.warn({ ...facts, err: reason }, 'sync stopped; it goes on later where it was');
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      const pauseMs = await once();
      if (stopping.signal.aborted) return;
      await Promise.race([
        new Promise<void>((resolve) => {
          wake = resolve;
          stopping.signal.addEventListener('abort', () => resolve(), { once: true });
        }),
        ...(pauseMs === undefined ? [] : [sleepQuietly(pauseMs)]),
      ]);
      wake = undefined;
    }
  }

  async function sleepQuietly(ms: number): Promise<void> {
    await clock.sleep(ms, stopping.signal).catch(() => undefined);
  }

  return {
    start(): void {
      ended ??= loop();
    },
    /** A sync as soon as possible, unless one runs. */
    trigger: (): void => wake?.(),
    /** Stops the running sync and the loop. */
    async stop(): Promise<void> {
      stopping.abort(new Error('stopping'));
      await ended;
    },
  };
}

export type Scheduler = ReturnType<typeof createScheduler>;
