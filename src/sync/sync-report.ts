import { isBridgeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { SyncResult } from './sync-run.ts';

/** The line of a sync that has ended. @param ms how long it took */
export function reportSync(log: Log, result: SyncResult, ms: number): void {
  const { outcome, reason, retryAt, calls, arrived, note, tree, away, whereabouts } = result;
  const facts = {
    outcome,
    calls,
    ms,
    arrived,
    ...note,
    tree: tree.counts,
    ...(whereabouts && { whereabouts }),
    ...(away.length > 0 ? { away } : {}),
    ...(retryAt ? { goesOnAt: new Date(retryAt).toISOString() } : {}),
  };
  if (outcome === 'done') log.info(facts, 'sync done');
  else if (isBridgeError(reason, 'BRIDGE_BUDGET'))
    log.info(facts, 'sync stopped for today; it goes on where it was');
  else {
    // That the key is refused was told by then, with its remedy.
    const level = isBridgeError(reason, 'BRIDGE_HOST_KEY') ? 'debug' : 'warn';
    log[level]({ ...facts, err: reason }, 'sync stopped; it goes on later where it was');
  }
}
