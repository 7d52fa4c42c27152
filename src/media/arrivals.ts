import type { Clock } from '../core/clock.ts';
import { minuteMs } from '../core/durations.ts';
import type { FileId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';

export interface ArrivalsOptions {
  clock: Clock;
  log: Log;
  /** Lays these files' titles out again. @returns false when that has to wait, as for a sync that runs */
  onFacts: (fileIds: readonly FileId[], signal: AbortSignal) => Promise<boolean>;
}

/** So many files, or so long after the first one: not one plan of the tree for each of thousands. */
const maxFiles = 50;
const maxMs = minuteMs;

/** Files whose facts came in and are not in their NFO yet. The catalog knows them too, should the process end. */
export interface Arrivals {
  add(fileId: FileId): void;
  /** How long until these should be handed on, milliseconds; undefined = there are none. */
  dueInMs(): number | undefined;
  /** Hands them on. What cannot be done now is tried again after the same time; a failure is logged, not thrown. */
  handOn(signal: AbortSignal): Promise<void>;
}

export function createArrivals({ clock, log, onFacts }: ArrivalsOptions): Arrivals {
  let since = 0;
  const waiting = new Set<FileId>();

  return {
    add(fileId) {
      if (waiting.size === 0) since = clock.now();
      waiting.add(fileId);
    },

    dueInMs() {
      if (waiting.size === 0) return undefined;
      const restMs = since + maxMs - clock.now();
      return waiting.size >= maxFiles ? 0 : Math.min(maxMs, Math.max(0, restMs));
    },

    async handOn(signal) {
      const some = [...waiting];
      since = clock.now();
      try {
        if (await onFacts(some, signal)) for (const id of some) waiting.delete(id);
      } catch (error) {
        if (!signal.aborted)
          log.warn({ err: error, files: some.length }, 'media information is not in the tree yet');
      }
    },
  };
}
