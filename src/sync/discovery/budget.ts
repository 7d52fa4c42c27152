import type { KeyValues } from '../../catalog/db/key-values.ts';
import type { Clock } from '../../core/clock.ts';
import { dayMs } from './folder-rate.ts';
import type { Spent } from './planner.ts';

/** Complete crawls find what went, was renamed or was moved; the rest of the calls looks for what is new. */
export const crawlShare = 0.4;

const memoryName = 'crawlCalls';

/** How many calls complete crawls may make today, when a day's calls are limited. `callsPerDay` 0 = no limit. */
export function createCrawlBudget(keyValues: KeyValues, clock: Clock, callsPerDay: number) {
  const today = () => Math.floor(clock.now() / dayMs);
  const perDay = callsPerDay * crawlShare;

  async function spent(): Promise<Spent> {
    const kept = await keyValues.get<Spent>(memoryName);
    return kept?.day === today() ? kept : { day: today(), calls: 0 };
  }

  return {
    /** Calls that a crawl may make now; without a limit, or before anything is known, as many as it takes. */
    async left(isFirst: boolean): Promise<number> {
      if (callsPerDay === 0 || isFirst) return Number.POSITIVE_INFINITY;
      return Math.max(0, Math.floor(perDay) - (await spent()).calls);
    },

    async spend(calls: number): Promise<void> {
      const { day, calls: before } = await spent();
      await keyValues.put(memoryName, { day, calls: before + calls });
    },

    /** The pause after a crawl, so that crawls of this size stay within their share. */
    pauseMs: (calls: number): number => (callsPerDay === 0 ? 0 : Math.ceil((calls / perDay) * dayMs)),

    /** When there are calls again. */
    tomorrow: (): number => (today() + 1) * dayMs,
  };
}

export type CrawlBudget = ReturnType<typeof createCrawlBudget>;
