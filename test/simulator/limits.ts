import type { Counters } from './counters.ts';
import type { MessageName } from './messages.ts';

/** The host's limits. 0 for a span or Infinity for a number switches one off. */
export interface LimitSettings {
  callsPerSecond: number;
  /** Least time between two listings of one folder, by either verb. */
  folderListingMs: number;
  accountListingMs: number;
  userInfoIpMs: number;
  userInfoUserMs: number;
  /** Breaches in `breachWindowMs` that are still answered; the next one is refused and locks the address. */
  breachesAllowed: number;
  breachWindowMs: number;
  /** 0 = only the call itself is refused. */
  lockMs: number;
  /** Answers 401, 403 and 404 in a minute before the address is locked for `refusalLockMs`. */
  refusalsAllowed: number;
  refusalLockMs: number;
  /** New downloads of files under 50 MB, each within 10 s of the last, before downloads are locked for 5 minutes. */
  smallFilesInARow: number;
}

export interface Call {
  ip: string;
  verb: string;
  /** Set for listings; -1 = the whole account. */
  folderId?: number;
}

export interface Limits {
  /** The words of the lock on this address, or undefined. */
  locked(ip: string): MessageName | undefined;
  /** Why this call is refused, or undefined. Counts the call. Locks are not looked at again. */
  judge(call: Call): MessageName | undefined;
  /** Tells of an answer 401, 403 or 404 that was not a lock. */
  refused(ip: string): void;
  /** Locks an address, or every one (`*`). */
  lock(ip: string, ms: number, message: MessageName): void;
  /** Whether a new download of a file of this size may begin. */
  mayDownload(ip: string, sizeBytes: number): boolean;
  reset(): void;
}

const none: LimitSettings = {
  callsPerSecond: Number.POSITIVE_INFINITY,
  folderListingMs: 0,
  accountListingMs: 0,
  userInfoIpMs: 0,
  userInfoUserMs: 0,
  breachesAllowed: 0,
  breachWindowMs: 60_000,
  lockMs: 0,
  refusalsAllowed: Number.POSITIVE_INFINITY,
  refusalLockMs: 300_000,
  smallFilesInARow: Number.POSITIVE_INFINITY,
};

/** Every breach is refused: the documented numbers, taken at their word. */
const strict: LimitSettings = {
  ...none,
  callsPerSecond: 3,
  folderListingMs: 30_000,
  accountListingMs: 3_600_000,
  userInfoIpMs: 60_000,
  userInfoUserMs: 300_000,
  refusalsAllowed: 20,
};

/** As clients see it: nothing happens for a while, then everything is locked. */
const lenient: LimitSettings = { ...strict, breachesAllowed: 5, lockMs: 300_000 };

export const limitPresets = { none, strict, lenient } as const;

const smallFileBytes = 50_000_000;

export function createLimits(
  wanted: keyof typeof limitPresets | Partial<LimitSettings>,
  clock: { now(): number },
  counters: Counters,
): Limits {
  const settings = typeof wanted === 'string' ? limitPresets[wanted] : { ...none, ...wanted };
  /** Times of events by kind and address, oldest first. */
  const seen = new Map<string, number[]>();
  const last = new Map<string, number>();
  const locks = new Map<string, { until: number; message: MessageName }>();

  /** Notes an event and says how many there were in the last `windowMs`, this one included. */
  function count(key: string, windowMs: number): number {
    const now = clock.now();
    const recent = (seen.get(key) ?? []).filter((at) => at > now - windowMs);
    seen.set(key, [...recent, now]);
    return recent.length + 1;
  }

  function tooSoon(key: string, spanMs: number): boolean {
    const before = last.get(key);
    return before !== undefined && clock.now() - before < spanMs;
  }

  function locked(ip: string): MessageName | undefined {
    for (const key of [ip, '*']) {
      const lock = locks.get(key);
      if (lock && lock.until > clock.now()) return lock.message;
    }
    return undefined;
  }

  function breachOf({ ip, verb, folderId }: Call, calls: number): MessageName | undefined {
    if (calls > settings.callsPerSecond) return 'floodIp';
    if (verb === 'user/info' && tooSoon(`info ${ip}`, settings.userInfoIpMs)) return 'floodUserInfo';
    if (verb === 'user/info' && tooSoon('info', settings.userInfoUserMs)) return 'floodUser';
    const spanMs = folderId === -1 ? settings.accountListingMs : settings.folderListingMs;
    return folderId !== undefined && tooSoon(`list ${folderId}`, spanMs) ? 'floodIp' : undefined;
  }

  function lock(ip: string, ms: number, message: MessageName): void {
    if (ms > 0) locks.set(ip, { until: clock.now() + ms, message });
  }

  return {
    lock,
    locked,
    judge(call) {
      const calls = settings.callsPerSecond === Number.POSITIVE_INFINITY ? 0 : count(`call ${call.ip}`, 1000);
      const breach = breachOf(call, calls);
      if (breach) {
        counters.breaches++;
        if (count(`breach ${call.ip}`, settings.breachWindowMs) > settings.breachesAllowed) {
          lock(call.ip, settings.lockMs, breach);
          return breach;
        }
      }
      // A refused call does not move these: the span runs from the last one that was answered.
      if (call.verb === 'user/info')
        for (const key of ['info', `info ${call.ip}`]) last.set(key, clock.now());
      if (call.folderId !== undefined) last.set(`list ${call.folderId}`, clock.now());
      return undefined;
    },
    refused(ip) {
      counters.refusals++;
      if (settings.refusalsAllowed === Number.POSITIVE_INFINITY) return;
      if (count(`refused ${ip}`, 60_000) > settings.refusalsAllowed) {
        lock(ip, settings.refusalLockMs, 'floodIp');
      }
    },
    mayDownload(ip, sizeBytes) {
      const key = `small ${ip}`;
      if (locks.has(key) && (locks.get(key)?.until ?? 0) > clock.now()) return false;
      if (sizeBytes >= smallFileBytes) return true;
      const run = tooSoon(key, 10_000) ? (seen.get(key) ?? []) : [];
      seen.set(key, [...run, clock.now()]);
      last.set(key, clock.now());
      if (run.length < settings.smallFilesInARow) return true;
      lock(key, 300_000, 'ipLocked');
      return false;
    },
    reset() {
      seen.clear();
      last.clear();
      locks.clear();
    },
  };
}
