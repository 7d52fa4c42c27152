import type { Clock } from '../clock.ts';
import { isBridgeError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Sync, SyncResult } from './sync.ts';

export interface SchedulerOptions {
  sync: Pick<Sync, 'run'>;
  clock: Clock;
  log: Log;
  /** 0 = only at start and when asked. */
  intervalMs: number;
}

/** After a failure that names no time. */
const failurePauseMs = 5 * 60_000;

/** Syncs at start, then at intervals, and goes on with a stopped crawl when its lock is over. */
export function createScheduler({ sync, clock, log, intervalMs }: SchedulerOptions) {
  const stopping = new AbortController();
  let wake: (() => void) | undefined;
  let ended: Promise<void> | undefined;

  async function once(): Promise<number | undefined> {
    const startedAt = clock.now();
    try {
      const result = await sync.run({
        signal: stopping.signal,
        // Thousands of small files take hours at their pace: the crawls go on in between.
        ...(intervalMs > 0 ? { sideCarsForMs: intervalMs } : {}),
      });
      report(result, clock.now() - startedAt);
      if (result.outcome === 'done')
        return intervalMs > 0 ? Math.max(0, intervalMs - (result.fetchedForMs ?? 0)) : undefined;
      return result.retryAt === undefined ? failurePauseMs : Math.max(1000, result.retryAt - clock.now());
    } catch (error) {
      if (stopping.signal.aborted) return undefined;
      log.error({ err: error, ...(isBridgeError(error) ? { cure: error.cure } : {}) }, 'sync failed');
      return failurePauseMs;
    }
  }

  function report({ outcome, reason, retryAt, calls, note, tree }: SyncResult, ms: number): void {
    if (stopping.signal.aborted) return;
    const facts = {
      outcome,
      calls,
      ms,
      ...note,
      tree: tree.counts,
      ...(retryAt ? { goesOnAt: new Date(retryAt).toISOString() } : {}),
    };
    if (outcome === 'done') log.info(facts, 'sync done');
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
