import { minuteMs } from '../../core/durations.ts';
/** Since when things wait for a server. Times in milliseconds UTC; undefined = nothing of this worth waits. */
export interface Pending {
  /** Films and episodes that came or went. */
  firstMajorAt: number | undefined;
  lastMajorAt: number | undefined;
  /** Texts and subtitles alone. */
  firstMinorAt: number | undefined;
  count: number;
}

/** A quiet moment after the last change, and the longest wait after the first. */
export const quietMs = 10_000;
export const maxMs = minuteMs;

/** Between tries of a server that cannot be told; the last one again and again. */
export const retryPausesMs: readonly number[] = [30, 60, 120, 300, 600, 1800, 3600].map((s) => s * 1000);

/**
 * When what waits has been gathered. Small changes wait for large ones as long as may be, and never make them wait:
 * the subtitles of a new film come one by one for minutes.
 */
export function debouncedAt({ firstMajorAt, lastMajorAt, firstMinorAt }: Pending): number {
  const major =
    firstMajorAt === undefined || lastMajorAt === undefined
      ? Number.POSITIVE_INFINITY
      : Math.min(lastMajorAt + quietMs, firstMajorAt + maxMs);
  return Math.min(major, firstMinorAt === undefined ? Number.POSITIVE_INFINITY : firstMinorAt + maxMs);
}
