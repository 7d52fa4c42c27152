import { distance } from 'fastest-levenshtein';

/** The word of the list that a mistyped one was most likely meant to be. */
export function nearestWord(word: string, words: readonly string[]): string {
  const rank = (other: string) => distance(word.toLowerCase(), other.toLowerCase());
  return words.reduce((best, other) => (rank(other) < rank(best) ? other : best));
}

/** The same where only a word that is really near helps. */
export function nearMiss(word: string, words: readonly string[]): string | undefined {
  const best = nearestWord(word, words);
  const wrong = distance(word.toLowerCase(), best.toLowerCase());
  // What has no letter of the other is nothing that somebody mistyped.
  return wrong <= Math.max(2, word.length / 3) && wrong < Math.max(word.length, best.length)
    ? best
    : undefined;
}
