import type { Clock } from '../../../core/clock.ts';
import { hourMs, minuteMs } from '../../../core/durations.ts';
import { BridgeError } from '../../../core/errors.ts';
import type { KeptFact } from '../../../core/kept-fact.ts';
import type { Log } from '../../../core/log.ts';
import type { CallOptions, HostState, Urgency } from '../../host.ts';
import { HostRefusal } from '../refusals.ts';
import { createCallScheduler } from './call-scheduler.ts';
import { createCircuitBreaker, readBlock } from './circuit-breaker.ts';
import { createGovernorMemory, type GovernorState } from './governor-memory.ts';
import { createMinInterval } from './min-interval.ts';
import { createTokenBucket } from './token-bucket.ts';

export interface RunOptions extends CallOptions {
  /** Such as `folder/ls`. */
  verb: string;
  /** What must not be asked again too soon: `folder:<id>`, `folder:all`, `user:<fingerprint of the key>`. */
  key?: string;
}

export interface GovernorOptions {
  /** Which key calls are made with: a refusal of it outlives a restart, and is forgotten for another. */
  keyFingerprint?: string;
  clock: Clock;
  memory: KeptFact<GovernorState>;
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
  /** Growing waits after a flood answer; 5, 15 and 60 minutes if not given (facts/1fichier-api 4). */
  floodBackoffMs?: readonly number[];
  /** After "IP Locked"; an hour if not given. */
  ipBackoffMs?: number;
  /** Growing waits during maintenance; 1 and 5 minutes if not given. */
  maintenanceBackoffMs?: readonly number[];
  /** After a refused key; an hour if not given. Another key is tried at once. */
  accountBackoffMs?: number;
}

/** The one way to the host's API for an account. */
export interface Governor {
  /**
   * Runs `call` when its turn comes; the signal it gets aborts with the caller's and when the governor closes.
   * Throws what `call` throws (a HostRefusal that blocks all calls gets the end of the block as `retryAt`), the
   * reason of `options.signal`, BRIDGE_GATE_CLOSED when calls stay blocked past the deadline, BRIDGE_GATE_BUSY when
   * the turn does not come in time or the same thing was asked too recently, BRIDGE_STOPPING after `close`.
   */
  run<T>(options: RunOptions, call: (signal: AbortSignal) => Promise<T>): Promise<T>;
  state(): HostState;
  /** Refuses everything that waits, aborts what runs, and takes nothing more. */
  close(): void;
}

/** The host counts a refused user/info too, and allows one in 5 minutes (facts/1fichier-api 2.1). */
const failedUserInfoMs = 10 * minuteMs;
const deadlinesMs: Partial<Record<Urgency, number>> = { play: 15_000, write: minuteMs, refresh: minuteMs };

/** See {@link Governor}. Turns are given by the call scheduler, at the pace of the token bucket; the circuit breaker knows of locks. */
export function createGovernor(options: GovernorOptions): Governor {
  const { clock, log, requestIntervalMs, folderIntervalMs, playBurst = 2, keyFingerprint } = options;
  const { userInfoIntervalMs = 6 * hourMs, accountListingIntervalMs = hourMs } = options;
  const backoffs = {
    flood: options.floodBackoffMs ?? [5 * minuteMs, 15 * minuteMs, 60 * minuteMs],
    ip: [options.ipBackoffMs ?? hourMs],
    maintenance: options.maintenanceBackoffMs ?? [minuteMs, 5 * minuteMs],
    account: [options.accountBackoffMs ?? hourMs],
  };
  const memory = createGovernorMemory(options.memory, log);
  const stored = memory.read();
  const startedAt = clock.now();
  const bucket = createTokenBucket(requestIntervalMs, playBurst, startedAt);
  const minInterval = createMinInterval(
    stored.next,
    Math.max(userInfoIntervalMs, accountListingIntervalMs),
    startedAt,
  );
  const breaker = createCircuitBreaker({
    backoffs,
    log,
    stored: { counts: stored.counts, block: readBlock(stored.block, backoffs, startedAt, keyFingerprint) },
    changed: save,
  });
  const scheduler = createCallScheduler({
    clock,
    breaker,
    bucket,
    minInterval,
    requestIntervalMs,
    isLong: (key) => interval(key).isLong,
  });
  const ofKey = keyFingerprint === undefined ? {} : { keyFingerprint };
  const stopping = new AbortController();
  let callsMade = 0;

  return {
    async run(request, call) {
      request.signal?.throwIfAborted();
      if (stopping.signal.aborted) throw stopping.signal.reason;
      const waitMs = request.deadlineMs ?? deadlinesMs[request.urgency] ?? Number.POSITIVE_INFINITY;
      const pass = await scheduler.take({ ...request, waitMs, dueAt: clock.now() + waitMs }, (at) => {
        callsMade++;
        // Kept before the call goes out: a crash in the middle of it must not allow a second one.
        mark(request.key, at);
      });
      const signal = request.signal ? AbortSignal.any([request.signal, stopping.signal]) : stopping.signal;
      try {
        request.onTurn?.();
        const result = await call(signal);
        // The host counts from when it was asked: later than the call went out, and no later than its answer.
        mark(request.key, clock.now());
        breaker.leave(pass, 'ok', clock.now());
        return result;
      } catch (error) {
        mark(request.key, clock.now());
        const refusal = error instanceof HostRefusal ? error.refusal : undefined;
        const doesBlock = breaker.leave(pass, refusal ?? 'unknown', clock.now());
        if (request.key?.startsWith('user:')) {
          minInterval.mark(request.key, clock.now(), Math.min(failedUserInfoMs, userInfoIntervalMs));
          save();
        }
        if (refusal && doesBlock) throw new HostRefusal(refusal, breaker.block(clock.now())?.until);
        throw error;
      } finally {
        scheduler.release(request.urgency);
      }
    },
    state() {
      const at = clock.now();
      const block = breaker.block(at);
      return {
        isBlocked: block !== undefined,
        ...(block ? { blockedUntil: block.until, blockedBy: block.why } : {}),
        callsLeft: block ? 0 : bucket.left(at),
        waiting: scheduler.waiting(),
        running: scheduler.running(),
        callsMade,
      };
    },
    close() {
      if (stopping.signal.aborted) return;
      const reason = new BridgeError('BRIDGE_STOPPING');
      stopping.abort(reason);
      scheduler.close(reason);
    },
  };

  /** The long intervals are not waited for: such a call is refused with the time of its turn. */
  function interval(key: string | undefined): { intervalMs: number; isLong: boolean } {
    if (key?.startsWith('user:')) return { intervalMs: userInfoIntervalMs, isLong: true };
    if (key === 'folder:all') return { intervalMs: accountListingIntervalMs, isLong: true };
    return { intervalMs: key?.startsWith('folder:') ? folderIntervalMs : 0, isLong: false };
  }

  /** It is asked for at this time. */
  function mark(key: string | undefined, at: number): void {
    const { intervalMs, isLong } = interval(key);
    minInterval.mark(key, at, intervalMs);
    if (isLong) save();
  }

  function save() {
    const at = clock.now();
    const block = breaker.block(at);
    memory.write({
      ...(block ? { block: block.kind === 'account' ? { ...block, ...ofKey } : { ...block } } : {}),
      counts: { ...breaker.counts() },
      next: minInterval.entries(at, (key) => interval(key).isLong),
    });
  }
}
