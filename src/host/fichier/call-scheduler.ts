import type { Clock } from '../../core/clock.ts';
import { BridgeError, errorTable } from '../../core/errors.ts';
import type { Closure, Gate, Ticket } from './circuit-breaker.ts';
import { createQueue, type Urgency, type Waiting } from './queue.ts';
import type { Pace, Spacing } from './token-bucket.ts';

/** Who may call the host next. */
export interface Turns {
  /**
   * Waits for the turn of a call, and tells `started` the time at which it came. The place taken is given back with
   * `release`. Throws BRIDGE_GATE_CLOSED, BRIDGE_GATE_BUSY, the reason of the signal or that of `close`.
   */
  take(wanted: Wanted, started: (at: number) => void): Promise<Ticket>;
  /** Ends a call, after the gate has heard of its outcome. */
  release(urgency: Urgency): void;
  waiting(): Record<Urgency, number>;
  running(): number;
  close(reason: BridgeError): void;
}

export type Wanted = Omit<Waiting, 'start' | 'refuse'>;

const playsAtOnce = 2;
/** A machine that slept or a clock that was set is noticed within this. */
const longestSleepMs = 60_000;

/** Gives turns by urgency, then first come, as far as gate, pace and spacing allow. Has at most one sleep pending. */
export function createTurns(deps: {
  clock: Clock;
  gate: Gate;
  pace: Pace;
  spacing: Spacing;
  requestIntervalMs: number;
  /** Whether the interval of this key is too long to wait for. */
  isLong: (key: string | undefined) => boolean;
}): Turns {
  const { clock, gate, pace, spacing, requestIntervalMs, isLong } = deps;
  const queue = createQueue();
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

  function refuseHopeless(call: Waiting, at: number) {
    // Set back, the clock would stretch the wait beyond what the caller allowed.
    call.dueAt = Math.min(call.dueAt, at + call.waitMs);
    const closure = gate.closure(at);
    if (closure && closure.until > call.dueAt) return call.refuse(closed(closure, closure.until));
    const readyAt = spacing.readyAt(call.key, at);
    if (readyAt <= at || (readyAt <= call.dueAt && !isLong(call.key))) return;
    const detail = `${call.verb} was asked too recently`;
    call.refuse(new BridgeError('BRIDGE_GATE_BUSY', { detail, retryAt: readyAt }));
  }

  /** The most urgent call that may start now; one that may not yet holds up nobody behind it. */
  function next(at: number): Waiting | undefined {
    const status = gate.status(at);
    if (status === 'closed' || (status === 'trial' && gate.trying())) return undefined;
    return queue.all().find((call) => hasPlace(call) && startableAt(call, at) <= at);
  }

  /** Plays have places of their own, so that a slow listing does not stand in front of a film. */
  function hasPlace({ urgency }: Waiting): boolean {
    return urgency === 'play' ? running.plays < playsAtOnce : running.others < 1;
  }

  function startableAt(call: Waiting, at: number): number {
    return Math.max(pace.readyAt(call.urgency === 'play', at), spacing.readyAt(call.key, at));
  }

  /** When time alone changes something for a call. A full place or a trial under way ends with an event instead. */
  function wakeAt(call: Waiting, at: number): number {
    const status = gate.status(at);
    if (status === 'closed') return Math.min(call.dueAt, gate.closure(at)?.until ?? at);
    const mayStart = hasPlace(call) && !(status === 'trial' && gate.trying());
    return mayStart ? Math.min(call.dueAt, startableAt(call, at)) : call.dueAt;
  }

  function sleepUntil(wake: number, at: number) {
    sleeping?.abort();
    sleeping = undefined;
    if (wake === Number.POSITIVE_INFINITY) return;
    const mine = new AbortController();
    sleeping = mine;
    clock.sleep(Math.min(Math.max(1, wake - at), longestSleepMs), mine.signal).then(
      () => {
        if (sleeping === mine) pump();
      },
      () => {},
    );
  }

  function tooLate(at: number): BridgeError {
    const closure = gate.closure(at);
    const retryAt = Math.max(closure?.until ?? at, at + requestIntervalMs);
    return closure ? closed(closure, retryAt) : new BridgeError('BRIDGE_GATE_BUSY', { retryAt });
  }

  return {
    take: (wanted, started) =>
      new Promise((resolve, reject) => {
        const { signal, urgency } = wanted;
        const leave = () => {
          queue.remove(entry);
          signal?.removeEventListener('abort', cancel);
        };
        const cancel = () => {
          leave();
          reject(signal?.reason);
          pump();
        };
        const entry: Waiting = {
          ...wanted,
          start(at) {
            leave();
            running[urgency === 'play' ? 'plays' : 'others']++;
            pace.take(at);
            const ticket = gate.enter(at);
            started(at);
            resolve(ticket);
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

function closed({ why }: Closure, retryAt: number): BridgeError {
  return new BridgeError('BRIDGE_GATE_CLOSED', { detail: errorTable[why].message, retryAt });
}
