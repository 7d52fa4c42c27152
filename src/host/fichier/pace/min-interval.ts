/** How long the same thing must not be asked again. Times are milliseconds; `now` is handed in. */
export interface MinInterval {
  /** When `key` may be asked, at the earliest `now`. */
  readyAt(key: string | undefined, now: number): number;
  /** Notes that `key` is asked now, for the next time after `intervalMs`. */
  mark(key: string | undefined, now: number, intervalMs: number): void;
  /** What still has to wait among the keys that are wanted, for keeping: key -> when it may be asked. */
  entries(now: number, isWanted: (key: string) => boolean): Record<string, number>;
}

/** @param stored what an earlier run kept, believed for no longer than `maxMs` */
export function createMinInterval(stored: Record<string, number>, maxMs: number, now: number): MinInterval {
  const next = new Map<string, { at: number; intervalMs: number }>();
  for (const [key, at] of Object.entries(stored)) {
    if (Number.isFinite(at) && at > now) next.set(key, { at: Math.min(at, now + maxMs), intervalMs: maxMs });
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
