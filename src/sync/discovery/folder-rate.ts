import type { FolderFactsRow } from '../../catalog/account/folder-facts.ts';
import { dayMs } from '../../core/durations.ts';
import type { FolderId } from '../../core/ids.ts';

/** What the planner knows of a folder of the library. Times in milliseconds UTC. */
export interface FolderFacts extends FolderFactsRow {
  /** When something in it was last played. */
  watchedAt: number | undefined;
}

/** New files a day in a folder of which nothing is known; keeps cold ones from being forgotten. */
const priorRate = 0.003;
export const watchedRate = 0.1;

/** Files a day that are to be expected: the near past counts most, and a whole season on one day is not a habit. */
export function rateOf(facts: FolderFacts, born: Births | undefined, now: number): number {
  const week = Math.min(7, facts.week + (born?.week ?? 0));
  const month = Math.min(30, facts.month + (born?.month ?? 0));
  const year = Math.min(120, facts.year + (born?.year ?? 0));
  const watched = facts.watchedAt !== undefined && now - facts.watchedAt < 7 * dayMs ? watchedRate : 0;
  return priorRate + 0.5 * (week / 7) + 0.3 * (month / 30) + 0.2 * (year / 365) + watched;
}

export interface Births {
  week: number;
  month: number;
  year: number;
}

/** New folders are news of the folder above. */
export function birthsOf(facts: readonly FolderFacts[], now: number): Map<FolderId, Births> {
  const births = new Map<FolderId, Births>();
  for (const { parentId, firstSentAt } of facts) {
    if (parentId === undefined || firstSentAt === undefined) continue;
    const ageMs = now - firstSentAt;
    if (ageMs > 365 * dayMs) continue;
    const of = births.get(parentId) ?? { week: 0, month: 0, year: 0 };
    of.year++;
    if (ageMs < 30 * dayMs) of.month++;
    if (ageMs < 7 * dayMs) of.week++;
    births.set(parentId, of);
  }
  return births;
}

/** What to call a folder with this rate. */
export function tierOf(rate: number): string {
  if (rate >= 0.08) return 'hot';
  return rate >= 0.015 ? 'warm' : 'cold';
}
