import type { Clock } from '../../core/clock.ts';
import { BridgeError, type ErrorCode } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { createTurns } from './call-scheduler.ts';
import { type Closings, type Closure, createGate, readClosure } from './circuit-breaker.ts';
import { HostRefusal } from './faults.ts';
import type { Urgency } from './queue.ts';
import { createPace, createSpacing } from './token-bucket.ts';

export type { Urgency };

export interface CallOptions {
  urgency: Urgency;
  signal?: AbortSignal;
  /** Longest wait for a turn, milliseconds. If not given: 15 s for a play, 60 s for a refresh, else no limit. */
  deadlineMs?: number;
  /** Called when the turn has come, just before the call goes out. */
  onTurn?: () => void;
}

export interface RunOptions extends CallOptions {
  /** Such as `folder/ls`. */
  verb: string;
  /** What must not be asked again too soon: `folder:<id>`, `folder:all`, `user:<print of the key>`. */
  key?: string;
}

/** What survives a restart. Holds no secret. */
export interface GovernorState {
  closure?: Closure;
  closings?: Closings;
  /** Key -> when it may be asked next (milliseconds since the epoch), for the intervals of an hour and more. */
  next?: Record<string, number>;
}

/** Keeps the state of the governor, on disk in the real process. `write` is called seldom: see GovernorState. */
export interface GovernorMemory {
  read(): GovernorState | undefined;
  write(state: GovernorState): void;
}

export interface GovernorOptions {
  clock: Clock;
  memory: GovernorMemory;
  log: Log;
  /** One call per this long, over time. */
  requestIntervalMs: number;
  /** One folder is never listed sooner than this after its last listing. */
  folderIntervalMs: number;
  /** Plays that may go out at once beyond the pace; 2 if not given. */
  playBurst?: number;
  /** Between two calls of user/info; 6 hours if not given. */
  userInfoIntervalMs?: number;
  /** Between two listings of the whole account; an hour if not given (facts/1fichier-api 2.2). */
  accountListingIntervalMs?: number;
  /** Growing pauses after a flood answer; 5, 15 and 60 minutes if not given (facts/1fichier-api 4). */
  pausesMs?: readonly number[];
  /** After "IP Locked"; an hour if not given. */
  ipPauseMs?: number;
  /** Growing pauses during maintenance; 1 and 5 minutes if not given. */
  maintenancePausesMs?: readonly number[];
  /** After a refused key; an hour if not given. A restart forgets it. */
  accountPauseMs?: number;
}

export interface GovernorStatus {
  open: boolean;
  /** How many plays could start at once; 0 while the gate is closed. */
  callsLeft: number;
  /** Milliseconds since the epoch. In the past while the one trial call is awaited. */
  closedUntil?: number;
  why?: ErrorCode;
  waiting: Record<Urgency, number>;
  running: number;
  /** Since the start of the process. */
  callsMade: number;
}

