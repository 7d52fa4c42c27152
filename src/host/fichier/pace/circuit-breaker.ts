import { type ErrorCode, errorTable } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { BlockKind, Refusal } from '../refusals.ts';

/** Why and until when (milliseconds since the epoch) no call goes out. */
export interface Block {
  kind: Exclude<BlockKind, 'none'>;
  why: ErrorCode;
  until: number;
  backoffMs: number;
  /** Of a key that was refused: which one it was. */
  keyFingerprint?: string;
}

/** How long each kind of block lasts, one entry per block in a row; the last one repeats. Milliseconds. */
export type Backoffs = Record<Block['kind'], readonly number[]>;

/** How often each kind has blocked calls since the last success. */
export type BlockCounts = Partial<Record<Block['kind'], number>>;

/** What a call that has started holds until it ends. */
export interface CallPass {
  epoch: number;
  isTrial: boolean;
}

/**
 * Stops all calls after a refusal that repeating would make worse, and lets them pass again when a trial call went
 * well. Other circuit breakers say `open` for blocked and `closed` for passing; here it is called what it does.
 */
export interface CircuitBreaker {
  /** `trial`: the block is over and one call may go out to see whether the host has forgiven. */
  status(now: number): 'passing' | 'blocked' | 'trial';
  /** Also while its trial is awaited. Undefined = calls pass. */
  block(now: number): Block | undefined;
  counts(): BlockCounts;
  /** Whether a trial is under way, so that everybody else waits for it. */
  isTrying(): boolean;
  enter(now: number): CallPass;
  /** Ends a call: `ok`, the host's refusal, or `unknown` (cancelled, no network). True if it blocks calls from now on. */
  leave(pass: CallPass, outcome: 'ok' | 'unknown' | Refusal, now: number): boolean;
}

/**
 * The block that an earlier run kept, as far as it can be believed: of a known kind, no longer than the longest backoff
 * from now, because the clock may have been wrong then, and of a refused key only while the key is the same.
 */
export function readBlock(
  stored: unknown,
  backoffs: Backoffs,
  now: number,
  keyFingerprint: string | undefined,
): Block | undefined {
  const block = (stored ?? {}) as Partial<Block>;
  const { kind, why, until } = block;
  if (!kind || !Object.hasOwn(backoffs, kind) || !why || !Object.hasOwn(errorTable, why)) return undefined;
  if (typeof until !== 'number' || !Number.isFinite(until)) return undefined;
  const ofKey = kind === 'account' && keyFingerprint !== undefined ? { keyFingerprint } : undefined;
  if (kind === 'account' && (!ofKey || block.keyFingerprint !== keyFingerprint)) return undefined;
  const maxMs = Math.max(...Object.values(backoffs).flat());
  return { kind, why, until: Math.min(until, now + maxMs), backoffMs: maxMs, ...ofKey };
}

function readCounts(stored: BlockCounts): BlockCounts {
  return Object.fromEntries(
    Object.entries(stored).filter(([, times]) => Number.isSafeInteger(times) && times > 0),
  );
}

/** See {@link CircuitBreaker}. `changed` runs whenever calls are blocked or pass again. Knows nothing of waiting calls. */
export function createCircuitBreaker(options: {
  backoffs: Backoffs;
  log: Log;
  stored: { block: Block | undefined; counts: BlockCounts };
  changed: () => void;
}): CircuitBreaker {
  const { backoffs, log } = options;
  let current: Block | undefined = options.stored.block;
  let counts = readCounts(options.stored.counts);
  let strikes = 0;
  let epoch = 0;
  let isTrying = false;

  const blockAt = (now: number) => {
    // A clock that was set back must not make the block longer than it was meant to be.
    if (current && current.until > now + current.backoffMs) current.until = now + current.backoffMs;
    return current;
  };

  const letPass = (pass: CallPass) => {
    if (!current) return;
    current = undefined;
    epoch++;
    log.info({ trial: pass.isTrial }, 'calls to the host pass again');
    options.changed();
  };

  const blockCalls = (refusal: Refusal, kind: Block['kind'], isOld: boolean, now: number) => {
    const before = counts[kind] ?? 0;
    const nth = isOld ? Math.max(0, before - 1) : before;
    const backoff = backoffs[kind][Math.min(nth, backoffs[kind].length - 1)] ?? 0;
    const backoffMs = Math.max(backoff, refusal.askedMs ?? 0);
    // Of several calls that were out when it began, all get the same answer: that is one block, not many.
    if (current && isOld && current.until >= now + backoffMs) return;
    if (!isOld) counts[kind] = before + 1;
    current = { kind, why: refusal.code, until: now + backoffMs, backoffMs };
    strikes = 0;
    epoch++;
    const level = kind === 'account' ? 'debug' : 'warn';
    log[level](
      { why: refusal.code, backoffMs, blockedUntil: current.until },
      'calls to the host are blocked',
    );
    options.changed();
  };

  return {
    status(now) {
      const block = blockAt(now);
      return !block ? 'passing' : now < block.until ? 'blocked' : 'trial';
    },
    block: blockAt,
    counts: () => counts,
    isTrying: () => isTrying,
    enter(now) {
      const block = blockAt(now);
      const isTrial = block !== undefined && now >= block.until;
      if (isTrial) isTrying = true;
      return { epoch, isTrial };
    },
    leave(pass, outcome, now) {
      if (pass.isTrial) isTrying = false;
      if (outcome === 'unknown') return false;
      // What was asked before the block says nothing about how the host feels now.
      const isOld = pass.epoch !== epoch;
      if (outcome === 'ok') {
        if (isOld && current) return false;
        strikes = 0;
        counts = {};
        letPass(pass);
        return false;
      }
      if (outcome.blocks === 'none') {
        if (pass.isTrial && !isOld) letPass(pass);
        return false;
      }
      if (!pass.isTrial && ++strikes < outcome.strikes) return false;
      blockCalls(outcome, outcome.blocks, isOld, now);
      return true;
    },
  };
}
