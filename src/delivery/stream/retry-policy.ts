import type { Clock } from '../../core/clock.ts';
import { minuteMs } from '../../core/durations.ts';
import { BridgeError } from '../../core/errors.ts';
import type { TransferFault } from './transfer-fault.ts';

export interface RetryPolicyOptions {
  clock: Clock;
  /** Tries before the first byte: the player waits with nothing on the screen. */
  tries: number;
  /** How long a film that has begun is held on to without one byte of progress, milliseconds. */
  resumeForMs: number;
}

/** What to do after a fault that is put up with. */
export interface Verdict {
  pauseMs: number;
  /** The link has had its chance: the next try takes a new one. */
  dropLease: boolean;
  /** The host itself said that the link is no good. */
  isRefused: boolean;
}

/** A download server that two tries in a row could not reach may be down: another link may name another server. */
const startsPerLease = 2;

/** Links of others that were dead already, in a row. */
const maxDeadLinks = 3;

/** How much one stream puts up with from the host. Counts begin anew with every byte of progress. */
export interface RetryPolicy {
  /** Bytes have come. */
  progress(): void;
  /**
   * A transfer failed; `started` = it had begun, `isNew` = its link was made for this try. @throws BridgeError when it is given up: BRIDGE_UPSTREAM_CHANGED,
   * BRIDGE_LINK_DEAD, BRIDGE_LINK_ELSEWHERE, BRIDGE_UPSTREAM_CUT, or the code of a fault that is the host's own trouble
   */
  afterFault(fault: TransferFault, started: boolean, isNew?: boolean): Verdict;
  /**
   * No link could be had. A film that has begun waits for a passing refusal; all else is the player's to know.
   * @throws the error itself when it is not waited for
   */
  afterRefusal(error: unknown): Verdict;
}

export function createRetryPolicy({ clock, tries, resumeForMs }: RetryPolicyOptions): RetryPolicy {
  let delivered = false;
  let failures = 0;
  let failingSince = 0;
  let deadLinks = 0;
  let failedStarts = 0;

  /** None after the first failure, then doubling from 250 ms to 5 s. */
  const pause = () => (failures <= 1 ? 0 : Math.min(5000, 250 * 2 ** (failures - 2)));

  function count(): void {
    if (failures === 0) failingSince = clock.now();
    failures++;
  }

  function isOver(pauseMs: number): boolean {
    return delivered ? clock.now() + pauseMs - failingSince > resumeForMs : failures >= tries;
  }

  return {
    progress() {
      delivered = true;
      failures = 0;
      deadLinks = 0;
      failedStarts = 0;
    },

    afterFault(fault, started, isNew = true) {
      count();
      const detail = fault.message;
      if (fault.kind === 'changed')
        throw new BridgeError('BRIDGE_UPSTREAM_CHANGED', { detail, cause: fault });
      // One new link is worth a call; a second one that dies at once is not. One that another reading has made, and used
      // up, says nothing of those that are made for this one.
      if (fault.kind === 'link' && ++deadLinks > (isNew ? 1 : maxDeadLinks)) {
        const code = fault.code === 'BRIDGE_LINK_ELSEWHERE' ? fault.code : 'BRIDGE_LINK_DEAD';
        throw new BridgeError(code, { detail, retryAt: clock.now() + minuteMs, cause: fault });
      }
      const pauseMs = fault.kind === 'later' ? Math.max(1000, pause()) : pause();
      if (fault.kind === 'later' && !delivered && failures > 1) {
        throw new BridgeError(fault.code, { detail, retryAt: clock.now() + fault.waitMs, cause: fault });
      }
      if (isOver(pauseMs)) {
        const retryAt = clock.now() + 10_000;
        throw new BridgeError('BRIDGE_UPSTREAM_CUT', { detail, retryAt, cause: fault });
      }
      failedStarts = started ? 0 : failedStarts + 1;
      return {
        pauseMs,
        isRefused: fault.kind === 'link',
        dropLease: fault.kind === 'link' || (fault.kind === 'cut' && failedStarts === startsPerLease),
      };
    },

    afterRefusal(error) {
      if (!(error instanceof BridgeError) || !error.retryable || !delivered) throw error;
      count();
      const pauseMs = Math.max(pause(), 250, (error.retryAt ?? 0) - clock.now());
      if (isOver(pauseMs)) throw error;
      return { pauseMs, dropLease: false, isRefused: false };
    },
  };
}
