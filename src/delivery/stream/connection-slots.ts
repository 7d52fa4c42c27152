import type { Clock } from '../../core/clock.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Urgency } from '../../host/host.ts';

export interface ConnectionSlotsOptions {
  clock: Clock;
  /** Connections to the host at one time, of all viewers together. */
  limit: number;
  /** Of one viewer. */
  perViewer: number;
  /** How long a player waits for one. */
  waitMs: number;
}

/** Who wants a connection to the host. */
export interface SlotRequest {
  viewer: string;
  urgency: Urgency;
  signal?: AbortSignal;
  /** The reading is to be given up for a film. */
  giveUp(): void;
  /** Since when the reader takes nothing, so that its connection could rest; undefined while it does. */
  idleSince(): number | undefined;
  /** The connection is to be closed until the reader goes on. */
  rest(): void;
}

interface QueuedRequest {
  request: SlotRequest;
  grant(): void;
}

/** A reader that takes nothing for so long lends its connection. */
const lendAfterMs = 5000;

const rankOf = (urgency: Urgency): number => (urgency === 'play' ? 0 : urgency === 'background' ? 2 : 1);

/**
 * Shares the connections that the host allows. A film never waits behind a background read: the newest of those gives
 * way. When all are films, the one whose reader has stopped lends its own; else the new one waits a moment.
 */
export interface ConnectionSlots {
  /**
   * A connection for this reader. @returns what gives it back; may be called twice
   * @throws BridgeError BRIDGE_TOO_MANY_STREAMS with a time to come back; the signal's reason
   */
  take(request: SlotRequest): Promise<() => void>;
  /** Connections in use. */
  used(): number;
}

export function createConnectionSlots({
  clock,
  limit,
  perViewer,
  waitMs,
}: ConnectionSlotsOptions): ConnectionSlots {
  /** In the order in which they were given. */
  const held = new Set<SlotRequest>();
  const queue: QueuedRequest[] = [];

  const heldBy = (viewer: string): number => {
    let count = 0;
    for (const one of held) if (one.viewer === viewer) count++;
    return count;
  };

  function isFree({ viewer }: SlotRequest): boolean {
    return held.size < limit && heldBy(viewer) < perViewer;
  }

  /** Makes room by what can give way. The slot is free when this returns true. */
  function makeRoom(request: SlotRequest): boolean {
    // Where the viewer has all of its own, nobody else's connection helps it.
    const isFull = heldBy(request.viewer) >= perViewer;
    const candidates = [...held].filter((one) => !isFull || one.viewer === request.viewer);
    const lesser = candidates
      .filter((one) => rankOf(one.urgency) > rankOf(request.urgency))
      .sort((a, b) => rankOf(b.urgency) - rankOf(a.urgency));
    const first = lesser[0];
    if (first) {
      // The newest of the least urgent.
      const newest = lesser
        .filter((one) => rankOf(one.urgency) === rankOf(first.urgency))
        .at(-1) as SlotRequest;
      held.delete(newest);
      newest.giveUp();
      return isFree(request);
    }
    // A film that rests wants its connection back: nothing but another film is worth that.
    if (request.urgency !== 'play') return false;
    const now = clock.now();
    const resting = candidates
      .filter((one) => now - (one.idleSince() ?? now) >= lendAfterMs)
      .sort((a, b) => (a.idleSince() as number) - (b.idleSince() as number))[0];
    if (!resting) return false;
    held.delete(resting);
    resting.rest();
    return isFree(request);
  }

  function release(request: SlotRequest): void {
    if (!held.delete(request)) return;
    const order = [...queue].sort((a, b) => rankOf(a.request.urgency) - rankOf(b.request.urgency));
    order.find((one) => isFree(one.request))?.grant();
  }

  return {
    async take(request) {
      request.signal?.throwIfAborted();
      if (!isFree(request) && !makeRoom(request)) await turn(request);
      held.add(request);
      return () => release(request);
    },

    used: () => held.size,
  };

  function turn(request: SlotRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = new AbortController();
      const leave = (error: unknown) => {
        end();
        reject(error);
      };
      const gone = () => leave(request.signal?.reason);
      const entry: QueuedRequest = {
        request,
        grant() {
          end();
          // Before the one who waited runs on: nobody else may slip in.
          held.add(request);
          resolve();
        },
      };
      const end = () => {
        const at = queue.indexOf(entry);
        if (at >= 0) queue.splice(at, 1);
        request.signal?.removeEventListener('abort', gone);
        stop.abort();
      };
      queue.push(entry);
      request.signal?.addEventListener('abort', gone, { once: true });
      clock.sleep(waitMs, stop.signal).then(
        () => {
          // Somebody may have stopped taking bytes meanwhile.
          if (isFree(request) || makeRoom(request)) return entry.grant();
          leave(new BridgeError('BRIDGE_TOO_MANY_STREAMS', { retryAt: clock.now() + 5000 }));
        },
        () => undefined,
      );
    });
  }
}
