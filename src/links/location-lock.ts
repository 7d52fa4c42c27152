import type { Clock } from '../core/clock.ts';
import { type ErrorCode, errorTable } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

export interface LocationLockOptions {
  clock: Clock;
  log: Log;
  /** How long the word of the host is believed. */
  lockMs: number;
}

/** Knows whether the host counts another location of the account: then nobody but we may fetch from it. */
export interface LocationLock {
  isLocked(): boolean;
  /** What the host answered, anywhere. */
  heard(code: ErrorCode): void;
}

/** @see LocationLock */
export function createLocationLock({ clock, log, lockMs }: LocationLockOptions): LocationLock {
  let since: number | undefined;
  const isLocked = () => {
    if (since === undefined) return false;
    const ageMs = clock.now() - since;
    return ageMs >= 0 && ageMs < lockMs;
  };
  return {
    isLocked,
    heard(code: ErrorCode): void {
      if (code !== 'BRIDGE_HOST_LOCATION') return;
      if (!isLocked())
        log.warn(
          { forMs: lockMs, remedy: errorTable.BRIDGE_HOST_LOCATION.remedy },
          'another location of the account is in use: nobody is redirected for a while',
        );
      since = clock.now();
    },
  };
}
