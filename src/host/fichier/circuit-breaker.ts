import { type ErrorCode, errorTable } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Fault, GateKind } from './faults.ts';

/** Why and until when (milliseconds since the epoch) no call goes out. */
export interface Closure {
  kind: Exclude<GateKind, 'none'>;
  why: ErrorCode;
  until: number;
  pauseMs: number;
}

/** How long each kind of closing lasts, one entry per closing in a row; the last one repeats. Milliseconds. */
export type Pauses = Record<Closure['kind'], readonly number[]>;

/** How often each kind has closed the gate since the last success. */
export type Closings = Partial<Record<Closure['kind'], number>>;

/** What a call that has started holds until it ends. */
export interface Ticket {
  epoch: number;
  isTrial: boolean;
}

export interface Gate {
  /** `trial`: the pause is over and one call may go out to see whether the host has forgiven. */
  status(now: number): 'open' | 'closed' | 'trial';
  closure(now: number): Closure | undefined;
  closings(): Closings;
  /** Whether a trial is under way, so that everybody else waits for it. */
  trying(): boolean;
  enter(now: number): Ticket;
  /** Ends a call: `ok`, the host's fault, or `unknown` (cancelled, no network). True if it closed the gate. */
  leave(ticket: Ticket, outcome: 'ok' | 'unknown' | Fault, now: number): boolean;
}

/**
 * The closure that an earlier run kept, as far as it can be believed: of a known kind, and no longer than the longest
 * pause from now, because the clock may have been wrong then.
 */
export function readClosure(stored: unknown, pauses: Pauses, now: number): Closure | undefined {
  const closure = (stored ?? {}) as Partial<Closure>;
  const { kind, why, until } = closure;
  if (!kind || !(kind in pauses) || kind === 'account' || !why || !(why in errorTable)) return undefined;
  if (typeof until !== 'number' || !Number.isFinite(until)) return undefined;
  const longestMs = Math.max(...Object.values(pauses).flat());
  return { kind, why, until: Math.min(until, now + longestMs), pauseMs: longestMs };
}

function readClosings(stored: Closings): Closings {
  return Object.fromEntries(
    Object.entries(stored).filter(([, times]) => Number.isSafeInteger(times) && times > 0),
  );
}

/** The gate in front of the host, open or closed; `saved` runs whenever that changes. Knows nothing of waiting calls. */
export function createGate(options: {
  pauses: Pauses;
  log: Log;
  stored: { closure: Closure | undefined; closings: Closings };
  changed: () => void;
}): Gate {
  const { pauses, log } = options;
  let closed: Closure | undefined = options.stored.closure;
  let closings = readClosings(options.stored.closings);
  let strikes = 0;
  let epoch = 0;
  let trying = false;

  const look = (now: number) => {
    // A clock that was set back must not make the pause longer than it was meant to be.
    if (closed && closed.until > now + closed.pauseMs) closed.until = now + closed.pauseMs;
    return closed;
  };

  const open = (ticket: Ticket) => {
    if (!closed) return;
    closed = undefined;
    epoch++;
    log.info({ trial: ticket.isTrial }, 'the gate to the host is open again');
    options.changed();
  };

  const close = (fault: Fault, kind: Closure['kind'], isOld: boolean, now: number) => {
    const before = closings[kind] ?? 0;
    const nth = isOld ? Math.max(0, before - 1) : before;
    const pause = pauses[kind][Math.min(nth, pauses[kind].length - 1)] ?? 0;
    const pauseMs = Math.max(pause, fault.askedMs ?? 0);
    // Of several calls that were out when it closed, all get the same answer: that is one closing, not many.
    if (closed && isOld && closed.until >= now + pauseMs) return;
    if (!isOld) closings[kind] = before + 1;
    closed = { kind, why: fault.code, until: now + pauseMs, pauseMs };
    strikes = 0;
    epoch++;
    log.warn({ why: fault.code, pauseMs, closedUntil: closed.until }, 'the gate to the host is closed');
    options.changed();
  };

  return {
    status(now) {
      const closure = look(now);
      return !closure ? 'open' : now < closure.until ? 'closed' : 'trial';
    },
    closure: look,
    closings: () => closings,
    trying: () => trying,
    enter(now) {
      const closure = look(now);
      const isTrial = closure !== undefined && now >= closure.until;
      if (isTrial) trying = true;
      return { epoch, isTrial };
    },
    leave(ticket, outcome, now) {
      if (ticket.isTrial) trying = false;
      if (outcome === 'unknown') return false;
      // What was asked before the gate closed says nothing about how the host feels now.
      const isOld = ticket.epoch !== epoch;
      if (outcome === 'ok') {
        if (isOld && closed) return false;
        strikes = 0;
        closings = {};
        open(ticket);
        return false;
      }
      if (outcome.gate === 'none') {
        if (ticket.isTrial && !isOld) open(ticket);
        return false;
      }
      if (!ticket.isTrial && ++strikes < outcome.strikes) return false;
      close(outcome, outcome.gate, isOld, now);
      return true;
    },
  };
}
