/** How fast calls may start. All times are milliseconds; `now` is handed in with every question. */
export interface TokenBucket {
  /** When a call of this kind may start, at the earliest `now`. */
  readyAt(isPlay: boolean, now: number): number;
  /** Takes the right to start one call. */
  take(now: number): void;
  /** How many plays could start at once. */
  left(now: number): number;
}

/**
 * A bucket that gains one call per `requestIntervalMs` and holds `playBurst` calls more than the one that everybody
 * may take. The extra ones are for plays, so a film starts at once in the middle of a crawl, and the crawl then waits
 * until they have grown again: over time the pace is never exceeded.
 */
export function createTokenBucket(
  requestIntervalMs: number,
  playBurst: number,
  startedAt: number,
): TokenBucket {
  const fullMs = (playBurst + 1) * requestIntervalMs;
  // Counted in milliseconds of waiting, which stay whole numbers.
  let savedMs = fullMs;
  let filledAt = startedAt;
  const refill = (now: number) => {
    // A clock that was set back gives nothing and takes nothing: growth goes on from the new time.
    savedMs = Math.min(fullMs, savedMs + Math.max(0, now - filledAt));
    filledAt = now;
  };
  return {
    readyAt(isPlay, now) {
      refill(now);
      const neededMs = isPlay ? requestIntervalMs : fullMs;
      return now + Math.max(0, neededMs - savedMs);
    },
    take(now) {
      refill(now);
      savedMs = Math.max(0, savedMs - requestIntervalMs);
    },
    left(now) {
      refill(now);
      return requestIntervalMs > 0 ? Math.floor(savedMs / requestIntervalMs) : playBurst + 1;
    },
  };
}
