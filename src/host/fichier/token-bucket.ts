/** How fast calls may start. All times are milliseconds; `now` is handed in with every question. */
export interface Pace {
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
export function createPace(requestIntervalMs: number, playBurst: number, startedAt: number): Pace {
  const fullMs = (playBurst + 1) * requestIntervalMs;
  // Counted in milliseconds of waiting, which stay whole numbers.
  let savedMs = fullMs;
  let lookedAt = startedAt;
  const refill = (now: number) => {
    // A clock that was set back gives nothing and takes nothing: growth goes on from the new time.
    savedMs = Math.min(fullMs, savedMs + Math.max(0, now - lookedAt));
    lookedAt = now;
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

/** How long the same thing must not be asked again. */
export interface Spacing {
  /** When `key` may be asked, at the earliest `now`. */
  readyAt(key: string | undefined, now: number): number;
  /** Notes that `key` is asked now, for the next time after `intervalMs`. */
  mark(key: string | undefined, now: number, intervalMs: number): void;
  /** What is still spaced among the keys that are wanted, for keeping: key -> time of the next turn. */
  entries(now: number, isWanted: (key: string) => boolean): Record<string, number>;
}

/** Remembers when each key comes next; `stored` is what an earlier run kept, no longer valid than `longestMs`. */
export function createSpacing(stored: Record<string, number>, longestMs: number, now: number): Spacing {
  const next = new Map<string, { at: number; intervalMs: number }>();
  for (const [key, at] of Object.entries(stored)) {
    if (Number.isFinite(at) && at > now)
      next.set(key, { at: Math.min(at, now + longestMs), intervalMs: longestMs });
  }
  /** Folders are many; what is over is forgotten before the map grows large. */
  const tidy = (now: number) => {
    if (next.size < 1000) return;
    for (const [key, { at }] of next) if (at <= now) next.delete(key);
  };
  return {
    readyAt(key, now) {
      const entry = key === undefined ? undefined : next.get(key);
      if (!entry) return now;
      // Set back, the clock would make this wait longer than its interval ever was.
      entry.at = Math.min(entry.at, now + entry.intervalMs);
      return Math.max(now, entry.at);
    },
    mark(key, now, intervalMs) {
      tidy(now);
      if (key !== undefined && intervalMs > 0) next.set(key, { at: now + intervalMs, intervalMs });
    },
    entries: (now, isWanted) => {
      const kept = [...next].filter(([key, { at }]) => at > now && isWanted(key));
      return Object.fromEntries(kept.map(([key, { at }]) => [key, at]));
    },
  };
}
