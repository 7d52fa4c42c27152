import type { Recognition } from '../text/recognition.ts';
import { sameTitleKey } from '../text/titles.ts';
import { withoutYear } from '../text/years.ts';
import { titleBehind } from './show.ts';

/**
 * Gives the episodes of one folder that differ in the spelling of their title, or in naming the year or not, one title and
 * one year: the commonest. Changes the answers in place. Films keep their own.
 *
 * @param ownYears the year that stands anywhere in each name, in the order of the answers
 */
export function* agreeOnTitles(
  found: readonly Recognition[],
  ownYears: readonly (number | undefined)[],
): Generator<undefined, void> {
  const shows = new Map<string, Recognition[]>();
  const aired = new Map<Recognition, number | undefined>();
  for (const [at, one] of found.entries()) {
    yield;
    aired.set(one, ownYears[at]);
    if (one.title === undefined || !(one.episodes || one.date)) continue;
    const key = showKey(one.title);
    const known = shows.get(key);
    if (known) known.push(one);
    else shows.set(key, [one]);
  }
  for (const episodes of shows.values()) {
    yield;
    if (episodes.length < 2) continue;
    const title = commonest(episodes.map((one) => one.title as string));
    const years = new Set(episodes.map((one) => one.year).filter((year) => year !== undefined));
    const year = years.size === 1 ? [...years][0] : undefined;
    for (const one of episodes) {
      if (one.title !== title) {
        one.title = title;
        one.reasons = one.reasons.map((line) => (line.startsWith('title:') ? 'title: siblings' : line));
      }
      // `E02.2010` is no episode of a show that began later.
      if (year !== undefined && one.year === undefined && (aired.get(one) ?? year) >= year) {
        one.year = year;
        one.reasons.push('year: siblings');
      }
    }
  }
}

/**
 * Takes back the titles behind the numbers of one folder where each file has another one: they are those of the episodes.
 * Changes the answers in place.
 */
export function dropGuessedTitles(found: readonly Recognition[]): void {
  const guessed = found.filter((one) => one.title !== undefined && one.reasons.includes(titleBehind));
  const titles = new Set(guessed.map((one) => sameTitleKey(one.title as string)));
  // In a heap of everything each is of another show.
  if (guessed.length < 2 || guessed.length * 2 < found.length || titles.size * 2 <= guessed.length) return;
  for (const one of guessed) {
    delete one.title;
    one.reasons = one.reasons.filter((line) => line !== titleBehind);
    one.confidence = 0.2;
  }
}

function showKey(title: string): string {
  return withoutYear(sameTitleKey(title));
}

/** The commonest; of equally common ones the one with capitals and small letters, then the first in the alphabet. */
function commonest(titles: readonly string[]): string {
  const count = new Map<string, number>();
  for (const title of titles) count.set(title, (count.get(title) ?? 0) + 1);
  const plain = (title: string) => title === title.toLowerCase() || title === title.toUpperCase();
  return [...count].sort(
    ([a, timesA], [b, timesB]) => timesB - timesA || Number(plain(a)) - Number(plain(b)) || (a < b ? -1 : 1),
  )[0]?.[0] as string;
}
