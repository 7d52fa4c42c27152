/** A stretch of bytes: the first, and the one behind the last. */
export type Span = readonly [from: number, to: number];

/** Which bytes of a file are there. */
export interface ByteSpans {
  add(from: number, to: number): void;
  /** In order, none touching another. */
  all(): Span[];
  /** The first stretch before `end` that is not there; undefined when none is missing. */
  gap(end: number): Span | undefined;
  /** How many bytes are there. */
  bytes(): number;
  /** How many are there from the first on without a hole. */
  prefix(): number;
}

export function createByteSpans(initial: readonly Span[] = []): ByteSpans {
  let spans: Span[] = [];

  function add(from: number, to: number): void {
    if (to <= from) return;
    const before = spans.filter(([, end]) => end < from);
    const after = spans.filter(([start]) => start > to);
    const touched = spans.slice(before.length, spans.length - after.length);
    const first = Math.min(from, touched[0]?.[0] ?? from);
    const last = Math.max(to, touched.at(-1)?.[1] ?? to);
    spans = [...before, [first, last], ...after];
  }

  for (const [from, to] of initial) add(from, to);
  const prefix = () => (spans[0]?.[0] === 0 ? spans[0][1] : 0);
  return {
    add,
    all: () => [...spans],
    gap(end) {
      const from = prefix();
      const next = spans[from > 0 ? 1 : 0]?.[0] ?? end;
      return from < end ? [from, Math.min(next, end)] : undefined;
    },
    bytes: () => spans.reduce((sum, [from, to]) => sum + to - from, 0),
    prefix,
  };
}
