/** How often something with these labels happened. */
export interface Tallied<L extends string> {
  labels: Readonly<Record<L, string>>;
  count: number;
}

/** Counts what happens, by labels. It has as many entries as there are values of labels: callers see to that. */
export interface Tally<L extends string> {
  /** @param labels always in the same order */
  add(labels: Readonly<Record<L, string>>, count?: number): void;
  all(): Tallied<L>[];
}

/** @param before what was counted already */
export function createTally<L extends string>(before: readonly Tallied<L>[] = []): Tally<L> {
  const entries = new Map<string, Tallied<L>>();

  function add(labels: Readonly<Record<L, string>>, count = 1): void {
    const key = Object.values(labels).join('\n');
    const known = entries.get(key);
    if (known) known.count += count;
    else entries.set(key, { labels, count });
  }

  for (const { labels, count } of before) add(labels, count);
  return { add, all: () => [...entries.values()].map((one) => ({ ...one })) };
}
