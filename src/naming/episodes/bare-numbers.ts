import { foldAccents } from '../text/clean.ts';
import { findTitle } from '../text/titles.ts';
import { findBehindTitle, findGlued, findInGroupWords } from './bare-places.ts';
import { between, type Marker } from './markers.ts';
import { readBatch, readJoined, readPair } from './number-pairs.ts';

/** What speaks for a number being an episode (facts/naming 7). */
export interface NumberContext {
  /** Season of the folder above. */
  season?: number;
  /** The file lies under a category of series or anime. */
  series: boolean;
  /** The name or its folders say anime: numbers count through. */
  anime: boolean;
  /** The file lies in a section of a show (`Arc 3`). */
  section: boolean;
  /** The name carries a year in brackets: then a number is part of a film's title. */
  bracketedYear: boolean;
  /** Where the first tag of the release stands (`1080p`, `dvdrip`), -1 = nowhere. */
  tagAt: number;
  /** Title of the folder above: its own numbers count nothing (`Apollo 13`, `11 Minutes - 07`). */
  title?: string;
}

const leading =
  /^(?:\[[^\]]{1,60}\][ ._]*)?(?:#|n°[ ._]?|\(|(?:part(?:ie)?|chapitre|chapter|volet)[ ._])?(\d{1,4})(?:v\d)?(?=$|[ ._]*-[ ._]|\)?[ ._-]+[^\d\s._-]|[ ._]*[[(])/i;
const dashed =
  /[ ._]-[ ._]+(?:#|n°)?(\d{1,4})(?:[-+](\d{1,4})|[ ._]~[ ._](\d{1,4})|v\d)?(?=$|[ ._]*[[({]|[ ._]+-[ ._]|[ ._]+[a-z]|\.5(?!\d))/i;
const spaced =
  /[ ._](\d{2,4})(?:v\d)?(?=$|[ ._]*[[({]|[ ._]+-[ ._]|[ ._]+(?:vf|vff|vostfr|vosta|multi|fr|french|fin|v\d)(?![a-z])|\.5(?!\d))/i;

/** `Nana-05-VOSTFR` */
const hyphened = /(?<=[a-z])-(\d{2,3})(?:v\d)?(?=-(?:vf|vostfr|vosta)(?![a-z]))/i;
/** `One Piece 9` in the folder of an arc. */
const single = /[ ._](\d)(?:v\d)?(?=$|[ ._]*[[({]|[ ._]+(?:-[ ._]|(?:vf|vff|vostfr|vosta)(?![a-z])))/i;
/** `37 Fin`: the last one. */
const lastWord = /^[ ._]*[[(]?(?<![a-z0-9])(?:fin|end)(?![a-z])/i;
/** `Show.103.dvdrip`: right before the tags. */
const beforeTags = /[ ._](\d{2,4})(?:v\d)?[ ._]+$/i;
/** `Kaamelott (1)` in the folder of a season; elsewhere it is the second copy of a file. */
const bracketed = /[ ._]\((\d{1,3})\)$/;
/** `[05] Titre`, no group. */
const frontBox = /^\[(\d{1,3})\](?=[ ._-]*[a-z])/i;
/** `[group][title][03][1080p]`, `[group][title][第03话]`: batches from China and Japan. */
const boxes =
  /^\[[^\]]{1,60}\][ ._]*\[[^\]]{1,120}\][ ._]*\[\u7b2c?(\d{1,4})(?:v\d|[\u8bdd\u8a71\u96c6\u56de\u5b8c]|[ ._-]?(?:end|fin))?(?=[\] ])/i;
/** `[group] Title [05][1080p]`. */
const lateBox =
  /^\[[^\]]{1,60}\][^[\]]{1,150}\[(?!(?:(?:19|20)\d\d|480|576|720|1080|2160)\])(\d{2,4})(?:v\d)?\]/i;
/** `Title [05] [group]` */
const innerBox = /^[^[\]]{2,100}\[(0\d{1,2}|\d{2})(?:v\d)?\](?=[ ._]*\[)/;
/** `Dragon Ball Z - Film 01`: it counts films. */
const filmCount = /(?:^|[^a-z])(?:film|movie)[ ._-]*$/i;
/** `Le Parrain Part 01`: of a film. */
const partCount = /(?:^|[^a-z])(?:part|partie|vol|volume|cd|dvd)[ ._-]*$/i;

/**
 * Reads a number without a marker as an episode where the surroundings say so. `season` is set only when the number
 * itself holds it (`103` in a folder of season 1).
 */
export function findBareNumber(folded: string, context: NumberContext): Marker | undefined {
  const inShow = context.season !== undefined || context.series;
  const from = titleEnd(folded, context.title);
  const mayLead = from === 0 && inShow && !context.bracketedYear;
  const two = mayLead ? readPair(folded, context) : undefined;
  if (two) return two;
  const whole = mayLead ? leading.exec(folded) : null;
  const late = findLater(folded, from, context, inShow);
  if (!whole) return late;
  const digits = whole[1] as string;
  if (/^(?:19|20)\d\d$/.test(digits)) return late;
  // `11 Minutes - 07`, `[Group] 86 - 05`: the title opens with a number.
  const opensWords =
    !digits.startsWith('0') && /^[ ._][a-z]/i.test(folded.slice(whole[0].trimEnd().length - 1));
  const isDashed = late !== undefined && /-[ ._]+$/.test(folded.slice(0, late.start));
  if (isDashed && (opensWords || folded.startsWith('['))) return late;
  // `Part 3`: the word is no title.
  const start = /^[a-z]/i.test(folded) ? 0 : whole[0].lastIndexOf(digits);
  return build(folded, context, start, digits, undefined, whole[0].length);
}

/** End of the folder's title at the start of the name, 0 = it does not begin so, or no number is left behind it. */
function titleEnd(folded: string, title: string | undefined): number {
  const found = title ? findTitle(folded, foldAccents(title)) : undefined;
  return found?.start === 0 && /\d|[a-z][ ._]partie(?![a-z])/i.test(folded.slice(found.end)) ? found.end : 0;
}

function findLater(
  folded: string,
  from: number,
  context: NumberContext,
  inShow: boolean,
): Marker | undefined {
  const box =
    boxes.exec(folded) ??
    lateBox.exec(folded) ??
    innerBox.exec(folded) ??
    (context.season !== undefined ? (bracketed.exec(folded) ?? frontBox.exec(folded)) : null);
  if (box) {
    const digits = box[1] as string;
    const start = box.index + box[0].lastIndexOf(digits);
    return build(folded, context, start, digits, undefined, start + digits.length);
  }
  const several =
    readBatch(folded, from, context) ?? (inShow ? readJoined(folded, from, context) : undefined);
  if (several) return several;
  const behind = context.series && from > 0 ? findBehindTitle(folded, from, context.season) : undefined;
  if (behind) return build(folded, context, behind.start, behind.digits, undefined, behind.end);
  // Without a show around it, a number before the tags is a film's own (`Apollo.13.1080p`).
  const tail = inShow && context.tagAt > from ? [beforeTags] : [];
  for (const pattern of [dashed, spaced, hyphened, ...(context.section ? [single] : []), ...tail]) {
    const until = pattern === beforeTags ? context.tagAt : undefined;
    const first = pattern.exec(folded.slice(from, until));
    // `Dragon Ball Kai - 2014 - 098`: behind a year goes on what counts.
    const skip = first && isYearBeforeNumber(folded, from + first.index) ? from + first.index + 5 : from;
    const match = skip > from ? pattern.exec(folded.slice(skip, until)) : first;
    if (!match) continue;
    const digits = match[1] as string;
    const at = skip + match.index;
    const isLast = Number(digits) >= 10 && lastWord.test(folded.slice(at + match[0].length));
    if (!isLast && !isLikely(folded.slice(0, at + 1), digits, folded, context, pattern === dashed, inShow))
      continue;
    const start = at + match[0].indexOf(digits);
    return build(folded, context, start, digits, match[2] ?? match[3], at + match[0].length);
  }
  const last = findInGroupWords(folded) ?? (context.season ? findGlued(folded, context.season) : undefined);
  return last && build(folded, context, last.start, last.digits, undefined, last.end);
}

function isYearBeforeNumber(folded: string, at: number): boolean {
  return /^[ ._]+(?:-[ ._]+)?(?:19|20)\d\d[ ._]+-[ ._]+\d{2,3}(?!\d)/.test(folded.slice(at));
}

/** Whether the surroundings of a number in the middle of a name say that it is an episode. */
function isLikely(
  before: string,
  digits: string,
  folded: string,
  { bracketedYear, section }: NumberContext,
  isDashed: boolean,
  inShow: boolean,
): boolean {
  const number = Number(digits);
  const group = /^\[[^\]]{1,60}\]/.test(folded);
  const fansub = /(?<![a-z])(?:vostfr|vosta|fansub)/i.test(folded);
  const padded = digits.length > 1 && digits.startsWith('0');
  if (filmCount.test(before) || (!inShow && partCount.test(before))) return false;
  if (/^(?:19|20)\d\d$/.test(digits) && !(group && isDashed)) return false;
  if (bracketedYear && !group && !/[([](?:19|20)\d\d[)\]][ ._]*$/.test(before)) return false;
  if (!isDashed && inShow && !section && !padded && number < 10) return false;
  if (group || inShow || padded) return true;
  return isDashed ? number >= 10 || fansub : fansub && number >= 100;
}

function build(
  folded: string,
  context: NumberContext,
  start: number,
  digits: string,
  lastDigits: string | undefined,
  end: number,
): Marker {
  const number = Number(digits);
  const last = Number(lastDigits ?? digits);
  const { season } = context;
  const marker: Marker = { start, end, episodes: [number], bare: true };
  if (
    season !== undefined &&
    season > 0 &&
    digits.length >= 3 &&
    Math.floor(number / 100) === season &&
    number % 100
  ) {
    marker.episodes = [number % 100];
    marker.season = season;
  } else if (last > number && last - number <= 300) {
    marker.episodes = between(number, last);
  }
  if (/^\.5(?!\d)/.test(folded.slice(end))) marker.decimal = true;
  return marker;
}
