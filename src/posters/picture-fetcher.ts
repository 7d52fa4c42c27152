import { createBoundedCache } from '../core/bounded-cache.ts';
import type { Clock } from '../core/clock.ts';
import { minuteMs } from '../core/durations.ts';
import { createKeyedTurns } from '../core/keyed-turns.ts';
import type { Log } from '../core/log.ts';
import { type PictureType, pictureTypeOf } from '../library/sidecars/picture-type.ts';
import type { FetchBytes } from '../notify/http.ts';
import { type HttpRequest, ServerFault } from '../notify/servers/adapter.ts';
import type { Server } from '../notify/servers/servers.ts';
import type { FoundPicture } from './server-pictures.ts';

/** The bytes of a picture, and what they are. */
export interface PictureBytes {
  bytes: Buffer;
  type: PictureType;
}

export interface PictureFetcherOptions {
  fetchBytes: FetchBytes;
  clock: Clock;
  log: Log;
}

/** One that is 400 pixels wide takes some 50 KB. */
const maxPictureBytes = 2 * 1024 * 1024;
const maxHeldBytes = 32 * 1024 * 1024;
/** At one time, of all servers; what comes while so many wait is not waited for. */
const maxFetches = 4;
const maxWaiting = 200;
const maxRefusals = 5000;
const refusedMs = 10 * minuteMs;
/** A server that does not answer holds nobody up for so long. */
const restMs = minuteMs;

/**
 * Fetches posters from media servers: one request for each picture, however many ask for it, and its bytes kept in
 * memory, 32 MB of all. What was refused, or is no picture, is not asked for again for a while.
 */
export interface PictureFetcher {
  /** @returns undefined where it cannot be had now */
  fetch(picture: FoundPicture): Promise<PictureBytes | undefined>;
  stop(): Promise<void>;
}

export function createPictureFetcher({ fetchBytes, clock, log }: PictureFetcherOptions): PictureFetcher {
  const leave = new AbortController();
  const turns = createKeyedTurns(() => maxFetches);
  const flying = new Map<string, Promise<PictureBytes | undefined>>();
  /** The one that was looked at longest ago first. */
  const kept = new Map<string, PictureBytes>();
  let heldBytes = 0;
  const refused = createBoundedCache<string, number>(maxRefusals);
  const resting = new WeakMap<Server, number>();

  function keep(version: string, picture: PictureBytes): void {
    kept.set(version, picture);
    heldBytes += picture.bytes.length;
    for (const [oldest, { bytes }] of kept) {
      if (heldBytes <= maxHeldBytes) return;
      kept.delete(oldest);
      heldBytes -= bytes.length;
    }
  }

  function isRefused({ server, version }: FoundPicture): boolean {
    const now = clock.now();
    return (refused.get(version) ?? 0) > now || (resting.get(server) ?? 0) > now;
  }

  /** By the first of these ways that has an answer. */
  async function fetchBy([way, ...others]: readonly HttpRequest[], server: Server): Promise<PictureBytes> {
    try {
      const bytes = way ? await fetchBytes(server, way, maxPictureBytes, leave.signal) : Buffer.alloc(0);
      const type = pictureTypeOf(bytes);
      if (type === undefined)
        throw new ServerFault('gives something that is no picture', undefined, 'question', 200);
      return { bytes, type };
    } catch (error) {
      // Who does not answer, or refuses the token, is not asked in another way.
      const isOfWay = error instanceof ServerFault && (error.of === 'length' || error.status !== undefined);
      if (!isOfWay || others.length === 0 || leave.signal.aborted) throw error;
      return fetchBy(others, server);
    }
  }

  async function fetchNow(picture: FoundPicture): Promise<PictureBytes | undefined> {
    const { server, version } = picture;
    const ways = server.adapter.requestsOfPicture?.(picture) ?? [];
    if (ways.length === 0 || isRefused(picture) || leave.signal.aborted) return undefined;
    try {
      const fetched = await fetchBy(ways, server);
      keep(version, fetched);
      return fetched;
    } catch (error) {
      if (leave.signal.aborted) return undefined;
      if (!(error instanceof ServerFault)) throw error;
      // One picture that is gone says nothing of the others.
      if (error.of === 'server' && error.status !== 404) resting.set(server, clock.now() + restMs);
      else refused.set(version, clock.now() + refusedMs);
      log.debug({ server: server.name, why: error.message }, 'a poster could not be had');
      return undefined;
    }
  }

  return {
    async fetch(picture) {
      const { version } = picture;
      const known = kept.get(version);
      if (known) {
        kept.delete(version);
        kept.set(version, known);
        return known;
      }
      if (isRefused(picture)) return undefined;
      const underWay = flying.get(version);
      if (underWay) return underWay;
      if (flying.size >= maxWaiting) return undefined;
      const fetching = turns
        .take(version, () => fetchNow(picture))
        .finally(() => {
          flying.delete(version);
        });
      flying.set(version, fetching);
      return fetching;
    },

    async stop() {
      leave.abort(new Error('posters are not fetched any more'));
      await Promise.allSettled(flying.values());
    },
  };
}
