import type { Reading } from './reading.ts';
import { sameTitleKey } from './titles.ts';

/** A number in a name that might count episodes, with what stands before and behind it in a form to compare. */
export interface NumberAt {
  start: number;
  end: number;
  value: number;
  /** `01`, `007`. */
  padded: boolean;
  /** `13.5`. */
  decimal: boolean;
  /** Key of the text before it, without a release group and without a year at its end; '' when it opens the name. */
  stem: string;
  /** The text between it and the year or the first tag, to compare. */
  rest: string;
  /** A dash, a bracket, a dot with a space or the end of the name follows: not the words of one title. */
  apart: boolean;
}

const shape = /(?<!\d)(\d{1,4})(?:v\d)?(\.5(?!\d))?(?:[ ._]?(?:of|sur)[ ._]?\d{1,3})?(?![\da-z])/gi;
/** What makes a number something else than an episode: a part, a volume, a season, the third film. */
const otherCount =
  /(?:^|[^a-z])(?:cd|dvd|dis[ck]|disque|part|pt|partie|vol|volume|tome|saisons?|seasons?|livre|book|film|movie|mp|s|x|h)[ ._-]*$/i;
const mostNumbers = 6;

/** Numbers of a name that might count episodes: not tags, parts, seasons, `5.1` or `2nd`. */
export function numbersIn({ name: { folded }, tagAt, year }: Reading): NumberAt[] {
  const from = groupEnd(folded);
  const limit = tagAt > 0 ? tagAt : folded.length;
  const found: NumberAt[] = [];
  for (const match of folded.slice(0, limit).matchAll(shape)) {
    const start = match.index;
    const end = start + match[0].length;
    const before = folded.slice(from, start);
    if (start < from || otherCount.test(before.slice(-12))) continue;
    if (!match[2] && /^\.\d(?!\d)/.test(folded.slice(end, end + 3))) continue;
    // "tintin01" counts, "T2" and "x2" do not.
    if (/[a-z]$/i.test(before) && !/[a-z]{3}$/i.test(before)) continue;
    const digits = match[1] as string;
    const after = folded.slice(end, Math.max(end, year && year.at > start ? year.at : limit));
    found.push({
      start,
      end,
      value: Number(digits),
      padded: digits.length > 1 && digits.startsWith('0'),
      decimal: match[2] !== undefined,
      stem: stemKey(before),
      rest: after
        .toLowerCase()
        .replace(/[ ._-]+/g, ' ')
        .trim(),
      apart: /^(?:[ ._]*(?:[-:)\]([]|$)|\.[ ])/.test(after) || end === limit,
    });
    if (found.length === mostNumbers) break;
  }
  return found;
}

/** Key of a title in front of a marker or a number: a year at its end is none of its words. */
export function stemKey(before: string): string {
  return sameTitleKey(before).replace(/(?<=.)(?:19|20)\d\d$/, '');
}

/** Where the name begins behind a release group in brackets. */
export function groupEnd(folded: string): number {
  return /^\[[^\]]{1,80}\][ ._-]*(?=\S)/.exec(folded)?.[0].length ?? 0;
}
