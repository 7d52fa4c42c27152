import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { hourMs, minuteMs } from '../core/durations.ts';
import type { Log } from '../core/log.ts';
import { networkOf } from './caller.ts';

/** Whoever shows a secret. */
export interface Guesser {
  /** IPv4 or IPv6; of IPv6 the /64 counts. */
  address: string;
  /** What kind of secret: having one is no proof of another. */
  kind: 'password' | 'token';
  /** Tells those apart who share an address, as behind one proxy. */
  agent: string;
}

/** What became of a secret that was shown. */
export type GuessOutcome =
  | { isRight: true }
  /** @property news what is worth a line in the log: the first wrong one of an address, or that it waits from now on */
  | { isRight: false; retryAt?: number; news?: { lockedUntil?: number } };

/**
 * One limit for everything that could be guessed. An address has 20 wrong tries; then it waits, a minute at first and
 * twice as long after each further try, up to an hour, and nothing that it shows meanwhile is compared. Whoever had the
 * right secret from there before goes on (the same client, that is): for him it takes 100 wrong tries until he waits.
 * What is shown again counts once: an old client with an old password locks nobody out.
 *
 * Where many addresses guess at one time, each has fewer tries, down to one. The first try of an address is always
 * compared: a crowd of guessers keeps nobody out who has the right secret.
 */
export interface GuessLimit {
  /**
   * @param given what was shown; only a digest of it is kept
   * @param compare whether it is right, in a time that tells nothing
   * @returns `retryAt` (milliseconds UTC): nothing is compared before, or there were too many wrong ones
   */
  attempt(who: Guesser, given: string, compare: () => boolean): GuessOutcome;
}

export const freeTries = 20;
const provenTries = 100;
const firstWaitMs = minuteMs;
const maxWaitMs = hourMs;
/** So long after its last wrong try an address begins anew. */
const forgetMs = hourMs;
/** Wrong tries of all addresses in one minute: from here on each has fewer. */
const crowd = 100;

const maxRecords = 10_000;
const maxProven = 1000;
const maxSeen = 4;
const agentLength = 100;

interface Record {
  failures: number;
  lockedUntil: number;
  lastAt: number;
  /** Digests of what was shown last. */
  seen: string[];
}

export function createGuessLimit(clock: Pick<Clock, 'now'>): GuessLimit {
  const records = new Map<string, Record>();
  const proven = new Map<string, true>();
  let minute = 0;
  let wrongNow = 0;
  let wrongBefore = 0;

  /** Wrong tries of all in the last minute, about. */
  function wrongOfAll(now: number): number {
    const current = Math.floor(now / minuteMs);
    if (current !== minute) {
      wrongBefore = current === minute + 1 ? wrongNow : 0;
      wrongNow = 0;
      minute = current;
    }
    return wrongNow + wrongBefore * (1 - (now % minuteMs) / minuteMs);
  }

  /** 20, and half of it each time that twice as many guess. */
  function triesAmong(wrong: number): number {
    if (wrong < crowd) return freeTries;
    return Math.max(1, Math.floor(freeTries / 2 ** (1 + Math.floor(Math.log2(wrong / crowd)))));
  }

  function recordOf(key: string, now: number): Record {
    const known = records.get(key);
    // A clock that was set back must not make a wait longer than any is.
    const isCurrent =
      known &&
      now - Math.max(known.lastAt, known.lockedUntil) < forgetMs &&
      known.lockedUntil - now <= maxWaitMs;
    return isCurrent ? known : { failures: 0, lockedUntil: 0, lastAt: now, seen: [] };
  }

  return {
    attempt({ address, kind, agent }, given, compare) {
      const now = clock.now();
      const network = networkOf(address);
      const client = `${kind} ${network} ${agent.slice(0, agentLength)}`;
      const isProven = proven.has(client);
      const key = isProven ? client : network;
      const record = recordOf(key, now);
      const among = wrongOfAll(now);
      const tries = isProven ? provenTries : triesAmong(among);
      if (now < record.lockedUntil && (!isProven || record.failures >= tries))
        return { isRight: false, retryAt: record.lockedUntil };
      if (compare()) {
        put(proven, client, true, maxProven);
        return { isRight: true };
      }
      const digest = createHash('sha256').update(`${kind} ${given}`).digest('base64url').slice(0, 12);
      const isRepeated = record.seen.includes(digest);
      const isFirst = record.failures === 0;
      let news: { lockedUntil?: number } | undefined = isFirst ? {} : undefined;
      const wasFree = record.failures < freeTries && record.failures < tries;
      record.lastAt = now;
      if (!isRepeated) {
        record.seen = [digest, ...record.seen].slice(0, maxSeen);
        wrongNow += 1;
      }
      if (!isRepeated || record.failures < freeTries) record.failures += 1;
      if (record.failures >= tries && (wasFree || !isRepeated)) {
        const beyond = Math.max(0, record.failures - (isProven ? provenTries : freeTries));
        record.lockedUntil = now + Math.min(maxWaitMs, firstWaitMs * 2 ** Math.min(beyond, 10));
        news = { lockedUntil: record.lockedUntil };
      }
      put(records, key, record, maxRecords);
      // Compared he still is, but told to wait.
      if (isProven && !isRepeated && record.failures === freeTries + 1)
        news = { lockedUntil: now + firstWaitMs };
      const isTold = !wasFree || (!isProven && among >= crowd);
      return {
        isRight: false,
        ...(isTold && { retryAt: Math.max(record.lockedUntil, now + firstWaitMs) }),
        ...(news && { news }),
      };
    },
  };
}

/** Lines in a minute: a crowd of guessers must not fill the log. */
const maxTold = 20;

/** What the log is told of secrets that are wrong. */
export interface GuessReport {
  /** The first wrong one of an address, and that it has to wait; nothing of what was shown, and not without end. */
  tell(who: Guesser, outcome: GuessOutcome): void;
}

export function createGuessReport(log: Log, clock: Pick<Clock, 'now'>): GuessReport {
  let minute = 0;
  let told = 0;
  function tell({ address, kind, agent }: Guesser, outcome: GuessOutcome): void {
    if (outcome.isRight || !outcome.news) return;
    const current = Math.floor(clock.now() / minuteMs);
    if (current !== minute) told = 0;
    minute = current;
    told++;
    if (told > maxTold + 1) return;
    const who = { ip: address, agent: agent.slice(0, agentLength), kind };
    const { lockedUntil } = outcome.news;
    const remedy = 'if that was you, look for an old password in a player or a script; it may try again then';
    if (told > maxTold) log.warn({}, 'more wrong passwords and tokens than are told one by one');
    else if (lockedUntil === undefined) log.info(who, 'a wrong password or token was shown');
    else
      log.warn(
        { ...who, until: new Date(lockedUntil).toISOString(), remedy },
        'too many wrong passwords or tokens were shown',
      );
  }

  return { tell };
}

/** As the newest; the oldest goes where there are too many. */
function put<T>(entries: Map<string, T>, key: string, value: T, max: number): void {
  entries.delete(key);
  entries.set(key, value);
  const [oldest] = entries.keys();
  if (entries.size > max && oldest !== undefined) entries.delete(oldest);
}
