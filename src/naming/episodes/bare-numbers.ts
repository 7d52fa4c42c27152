import { foldAccents } from '../text/clean.ts';
import { findTitle } from '../text/titles.ts';
import { between } from './chains.ts';
import type { Marker } from './marker.ts';
import type { NumberContext } from './number-context.ts';
import { readBatch, readJoined, readPair } from './number-pairs.ts';
import { type InnerNumber, innerNumbers, numberInBox, numberInFront } from './number-places.ts';
import { findBehindTitle, findGlued, findInGroupWords, type NumberPlace } from './numbers-in-words.ts';
import { seasonWord } from './seasons.ts';

/** `Dragon Ball Z - Film 01`: it counts films. */
const filmCount = /(?:^|[^a-z])(?:film|movie)[ ._-]*$/i;
/** `Le Parrain Part 01`: of a film. */
const partCount = /(?:^|[^a-z])(?:part|partie|vol|volume|cd|dvd)[ ._-]*$/i;

/** `Show - Serie 01 - Serie 05`: of several. */
const severalSeasons = /^[ ._]*(serie|temp)[ ._]?\d{1,2}[ ._]+-[ ._]+\1[ ._]?\d/i;

/** `Show Season 01`: of a season. */
const seasonCount = new RegExp(`(?:^|[^a-z])${seasonWord}[ ._-]*$`, 'i');

/**
 * Reads a number without a marker as an episode where the surroundings say so. `season` is set only when the number
 * itself holds it (`103` in a folder of season 1).
 */
export function findBareNumber(folded: string, context: NumberContext): Marker | undefined {
  const inShow = context.season !== undefined || context.series;
  const from = titleEnd(folded, context.title);
  const mayLead = from === 0 && inShow && !context.bracketedYear;
  const pair = mayLead ? readPair(folded, context) : undefined;
  if (pair) return pair;
  const front = mayLead ? numberInFront(folded) : undefined;
  const late = findLater(folded, from, context, inShow);
  return front && !isTitleWord(folded, front, late) ? toMarker(folded, front, context.season) : late;
}

/** End of the folder's title at the start of the name, 0 = it does not begin so, or no number is left behind it. */
function titleEnd(folded: string, title: string | undefined): number {
  const found = title ? findTitle(folded, foldAccents(title)) : undefined;
  return found?.start === 0 && /\d|[a-z][ ._]partie(?![a-z])/i.test(folded.slice(found.end)) ? found.end : 0;
}

/** `11 Minutes - 07`, `[Group] 86 - 05`: whether the number in front opens the title and the later one counts; a year counts nothing. */
function isTitleWord(folded: string, { digits, end }: NumberPlace, late: Marker | undefined): boolean {
  if (/^(?:19|20)\d\d$/.test(digits)) return true;
  const whole = folded.slice(0, end).trimEnd();
  const opensWords = !digits.startsWith('0') && /^[ ._][a-z]/i.test(folded.slice(whole.length - 1));
  const isDashed = late !== undefined && /-[ ._]+$/.test(folded.slice(0, late.start));
  return isDashed && (opensWords || folded.startsWith('['));
}

/** A number that does not open the name: in brackets, several as one, behind the show's title, apart, at last among words. */
function findLater(
  folded: string,
  from: number,
  context: NumberContext,
  inShow: boolean,
): Marker | undefined {
  const { season, series, section } = context;
  const box = numberInBox(folded, season !== undefined);
  if (box) return toMarker(folded, box, season);
  const several =
    readBatch(folded, from, context) ?? (inShow ? readJoined(folded, from, context) : undefined);
  if (several) return several;
  const behind = series && from > 0 ? findBehindTitle(folded, from, season) : undefined;
  if (behind) return toMarker(folded, behind, season);
  for (const number of innerNumbers(folded, from, section))
    if (number.isLast || isLikely(folded, number, context, inShow)) return toMarker(folded, number, season);
  const last = findInGroupWords(folded, series) ?? (season ? findGlued(folded, season) : undefined);
  return last && toMarker(folded, last, season);
}

/** Whether the surroundings of a number in the middle of a name say that it is an episode. */
function isLikely(
  folded: string,
  { wordsEnd, digits, isDashed }: InnerNumber,
  { bracketedYear, section, films }: NumberContext,
  inShow: boolean,
): boolean {
  const before = folded.slice(0, wordsEnd);
  const number = Number(digits);
  const group = /^\[[^\]]{1,60}\]/.test(folded);
  const fansub = /(?<![a-z])(?:vostfr|vosta|fansub|english[ ._](?:sub|dub))/i.test(folded);
  const padded = digits.length > 1 && digits.startsWith('0');
  if (
    (!isDashed && seasonCount.test(before)) ||
    filmCount.test(before) ||
    severalSeasons.test(folded.slice(Math.max(0, wordsEnd - 6), wordsEnd + 20)) ||
    (!inShow && partCount.test(before))
  )
    return false;
  if (/^(?:19|20)\d\d$/.test(digits) && !(group && isDashed)) return false;
  const isBoxed =
    isDashed &&
    digits.length > 1 &&
    (padded ? /\[[^\]]+\]|hdtv/i : /\[[^\]]*subs/i).test(folded.slice(wordsEnd));
  if (bracketedYear && !group && !isBoxed && !/[([](?:19|20)\d\d[)\]][ ._]*$/.test(before)) return false;
  if (!isDashed && inShow && !section && !padded && number < 10) return false;
  if (group || inShow || padded) return true;
  if (isDashed) return number >= 10 || fansub;
  // `Title 23 VOSTFR`: of a film more would be said.
  return (
    fansub && (number >= 100 || (number >= 10 && !films && /(?:vostfr|vosta|subbed|dubbed)$/i.test(folded)))
  );
}

/** @param season of the folder: a number of its hundreds holds season and episode */
function toMarker(
  folded: string,
  { start, end, digits, lastDigits }: NumberPlace & Partial<InnerNumber>,
  season: number | undefined,
): Marker {
  const number = Number(digits);
  const last = Number(lastDigits ?? digits);
  const holdsSeason =
    season !== undefined &&
    season > 0 &&
    digits.length >= 3 &&
    Math.floor(number / 100) === season &&
    number % 100 > 0;
  const marker: Marker = { start, end, episodes: [number], bare: true };
  if (holdsSeason) {
    marker.episodes = [number % 100];
    marker.season = season;
  } else if (last > number && last - number <= 300) {
    marker.episodes = between(number, last);
  }
  if (/^\.5(?!\d)/.test(folded.slice(end))) marker.decimal = true;
  return marker;
}
