import type { Clock } from '../../../core/clock.ts';
import { minuteMs } from '../../../core/durations.ts';
import { BridgeError, errorTable } from '../../../core/errors.ts';
import type { Urgency } from '../../host.ts';
import { remedyFor } from '../remedies.ts';
import type { Block, CallPass, CircuitBreaker } from './circuit-breaker.ts';
import type { MinInterval } from './min-interval.ts';
import { createCallQueue, type QueuedCall } from './queue.ts';
import type { TokenBucket } from './token-bucket.ts';

/** Who may call the host next. */
export interface CallScheduler {
  /**
   * Waits for the turn of a call, and tells `started` the time at which it came. The place taken is given back with
   * `release`. Throws BRIDGE_GATE_CLOSED, BRIDGE_GATE_BUSY, the reason of the signal or that of `close`.
   */
  take(request: CallRequest, started: (at: number) => void): Promise<CallPass>;
  /** Ends a call, after the circuit breaker has heard of its outcome. */
  release(urgency: Urgency): void;
  waiting(): Record<Urgency, number>;
  running(): number;
  close(reason: BridgeError): void;
}

export type CallRequest = Omit<QueuedCall, 'start' | 'refuse'>;

const playsAtOnce = 2;
/** A machine that slept or a clock that was set is noticed within this. */
const maxSleepMs = minuteMs;

/** Gives turns by urgency, then first come, as far as circuit breaker, pace and intervals allow. Has at most one sleep pending. */
export function createCallScheduler(deps: {
  clock: Clock;
  breaker: CircuitBreaker;
  bucket: TokenBucket;
  minInterval: MinInterval;
  requestIntervalMs: number;
  /** Whether the interval of this key is too long to wait for. */
  isLong: (key: string | undefined) => boolean;
}): CallScheduler {
  const { clock, breaker, bucket, minInterval, requestIntervalMs, isLong } = deps;
  const queue = createCallQueue();
  const running = { plays: 0, others: 0 };
  let sleeping: AbortController | undefined;
  let isClosed = false;

  /** Looks at everything that waits: refuses what has no hope, starts what may start, sleeps until the next change. */
  function pump() {
    if (isClosed) return;
    const at = clock.now();
    for (const call of queue.all()) refuseHopeless(call, at);
    for (let call = next(at); call; call = next(at)) call.start(at);
    for (const call of queue.all()) if (call.dueAt <= at) call.refuse(tooLate(at));
    sleepUntil(Math.min(...queue.all().map((call) => wakeAt(call, at))), at);
  }

  function refuseHopeless(call: QueuedCall, at: number) {
    // Set back, the clock would stretch the wait beyond what the caller allowed.
    call.dueAt = Math.min(call.dueAt, at + call.waitMs);
    const block = breaker.block(at);
    if (block && block.until > call.dueAt) return call.refuse(blocked(block, block.until));
    const readyAt = minInterval.readyAt(call.key, at);
    if (readyAt <= at || (readyAt <= call.dueAt && !isLong(call.key))) return;
    call.refuse(
      new BridgeError('BRIDGE_GATE_BUSY', {
        detail: `${call.verb} was asked too recently`,
        remedy: 'Wait until then: the host locks out who asks this more often',
        retryAt: readyAt,
      }),
    );
  }

  /** The most urgent call that may start now; one that may not yet holds up nobody behind it. */
  function next(at: number): QueuedCall | undefined {
    const status = breaker.status(at);
    if (status === 'blocked' || (status === 'trial' && breaker.isTrying())) return undefined;
    return queue.all().find((call) => hasPlace(call) && startableAt(call, at) <= at);
  }

  /** Plays have places of their own, so that a slow listing does not stand in front of a film. */
  function hasPlace({ urgency }: QueuedCall): boolean {
    return urgency === 'play' ? running.plays < playsAtOnce : running.others < 1;
  }

  function startableAt(call: QueuedCall, at: number): number {
    return Math.max(bucket.readyAt(call.urgency === 'play', at), minInterval.readyAt(call.key, at));
  }

  /** When time alone changes something for a call. A full place or a trial under way ends with an event instead. */
  function wakeAt(call: QueuedCall, at: number): number {
    const status = breaker.status(at);
    if (status === 'blocked') return Math.min(call.dueAt, breaker.block(at)?.until ?? at);
    const mayStart = hasPlace(call) && !(status === 'trial' && breaker.isTrying());
    return mayStart ? Math.min(call.dueAt, startableAt(call, at)) : call.dueAt;
  }

  function sleepUntil(wake: number, at: number) {
    sleeping?.abort();
    sleeping = undefined;
    if (wake === Number.POSITIVE_INFINITY) return;
    const mine = new AbortController();
    sleeping = mine;
    clock.sleep(Math.min(Math.max(1, wake - at), maxSleepMs), mine.signal).then(
      () => {
        if (sleeping === mine) pump();
      },
      () => {},
    );
  }

  function tooLate(at: number): BridgeError {
    const block = breaker.block(at);
    const retryAt = Math.max(block?.until ?? at, at + requestIntervalMs);
    return block ? blocked(block, retryAt) : new BridgeError('BRIDGE_GATE_BUSY', { retryAt });
  }

  return {
    take: (request, started) =>
      new Promise((resolve, reject) => {
        const { signal, urgency } = request;
        const leave = () => {
          queue.remove(entry);
          signal?.removeEventListener('abort', cancel);
        };
        const cancel = () => {
          leave();
          reject(signal?.reason);
          pump();
        };
        const entry: QueuedCall = {
          ...request,
          start(at) {
            leave();
            running[urgency === 'play' ? 'plays' : 'others']++;
            bucket.take(at);
            const pass = breaker.enter(at);
            started(at);
            resolve(pass);
          },
          refuse(error) {
            leave();
            reject(error);
          },
        };
        signal?.addEventListener('abort', cancel, { once: true });
        queue.add(entry);
        pump();
      }),
    release(urgency) {
      running[urgency === 'play' ? 'plays' : 'others']--;
      pump();
    },
    waiting: queue.counts,
    running: () => running.plays + running.others,
    close(reason) {
      isClosed = true;
      sleeping?.abort();
      for (const call of queue.all()) call.refuse(reason);
    },
  };
}

function blocked({ why }: Block, retryAt: number): BridgeError {
  // What helps is what helps against the cause: waiting does not mend a key.
  const { message: detail } = errorTable[why];
  return new BridgeError('BRIDGE_GATE_CLOSED', { detail, remedy: remedyFor(why), retryAt });
}