/** The one way to the host's API for an account. */
export interface Governor {
  /**
   * Runs `call` when its turn comes; the signal it gets aborts with the caller's and when the governor closes.
   * Throws what `call` throws (a HostRefusal that closed the gate gets the time of its reopening as `retryAt`), the
   * reason of `options.signal`, BRIDGE_GATE_CLOSED when the gate stays closed past the deadline, BRIDGE_GATE_BUSY when
   * the turn does not come in time or the same thing was asked too recently, BRIDGE_STOPPING after `close`.
   */
  run<T>(options: RunOptions, call: (signal: AbortSignal) => Promise<T>): Promise<T>;
  state(): GovernorStatus;
  /** Refuses everything that waits, aborts what runs, and takes nothing more. */
  close(): void;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** The host counts a refused user/info too, and allows one in 5 minutes (facts/1fichier-api 2.1). */
const failedUserInfoMs = 10 * minuteMs;
const deadlinesMs: Partial<Record<Urgency, number>> = { play: 15_000, refresh: 60_000 };

/** See {@link Governor}. Turns are given in `turns`, the pace is kept in `pace`, locks are known to `gate`. */
export function createGovernor(options: GovernorOptions): Governor {
  const { clock, memory, log, requestIntervalMs, folderIntervalMs, playBurst = 2 } = options;
  const { userInfoIntervalMs = 6 * hourMs, accountListingIntervalMs = hourMs } = options;
  const pauses = {
    flood: options.pausesMs ?? [5 * minuteMs, 15 * minuteMs, 60 * minuteMs],
    ip: [options.ipPauseMs ?? hourMs],
    maintenance: options.maintenancePausesMs ?? [minuteMs, 5 * minuteMs],
    account: [options.accountPauseMs ?? hourMs],
  };
  const stored = recall();
  const startedAt = clock.now();
  const pace = createPace(requestIntervalMs, playBurst, startedAt);
  const spacing = createSpacing(
    stored.next,
    Math.max(userInfoIntervalMs, accountListingIntervalMs),
    startedAt,
  );
  const gate = createGate({
    pauses,
    log,
    stored: { closings: stored.closings, closure: readClosure(stored.closure, pauses, startedAt) },
    changed: save,
  });
  const turns = createTurns({
    clock,
    gate,
    pace,
    spacing,
    requestIntervalMs,
    isLong: (key) => interval(key).isLong,
  });
  const stopping = new AbortController();
  let callsMade = 0;

  return {
    async run(asked, call) {
      asked.signal?.throwIfAborted();
      if (stopping.signal.aborted) throw stopping.signal.reason;
      const waitMs = asked.deadlineMs ?? deadlinesMs[asked.urgency] ?? Number.POSITIVE_INFINITY;
      const ticket = await turns.take({ ...asked, waitMs, dueAt: clock.now() + waitMs }, (at) => {
        callsMade++;
        const { intervalMs, isLong } = interval(asked.key);
        spacing.mark(asked.key, at, intervalMs);
        // Kept before the call goes out: a crash in the middle of it must not allow a second one.
        if (isLong) save();
      });
      const signal = asked.signal ? AbortSignal.any([asked.signal, stopping.signal]) : stopping.signal;
      try {
        asked.onTurn?.();
        const result = await call(signal);
        gate.leave(ticket, 'ok', clock.now());
        return result;
      } catch (error) {
        const fault = error instanceof HostRefusal ? error.fault : undefined;
        const didClose = gate.leave(ticket, fault ?? 'unknown', clock.now());
        if (asked.key?.startsWith('user:')) {
          spacing.mark(asked.key, clock.now(), Math.min(failedUserInfoMs, userInfoIntervalMs));
          save();
        }
        if (fault && didClose) throw new HostRefusal(fault, gate.closure(clock.now())?.until);
        throw error;
      } finally {
        turns.release(asked.urgency);
      }
    },
    state() {
      const at = clock.now();
      const closure = gate.closure(at);
      return {
        open: !closure,
        callsLeft: closure ? 0 : pace.left(at),
        ...(closure ? { closedUntil: closure.until, why: closure.why } : {}),
        waiting: turns.waiting(),
        running: turns.running(),
        callsMade,
      };
    },
    close() {
      if (stopping.signal.aborted) return;
      const reason = new BridgeError('BRIDGE_STOPPING');
      stopping.abort(reason);
      turns.close(reason);
    },
  };

  /** The long intervals are not waited for: such a call is refused with the time of its turn. */
  function interval(key: string | undefined): { intervalMs: number; isLong: boolean } {
    if (key?.startsWith('user:')) return { intervalMs: userInfoIntervalMs, isLong: true };
    if (key === 'folder:all') return { intervalMs: accountListingIntervalMs, isLong: true };
    return { intervalMs: key?.startsWith('folder:') ? folderIntervalMs : 0, isLong: false };
  }

  function recall() {
    let state: GovernorState | undefined;
    try {
      state = memory.read();
    } catch (error) {
      log.warn({ err: error }, 'what the governor knew before the restart cannot be read');
    }
    return { next: state?.next ?? {}, closings: state?.closings ?? {}, closure: state?.closure };
  }

  function save() {
    const at = clock.now();
    const closure = gate.closure(at);
    try {
      memory.write({
        // A refused key is forgotten at a restart: the person may have come with a new one.
        ...(closure && closure.kind !== 'account' ? { closure: { ...closure } } : {}),
        closings: { ...gate.closings() },
        next: spacing.entries(at, (key) => interval(key).isLong),
      });
    } catch (error) {
      log.warn({ err: error }, 'the state of the governor cannot be kept');
    }
  }
}
