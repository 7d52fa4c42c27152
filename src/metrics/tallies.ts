import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { jsonOf } from '../core/codec.ts';
import { isBridgeError } from '../core/errors.ts';
import type { KeptFact } from '../core/kept-fact.ts';
import type { Reader } from '../delivery/stream/reader.ts';
import type { FileToSend, HostWrites, UploadOptions, WritableHost } from '../host/host-writes.ts';
import { createPlayCounts, type PlayCounts } from './play-counts.ts';
import { createTally, type Tally } from './tally.ts';

const crawled = z.object({ at: z.number() });
/** When the last complete crawl ended, milliseconds UTC. */
export type CrawlEnd = z.infer<typeof crawled>;
export const crawlEndCodec = jsonOf(crawled);

/** What is counted while the bridge works, so that it can be told when somebody asks. Nothing here is slow or throws. */
export interface Tallies {
  readonly plays: PlayCounts;
  readonly notified: Tally<'kind' | 'result'>;
  readonly uploads: Tally<'result'>;
  uploadBytes(): number;
  /** Of readings that are no plays. */
  background(): { cachedBytes: number; hostBytes: number };
  /** The same reader; readings in the background are counted. */
  watchedReader(reader: Reader): Reader;
  /** The same host; what is sent to it is counted. */
  watchedHost(host: WritableHost): WritableHost;
  /** The same work, after which somebody has looked for new files. */
  watchedSearch<A extends unknown[], R>(search: (...args: A) => Promise<R>): (...args: A) => Promise<R>;
  /** When somebody looked for new files last, or when this began; milliseconds UTC. */
  searchedAt(): number;
  /** A complete crawl has ended. */
  crawled(): void;
  /** When the last one did, milliseconds UTC; undefined before the first. */
  crawledAt(): number | undefined;
}

/** @param lastCrawl outlives a restart */
export function createTallies(clock: Clock, lastCrawl: KeptFact<CrawlEnd>): Tallies {
  const uploads = createTally<'result'>();
  const background = { cachedBytes: 0, hostBytes: 0 };
  let uploadBytes = 0;
  let searchedAt = clock.now();

  async function send(upload: HostWrites['upload'], file: FileToSend, options: UploadOptions) {
    let told = 0;
    try {
      const sent = await upload(file, {
        ...options,
        onBytes(bytes) {
          uploadBytes += Math.max(0, bytes - told);
          told = bytes;
          options.onBytes?.(bytes);
        },
      });
      uploads.add({ result: sent ? 'stored' : 'untold' });
      return sent;
    } catch (error) {
      uploads.add({ result: resultOf(error, options.signal) });
      throw error;
    }
  }

  return {
    plays: createPlayCounts(),
    notified: createTally(),
    uploads,
    uploadBytes: () => uploadBytes,
    background: () => ({ ...background }),

    watchedReader: (reader) => ({
      ...reader,
      open(file, range, options) {
        if (options.urgency === 'play') return reader.open(file, range, options);
        return reader.open(file, range, {
          ...options,
          onCached(bytes) {
            background.cachedBytes += bytes;
            // All that passes counts as the host's at first.
            background.hostBytes -= bytes;
            options.onCached?.(bytes);
          },
          onPassed(from, to) {
            background.hostBytes += to - from;
            options.onPassed?.(from, to);
          },
        });
      },
    }),

    watchedHost: (host) => ({
      ...host,
      writes: { ...host.writes, upload: (file, options) => send(host.writes.upload, file, options) },
    }),

    watchedSearch:
      (search) =>
      async (...args) => {
        const found = await search(...args);
        searchedAt = clock.now();
        return found;
      },
    searchedAt: () => searchedAt,

    crawled: () => lastCrawl.write({ at: clock.now() }),
    crawledAt: () => lastCrawl.read()?.at,
  };
}

function resultOf(error: unknown, signal: AbortSignal | undefined): string {
  if (signal?.aborted || isBridgeError(error, 'BRIDGE_STOPPING')) return 'stopped';
  return isBridgeError(error, 'BRIDGE_UPLOAD_UNSURE') ? 'unsure' : 'failed';
}
