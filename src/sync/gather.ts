import type { Clock } from '../core/clock.ts';
import { secondMs } from '../core/durations.ts';
import type { FileId } from '../core/ids.ts';
import { filesAtOnce } from './file-slices.ts';

/** What was listed is in the tree after so long, whatever there is. */
const gatherForMs = secondMs;

/**
 * Files of one listing after another until they are worth the work: a host that answers at once would have the tree
 * written in two thousand little steps.
 */
export interface Gatherer {
  /** Publishes when many wait, or the last time was long ago. */
  add(fileIds: readonly FileId[]): Promise<void>;
  /** Publishes what waits. */
  rest(): Promise<void>;
}

export function createGatherer(
  clock: Pick<Clock, 'now'>,
  publish: (fileIds: readonly FileId[]) => Promise<void>,
): Gatherer {
  let waiting: FileId[] = [];
  let publishedAt = Number.NEGATIVE_INFINITY;

  async function rest(): Promise<void> {
    const these = waiting;
    waiting = [];
    publishedAt = clock.now();
    await publish(these);
  }

  return {
    async add(fileIds) {
      waiting.push(...fileIds);
      if (waiting.length === 0) return;
      if (waiting.length >= filesAtOnce || clock.now() - publishedAt >= gatherForMs) await rest();
    },
    rest,
  };
}
