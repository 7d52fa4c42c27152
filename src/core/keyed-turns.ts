/** Work of which some pieces are done at a time, and of one key one. */
export interface KeyedTurns {
  /** Does `work` when there is a turn for it, in the order in which it was asked for. Work must not ask for a turn itself. */
  take<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Keeps a key to oneself beside all turns. @returns how it is given back; undefined where somebody has it */
  hold(key: string): (() => void) | undefined;
  /** More may be done at a time than before. */
  widen(): void;
}

/** @param max pieces at a time, as it is now */
export function createKeyedTurns(max: () => number): KeyedTurns {
  const busy = new Set<string>();
  const waiting: { key: string; begin: () => void }[] = [];
  let running = 0;

  function next(): void {
    for (let at = 0; at < waiting.length && running < max(); ) {
      const one = waiting[at] as { key: string; begin: () => void };
      if (busy.has(one.key)) {
        at++;
        continue;
      }
      waiting.splice(at, 1);
      running++;
      busy.add(one.key);
      one.begin();
    }
  }

  function free(key: string): void {
    busy.delete(key);
    next();
  }

  return {
    async take(key, work) {
      await new Promise<void>((begin) => {
        waiting.push({ key, begin });
        next();
      });
      try {
        return await work();
      } finally {
        running--;
        free(key);
      }
    },
    hold(key) {
      if (busy.has(key)) return undefined;
      busy.add(key);
      return () => free(key);
    },
    widen: next,
  };
}
