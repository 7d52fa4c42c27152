import type { Clock } from '../clock.ts';
import { BridgeError, type ErrorCode, errorTable } from '../errors.ts';
import type { Log } from '../log.ts';
import { HostRefusal } from './faults.ts';
import { type Closings, type Closure, createGate, readClosure } from './gate.ts';
import { createPace, createSpacing } from './pace.ts';
import { createQueue, type Waiting } from './queue.ts';

/** How urgent a call is, in this order. Only a play may use the burst, and it runs beside other calls. */
export type Urgency = 'play' | 'refresh' | 'probe' | 'index' | 'background';

export interface CallOptions {
  urgency: Urgency;
  signal?: AbortSignal;
  /** Longest wait for a turn, milliseconds. If not given: 15 s for a play, 60 s for a refresh, else no limit. */
  deadlineMs?: number;
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
  /** Between two listings of the whole account; an hour if not given (facts section 2.2). */
  accountListingIntervalMs?: number;
  /** Growing pauses after a flood answer; 5, 15 and 60 minutes if not given (facts section 4). */
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
const playsAtOnce = 2;
/** A sleeping machine or a clock that was set is noticed within this. */
const longestSleepMs = minuteMs;
/** The host counts a refused user/info too, and allows one in 5 minutes (facts section 2.1). */
const failedUserInfoMs = 10 * minuteMs;
const deadlinesMs: Partial<Record<Urgency, number>> = { play: 15_000, refresh: 60_000 };

/** See {@link Governor}. Order: urgency, then first come; the pace is {@link createPace}'s, the locks {@link createGate}'s. */
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
  const now = clock.now();
  const pace = createPace(requestIntervalMs, playBurst, now);
  const spacing = createSpacing(stored.next, Math.max(userInfoIntervalMs, accountListingIntervalMs), now);
  const gate = createGate({
    pauses,
    log,
    stored: { closings: stored.closings, closure: readClosure(stored.closure, pauses, now) },
    changed: save,
  });
  const queue = createQueue();
  const stopping = new AbortController();
  const running = { plays: 0, others: 0 };
  let callsMade = 0;
  let sleeping: AbortController | undefined;

  return { run, state, close };

  async function run<T>(asked: RunOptions, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    asked.signal?.throwIfAborted();
    if (stopping.signal.aborted) throw stopping.signal.reason;
    const isPlay = asked.urgency === 'play';
    const waitMs = asked.deadlineMs ?? deadlinesMs[asked.urgency] ?? Number.POSITIVE_INFINITY;
    const ticket = await turn({ ...asked, isPlay, waitMs, dueAt: clock.now() + waitMs });
    const signal = asked.signal ? AbortSignal.any([asked.signal, stopping.signal]) : stopping.signal;
    try {
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
      running[isPlay ? 'plays' : 'others']--;
      pump();
    }
  }

  /** Waits for the turn of a call and takes it: the ticket, the place and the token are the caller's on return. */
  function turn(wanted: Omit<Waiting, 'start' | 'refuse'>) {
    return new Promise<ReturnType<typeof gate.enter>>((resolve, reject) => {
      const { signal } = wanted;
      const cancel = () => {
        queue.remove(entry);
        reject(signal?.reason);
        pump();
      };
      const leave = () => {
        queue.remove(entry);
        signal?.removeEventListener('abort', cancel);
      };
      const entry: Waiting = {
        ...wanted,
        start(at) {
          leave();
          running[wanted.isPlay ? 'plays' : 'others']++;
          callsMade++;
          pace.take(at);
          const { intervalMs, isLong } = intervalOf(wanted.key);
          spacing.mark(wanted.key, at, intervalMs);
          if (isLong) save();
          resolve(gate.enter(at));
        },
        refuse(error) {
          leave();
          reject(error);
        },
      };
      signal?.addEventListener('abort', cancel, { once: true });
      queue.add(entry);
      pump();
    });
  }

  /** Looks at everything that waits: refuses what has no hope, starts what may start, sleeps until the next change. */
  function pump() {
    if (stopping.signal.aborted) return;
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
    const isLong = intervalOf(call.key).isLong && readyAt > at;
    if (!isLong && readyAt <= call.dueAt) return;
    const detail = `${call.verb} was asked too recently`;
    call.refuse(new BridgeError('BRIDGE_GATE_BUSY', { detail, retryAt: readyAt }));
  }

  /** The most urgent call that may start now; one that may not yet holds up nobody behind it. */
  function next(at: number): Waiting | undefined {
    const status = gate.status(at);
    if (status === 'closed' || (status === 'trial' && gate.trying())) return undefined;
    return queue.all().find((call) => hasPlace(call) && startableAt(call, at) <= at);
  }

  function hasPlace({ isPlay }: Waiting): boolean {
    return isPlay ? running.plays < playsAtOnce : running.others < 1;
  }

  function startableAt(call: Waiting, at: number): number {
    return Math.max(pace.readyAt(call.isPlay, at), spacing.readyAt(call.key, at));
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

  function closed({ why }: Closure, retryAt: number): BridgeError {
    return new BridgeError('BRIDGE_GATE_CLOSED', { detail: errorTable[why].message, retryAt });
  }

  function tooLate(at: number): BridgeError {
    const closure = gate.closure(at);
    const retryAt = Math.max(closure?.until ?? at, at + requestIntervalMs);
    return closure ? closed(closure, retryAt) : new BridgeError('BRIDGE_GATE_BUSY', { retryAt });
  }

  /** The intervals of hours are not waited for: the call is refused with the time of its turn. */
  function intervalOf(key: string | undefined): { intervalMs: number; isLong: boolean } {
    if (key?.startsWith('user:')) return { intervalMs: userInfoIntervalMs, isLong: true };
    if (key === 'folder:all') return { intervalMs: accountListingIntervalMs, isLong: true };
    return { intervalMs: key?.startsWith('folder:') ? folderIntervalMs : 0, isLong: false };
  }

  function state(): GovernorStatus {
    const at = clock.now();
    const closure = gate.closure(at);
    return {
      open: !closure,
      callsLeft: closure ? 0 : pace.left(at),
      ...(closure ? { closedUntil: closure.until, why: closure.why } : {}),
      waiting: queue.counts(),
      running: running.plays + running.others,
      callsMade,
    };
  }

  function close() {
    if (stopping.signal.aborted) return;
    const reason = new BridgeError('BRIDGE_STOPPING');
    stopping.abort(reason);
    sleeping?.abort();
    for (const call of queue.all()) call.refuse(reason);
  }

  function recall(): Required<Pick<GovernorState, 'next' | 'closings'>> & { closure: unknown } {
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
        ...(closure && closure.kind !== 'account' ? { closure } : {}),
        closings: gate.closings(),
        next: spacing.entries(at, (key) => intervalOf(key).isLong),
      });
    } catch (error) {
      log.warn({ err: error }, 'the state of the governor cannot be kept');
    }
  }
}
