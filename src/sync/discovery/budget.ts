import type { KeyValues } from '../../catalog/db/key-values.ts';
import type { Clock } from '../../core/clock.ts';
import { dayMs } from '../../core/durations.ts';
import { type Spent, spentCodec } from './spent.ts';

/** Complete crawls find what went, was renamed or was moved; the rest of the calls looks for what is new. */
export const crawlShare = 0.4;

/** How many calls complete crawls may make today, when a day's calls are limited. */
export interface CrawlBudget {
  /** Calls that a crawl may make now; without a limit, or before anything is known, as many as it takes. */
  left(isFirst: boolean): Promise<number>;
  spend(calls: number): Promise<void>;
  /** The pause after a crawl, so that crawls of this size stay within their share. */
  pauseMs(calls: number): number;
  /** When there are calls again. Milliseconds UTC. */
  tomorrow(): number;
}

/** @param callsPerDay as the settings say now; 0 = no limit */
export function createCrawlBudget(
  keyValues: KeyValues,
  clock: Clock,
  callsPerDay: () => number,
): CrawlBudget {
  const kept = keyValues.entry('crawlCalls', spentCodec);
  const today = () => Math.floor(clock.now() / dayMs);
  const perDay = () => callsPerDay() * crawlShare;

  async function spent(): Promise<Spent> {
    const last = await kept.get();
    return last?.day === today() ? last : { day: today(), calls: 0 };
  }

  return {
    async left(isFirst) {
      if (callsPerDay() === 0 || isFirst) return Number.POSITIVE_INFINITY;
      return Math.max(0, Math.floor(perDay()) - (await spent()).calls);
    },
    async spend(calls) {
      const { day, calls: before } = await spent();
      await kept.put({ day, calls: before + calls });
    },
    pauseMs: (calls) => (callsPerDay() === 0 ? 0 : Math.ceil((calls / perDay()) * dayMs)),
    tomorrow: () => (today() + 1) * dayMs,
  };
}
