import { dayMs, secondMs } from '../../core/durations.ts';
import type { Spent } from './spent.ts';

/** Calls that may be saved up for a search, as a part of a day's. */
const savedDays = 1 / 12;

/** The calls of a day: they come evenly, some of them can be saved up, and no day has more. Times in milliseconds UTC. */
export interface CallPurse {
  /** What has come by now. To be asked for before the others. */
  fill(now: number): void;
  spend(calls: number, now: number): void;
  /** Whether a call may be made. */
  hasOne(): boolean;
  /** Whether at least this part of what can be saved is there. */
  hasPart(part: number): boolean;
  /** When there is another one. */
  nextAt(now: number): number;
  /** When calls come again, where those of this day are spent. */
  spentUntil(now: number): number | undefined;
  /** To be kept over a restart. */
  spent(): Spent;
}

/** @param perDay as it is now @param before what was spent on the day of the start */
export function createCallPurse(
  perDay: () => number,
  startedAt: number,
  before: Spent | undefined,
): CallPurse {
  const maxTokens = () => Math.max(2, perDay() * savedDays);
  let spent: Spent = before ?? { day: dayOf(startedAt), calls: 0 };
  let tokens = maxTokens() / 2;
  let filledAt = startedAt;

  function fill(now: number): void {
    if (now > filledAt) tokens = Math.min(maxTokens(), tokens + ((now - filledAt) / dayMs) * perDay());
    filledAt = now;
    if (spent.day !== dayOf(now)) spent = { day: dayOf(now), calls: 0 };
  }

  return {
    fill,
    spend(calls, now) {
      fill(now);
      tokens -= calls;
      spent.calls += calls;
    },
    hasOne: () => tokens >= 1,
    hasPart: (part) => tokens >= maxTokens() * part,
    nextAt: (now) => now + Math.max(secondMs, ((1 - (Math.max(0, tokens) % 1)) / perDay()) * dayMs),
    spentUntil: (now) => (spent.calls + 1 > perDay() ? (dayOf(now) + 1) * dayMs : undefined),
    spent: () => ({ ...spent }),
  };
}

function dayOf(time: number): number {
  return Math.floor(time / dayMs);
}
