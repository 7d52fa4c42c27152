/** A repeatable source of numbers in [0, 1): mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `length` characters out of `alphabet`. */
export function randomText(random: () => number, alphabet: string, length: number): string {
  // Codes in one go: text grown by += stays a chain of pieces, which weighs in an account of 100,000 files.
  const codes = Array.from({ length }, () => alphabet.charCodeAt(Math.floor(random() * alphabet.length)));
  return String.fromCharCode(...codes);
}

/** A copy in another order. */
export function shuffled<T>(random: () => number, list: readonly T[]): T[] {
  const copy = [...list];
  for (let at = copy.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [copy[at], copy[other]] = [copy[other] as T, copy[at] as T];
  }
  return copy;
}
