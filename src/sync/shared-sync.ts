import type { Clock } from '../core/clock.ts';
import { BridgeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type SharedWork, shareWork } from '../core/shared-work.ts';
import type { CrawlProgress } from './crawl/crawl.ts';
import type { Sync } from './sync.ts';
import { reportSync } from './sync-report.ts';
import type { SyncResult, SyncRun } from './sync-run.ts';

/** Somebody who waits for a sync. */
export interface SyncVisit extends Pick<SyncRun, 'signal' | 'full' | 'dryRun' | 'acceptRemovals'> {
  onProgress?: (progress: CrawlProgress) => void;
  /** Told once, before any progress. `joined`: it ran already. */
  onStart?: (joined: boolean) => void;
}

/** One sync for all who want one. */
export interface SharedSync extends Sync {
  /**
   * Waits for the sync that runs when that one does all that is asked for, or begins one. It stops cleanly when the
   * last of those who wait for it has left; who comes then gets the next one.
   * @throws BridgeError BRIDGE_CRAWL_RUNNING when another kind of sync runs; what `run` throws; the signal's reason for
   * who leaves while others stay
   */
  visit(visit: SyncVisit): Promise<SyncResult>;
  /** When the last one was done that looked at the account and kept the tree as it should be; undefined before the first. */
  doneAt(): number | undefined;
}

interface Running {
  run: SyncRun;
  visitors: Set<SyncVisit>;
  progress: CrawlProgress | undefined;
  work: SharedWork<SyncResult>;
}

/** Lets several wait for one sync. The first who asks says how it is done. */
export function createSharedSync(sync: Sync, { clock, log }: { clock: Clock; log: Log }): SharedSync {
  let running: Running | undefined;
  let doneAt: number | undefined;

  function begin(run: SyncRun): Running {
    const one: Running = { run, visitors: new Set(), progress: undefined, work: undefined as never };
    one.work = shareWork((signal) =>
      sync
        .run({
          ...run,
          signal,
          onProgress(progress) {
            one.progress = progress;
            for (const visitor of one.visitors) visitor.onProgress?.(progress);
          },
        })
        .then((result) => {
          if (result.outcome === 'done' && !run.dryRun) doneAt = clock.now();
          return result;
        })
        .finally(() => {
          if (running === one) running = undefined;
        }),
    );
    return one;
  }

  /** What a person asked for stands in the log as well; why it stopped, they are told themselves. */
  function tellOf(result: Promise<SyncResult>, { dryRun = false }: SyncVisit): void {
    const startedAt = clock.now();
    result.then(
      (ended) => {
        if (ended.outcome === 'done' && !dryRun) reportSync(log, ended, clock.now() - startedAt);
      },
      () => undefined,
    );
  }

  async function attend({ visitors, work }: Running, visitor: SyncVisit): Promise<SyncResult> {
    visitors.add(visitor);
    try {
      return await work.attend(visitor.signal);
    } finally {
      visitors.delete(visitor);
    }
  }

  /** Who begins anew what he has just stopped must not be told that it was stopped. */
  async function calledOffIsOver(): Promise<void> {
    while (running?.work.isCalledOff()) await running.work.result.catch(() => undefined);
  }

  return {
    ...sync,
    doneAt: () => doneAt,

    async run(run) {
      run.signal.throwIfAborted();
      if (running) throw new BridgeError('BRIDGE_CRAWL_RUNNING');
      running = begin(run);
      return attend(running, run);
    },

    async visit(visit) {
      visit.signal.throwIfAborted();
      await calledOffIsOver();
      visit.signal.throwIfAborted();
      if (running && !doesAll(running.run, visit))
        throw new BridgeError('BRIDGE_CRAWL_RUNNING', { detail: described(running.run) });
      const joined = running !== undefined;
      if (!running) {
        running = begin(visit);
        tellOf(running.work.result, visit);
      }
      const { progress } = running;
      visit.onStart?.(joined);
      if (progress) visit.onProgress?.(progress);
      return attend(running, visit);
    },
  };
}

/** Whether a sync that is run like this does what is asked for. */
function doesAll(run: SyncRun, asked: SyncVisit): boolean {
  return (
    Boolean(run.dryRun) === Boolean(asked.dryRun) &&
    (Boolean(run.full) || !asked.full) &&
    (Boolean(run.acceptRemovals) || !asked.acceptRemovals)
  );
}

function described({ full, dryRun, acceptRemovals }: SyncRun): string {
  const options = [full && '--full', dryRun && '--dry-run', acceptRemovals && '--accept-removals'];
  const words = options.filter(Boolean).join(' ');
  return words === '' ? 'one that looks at what changed alone' : `one with ${words}`;
}
