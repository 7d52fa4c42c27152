import type { Reading } from '../file/reading.ts';
import { sameTitleKey } from '../text/titles.ts';
import { withoutYear } from '../text/years.ts';
import { isCameraTake } from './camera-takes.ts';

/** A number in a name that might count episodes, with what stands before and behind it in a form to compare. */
export interface NumberAt {
  start: number;
  end: number;
  value: number;
  /** The second of two numbers (`01-02`). */
  last?: number;
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
  /** Round brackets around it end the name (`Title (12)`). */
  boxed: boolean;
}

const shape =
  /(?<!\d)(\d{1,4})(?:v\d|-(\d{2,4}))?(\.5(?!\d))?(?:[ ._]?(?:of|sur)[ ._]?\d{1,3})?(?![\da-z])/gi;
/** What makes a number something else than an episode: a part, a volume, a season, the third film. */
const otherCount =
  /(?:^|[^a-z])(?:cd|dvd|dis[ck]|disque|part|pt|partie|vol|volume|tome|saisons?|seasons?|livre|book|film|movie)[ ._-]*$|(?:^|[^a-z])(?:mp|s|x|h)$/i;
const maxNumbers = 6;

/** Numbers of a name that might count episodes: not tags, parts, seasons, `5.1` or `2nd`. */
export function numbersIn({ name: { folded }, tagAt, year }: Reading): NumberAt[] {
  if (isCameraTake(folded)) return [];
  const from = groupEnd(folded);
  const found: NumberAt[] = [];
  shape.lastIndex = 0;
  for (let match = shape.exec(folded); match && found.length < maxNumbers; match = shape.exec(folded)) {
    const start = match.index;
    // `Gala 2018`, `Gala (2018)`
    if (year && (start === year.at || start === year.at + 1)) continue;
    const digits = match[1] as string;
    const last = Number(match[2] ?? 0);
    const isPair = match[2]?.length === digits.length && last > Number(digits) && last - Number(digits) <= 3;
    // `01-02` is two episodes, `1-02` a season and an episode.
    const end = match[2] && !isPair ? start + digits.length : start + match[0].length;
    if (match[2] && !isPair) shape.lastIndex = end;
    // Behind a tag a number may still count (`Naruto VF 012`); what stands before the tag names the show.
    const limit = tagAt > start ? tagAt : folded.length;
    const before = folded.slice(from, start);
    if (start < from || otherCount.test(before.slice(-12))) continue;
    if (!match[3] && /^\.\d(?!\d)/.test(folded.slice(end, end + 3))) continue;
    // "tintin01" counts, "T2" and "x2" do not.
    if (/[a-z]$/i.test(before) && !/[a-z]{3}$/i.test(before)) continue;
    const after = folded.slice(end, Math.max(end, year && year.at > start ? year.at : limit));
    found.push({
      start,
      end,
      value: Number(digits),
      ...(isPair && { last }),
      padded: digits.length > 1 && digits.startsWith('0'),
      decimal: match[3] !== undefined,
      stem: stemKey(before),
      rest: after
        .toLowerCase()
        .replace(/[ ._-]+/g, ' ')
        .trim(),
      boxed: folded[start - 1] === '(' && folded.slice(end) === ')',
      apart: /^(?:[ ._]*(?:[-:)\]([]|$)|\.[ ])/.test(after) || end === limit,
    });
  }
  return found;
}

/** Key of a title in front of a marker or a number: a year at its end is none of its words. */
export function stemKey(before: string): string {
  return withoutYear(sameTitleKey(before));
}

/** Where the name begins behind a release group: `[Group] Title`, `(Group)_Title`. */
export function groupEnd(folded: string): number {
  const first =
    /^(?:\[[^\]]{1,80}\][ ._-]*|\((?=\d*[a-z])[^)]{2,30}\)_)(?=\S)/i.exec(folded)?.[0].length ?? 0;
  // `[Group] [BD][1080p] Title`
  const tags = first > 0 ? tagBoxes.exec(folded.slice(first))?.[0].length : undefined;
  return first + (tags ?? 0);
}

const tagBoxes = /^(?:\[(?:bd|dvd|tv|web|hd|sd|bdrip|\d{3,4}p|vostfr|vf|multi)\][ ._-]*)+(?=[^\s[])/i;
