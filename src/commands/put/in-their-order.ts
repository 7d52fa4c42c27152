/** What is done to each, and who hears of it. */
export interface OrderedWork<T, R> {
  work(one: T): Promise<R>;
  /** Called in the order of the things, whichever is done first. */
  done(one: T, result: R): void;
  /** The same for what went wrong. */
  failed(one: T, error: unknown): void;
  /** Whether nothing more is begun after it, and it is thrown when what is under way has come to its end. */
  endsAll(error: unknown): boolean;
}

/** Does the same to many things, some at a time, and tells of them in their order. @throws what ends all */
export async function inTheirOrder<T, R>(
  all: readonly T[],
  parallel: number,
  { work, done, failed, endsAll }: OrderedWork<T, R>,
): Promise<void> {
  const settled = new Map<number, () => void>();
  let [next, toTell] = [0, 0];
  let end: { error: unknown } | undefined;

  async function attempt(one: T): Promise<() => void> {
    try {
      const result = await work(one);
      return () => done(one, result);
    } catch (error) {
      if (!endsAll(error)) return () => failed(one, error);
      end ??= { error };
      return () => undefined;
    }
  }

  async function takeTurns(): Promise<void> {
    for (let at = next++; at < all.length && !end; at = next++) {
      settled.set(at, await attempt(all[at] as T));
      for (let tell = settled.get(toTell); tell; tell = settled.get(toTell)) {
        settled.delete(toTell++);
        tell();
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(parallel, all.length) }, takeTurns));
  if (end) throw end.error;
}
