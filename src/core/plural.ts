/** Commas between thousands, in the writing of our English whatever the machine's language is. */
const number = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** `1234567` -> `1,234,567`. */
export function grouped(count: number): string {
  return number.format(count);
}

/**
 * A count with its noun: `1 call`, `3 files`, `10,000 calls`, `1 entry`, `2 entries`.
 * @param many where an `s` (or `ies` for a `y` after a consonant) is not right
 */
export function counted(count: number, noun: string, many = pluralOf(noun)): string {
  return `${grouped(count)} ${count === 1 ? noun : many}`;
}

function pluralOf(noun: string): string {
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
