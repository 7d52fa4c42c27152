import { hourMs } from '../core/durations.ts';

/** FAT counts in twos of a second. */
const coarseMs = 2500;
/** What is written over gets a later time, so that who compares times sees it; no path is written over this often. */
const spanMs = hourMs;

/** Whether a file has the time that it is to have, or one that it got when it was written over. */
export function isTimeFor(wantedMs: number, seenMs: number): boolean {
  return seenMs > wantedMs - coarseMs && seenMs < wantedMs + spanMs;
}

/** The time for a file that is written. @param before of what lay there @returns undefined = now */
export function timeFor(wantedMs: number | undefined, before: number | undefined): number | undefined {
  if (wantedMs === undefined || before === undefined || !isTimeFor(wantedMs, before)) return wantedMs;
  const later = Math.floor(before / 1000) * 1000 + 2 * coarseMs;
  return isTimeFor(wantedMs, later) ? later : wantedMs;
}
