import type { Clock } from '../../core/clock.ts';
import { minuteMs } from '../../core/durations.ts';
import { isBridgeError } from '../../core/errors.ts';
import type { FileId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { RangeCache } from '../cache/range-cache.ts';
import type { ReadableFile } from './read-options.ts';
import type { Reader } from './reader.ts';

export interface PrefetchOptions {
  reader: Pick<Reader, 'open'>;
  rangeCache: Pick<RangeCache, 'covers' | 'keeps'>;
  clock: Clock;
  log: Log;
  /** What comes after this file, if anything does. */
  nextOf: (fileId: FileId) => Promise<(ReadableFile & { name: string }) | undefined>;
  /** Whether the host may be called. */
  mayAskHost: () => boolean;
  /** How much of its beginning is made ready; 0 = nothing. */
  headBytes: number;
}

/** A film is nearly over here. */
const share = 0.8;
/** What was made ready is not made ready again so soon. */
const againMs = 30 * minuteMs;

/** Makes the next episode ready while the last part of one plays: its link, and its beginning on disk. */
export interface Prefetch {
  /** A reading of this file has passed from one byte to another. Cheap: called for every piece. Never throws. */
  passed(file: ReadableFile, from: number, to: number): void;
  /** Makes nothing more ready, and lets go of what is being read. */
  close(): void;
}

export function createPrefetch(options: PrefetchOptions): Prefetch {
  const { reader, rangeCache, clock, log, nextOf, mayAskHost, headBytes } = options;
  const asked = new Map<string, number>();
  const closing = new AbortController();
  let busy = false;

  async function prepare(fileId: FileId): Promise<void> {
    const next = await nextOf(fileId);
    const { signal } = closing;
    if (!next || rangeCache.covers(next, 0) >= Math.min(headBytes, next.sizeBytes) || signal.aborted) return;
    // Where nothing is kept, its link alone.
    const end = Math.min(rangeCache.keeps() ? headBytes : 1, next.sizeBytes) - 1;
    const stream = await reader.open(next, { start: 0, end }, { urgency: 'background', keeps: true, signal });
    const stop = () => stream.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const _bytes of stream);
    } finally {
      signal.removeEventListener('abort', stop);
    }
    log.info({ fileId: next.id, name: next.name, after: fileId }, 'the next episode is ready');
  }

  return {
    passed(file, from, to) {
      const mark = file.sizeBytes * share;
      if (from >= mark || to < mark || headBytes === 0 || busy || closing.signal.aborted || !mayAskHost())
        return;
      const now = clock.now();
      if (now - (asked.get(file.id) ?? Number.NEGATIVE_INFINITY) < againMs) return;
      if (asked.size > 1000) asked.clear();
      asked.set(file.id, now);
      busy = true;
      prepare(file.id)
        .catch((error: unknown) => {
          // The host is busy with others: the next episode starts as any film does.
          if (!closing.signal.aborted && isBridgeError(error))
            log.debug({ err: error, after: file.id }, 'the next episode could not be made ready');
          else if (!closing.signal.aborted)
            log.warn({ err: error, after: file.id }, 'the next episode could not be made ready');
        })
        .finally(() => {
          busy = false;
        });
    },

    close: () => closing.abort(new Error('closing')),
  };
}
