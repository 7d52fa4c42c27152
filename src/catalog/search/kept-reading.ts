/** What was read of the catalog and is kept, and read anew where the catalog has changed. Every call holds its thread. */
export interface KeptReading<T> {
  /** As it was read last; read now where it never was, or where that takes no time. */
  value(): T;
  /** Reads it anew where it is behind; called when nobody waits. */
  refresh(): void;
}

/** What takes longer is read behind the answer, which has what was known before. */
const promptMs = 100;
/** Between two readings lies so much more time than one takes, and this at least. */
const restShare = 10;
const minRestMs = 1000;

/**
 * @param read gives all of it
 * @param version another one whenever the catalog was written to
 * @param now milliseconds of any clock that goes on
 */
export function createKeptReading<T>(
  read: () => T,
  version: () => unknown,
  now: () => number,
): KeptReading<T> {
  let kept: { value: T; seen: unknown; builtAt: number; tookMs: number } | undefined;

  function isBehind({ seen, builtAt, tookMs }: NonNullable<typeof kept>): boolean {
    if (now() - builtAt < Math.max(minRestMs, restShare * tookMs)) return false;
    return version() !== seen;
  }

  function build(): T {
    const start = now();
    const seen = version();
    const value = read();
    const builtAt = now();
    kept = { value, seen, builtAt, tookMs: builtAt - start };
    return value;
  }

  return {
    value: () => (!kept || (kept.tookMs < promptMs && isBehind(kept)) ? build() : kept.value),
    refresh() {
      if (kept && isBehind(kept)) build();
    },
  };
}
