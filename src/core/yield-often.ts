import { setImmediate as nextTurn } from 'node:timers/promises';

/** Others wait hardly longer than this for work that lets them run. A frame of a film lasts 40 ms. */
const maxTurnMs = 10;

/**
 * Lets others run: at once where this work has had its share of the event loop, else not at all. To be asked between the
 * pieces of long work; a piece that cannot be cut has to be short. Where nothing is to be waited for it gives nothing, which
 * a loop of many short pieces need not wait for. It measures the machine and not the program's time.
 */
export type Yielder = () => Promise<void> | undefined;

/** Looking at the clock takes as long as many a piece: of pieces that were short until now, so many go by between two looks. */
const piecesALook = 8;
const shortPieceMs = 0.02;

/** The share begins now. */
export function createYielder(): Yielder {
  let lookedAt = performance.now();
  let endsAt = lookedAt + maxTurnMs;
  let piecesToGo = 0;
  let pieces = 1;
  const letRun = async () => {
    await nextTurn();
    lookedAt = performance.now();
    endsAt = lookedAt + maxTurnMs;
  };
  return () => {
    if (piecesToGo-- > 0) return undefined;
    const now = performance.now();
    pieces = now - lookedAt < pieces * shortPieceMs ? piecesALook : 1;
    piecesToGo = pieces - 1;
    lookedAt = now;
    return now < endsAt ? undefined : letRun();
  };
}

let lastTurn: Promise<unknown> = Promise.resolve();

/**
 * Resolves in a turn of the event loop that no other caller has: of two hundred who read a listing page by page, one page
 * is made in a turn.
 */
export function ownTurn(): Promise<void> {
  const turn = lastTurn.then(() => nextTurn());
  lastTurn = turn;
  return turn;
}

/** Takes all steps of some work, and lets others run between them. @returns what it comes to */
export async function inTurns<T>(steps: Iterator<unknown, T>, yieldOften = createYielder()): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    const others = yieldOften();
    if (others) await others;
  }
}

/** Takes all steps at once. */
export function atOnce<T>(steps: Iterator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Values that the helpers below take in one step: most are looked at in less time than a step takes. */
const valuesAStep = 8;

/** `Map.groupBy` in short steps. */
export function* groupInSteps<K, V>(
  values: Iterable<V>,
  keyOf: (value: V) => K,
): Generator<undefined, Map<K, V[]>> {
  const groups = new Map<K, V[]>();
  let at = 0;
  for (const value of values) {
    if (at++ % valuesAStep === 0) yield;
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

/** `values.map` in short steps. */
export function* mapInSteps<V, R>(values: Iterable<V>, toResult: (value: V) => R): Generator<undefined, R[]> {
  const results: R[] = [];
  for (const value of values) {
    if (results.length % valuesAStep === 0) yield;
    results.push(toResult(value));
  }
  return results;
}

/** `values.filter` in short steps. */
export function* filterInSteps<V>(
  values: Iterable<V>,
  fits: (value: V) => boolean,
): Generator<undefined, V[]> {
  const results: V[] = [];
  let at = 0;
  for (const value of values) {
    if (at++ % valuesAStep === 0) yield;
    if (fits(value)) results.push(value);
  }
  return results;
}

/** So many values are sorted in one step. */
const runLength = 500;

/** `values.toSorted(compare)` in short steps. */
export function* sortInSteps<V>(
  values: readonly V[],
  compare: (a: V, b: V) => number,
): Generator<undefined, V[]> {
  let runs: V[][] = [];
  for (let at = 0; at < values.length; at += runLength) {
    runs.push(values.slice(at, at + runLength).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const longer: V[][] = [];
    for (let at = 0; at < runs.length; at += 2)
      longer.push(yield* merged(runs[at] as V[], runs[at + 1] ?? [], compare));
    runs = longer;
  }
  return runs[0] ?? [];
}

/** Two sorted runs as one; of equal values those of the first come first. */
function* merged<V>(
  first: readonly V[],
  second: readonly V[],
  compare: (a: V, b: V) => number,
): Generator<undefined, V[]> {
  const all: V[] = [];
  let [i, j] = [0, 0];
  while (i < first.length || j < second.length) {
    const isFirst = j >= second.length || (i < first.length && compare(first[i] as V, second[j] as V) <= 0);
    all.push((isFirst ? first[i++] : second[j++]) as V);
    if (all.length % runLength === 0) yield;
  }
  return all;
}
