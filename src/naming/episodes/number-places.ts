import type { NumberPlace } from './numbers-in-words.ts';

/*
 * Where numbers without a marker stand in a name, told by the marks around them alone. Whether one of them counts an
 * episode is judged elsewhere.
 */

/** A number among the words of a name. */
export interface InnerNumber extends NumberPlace {
  /** The last of several (`05-07`). */
  lastDigits?: string;
  /** Index behind the first of the marks that keep it apart: before that stand the words in front. */
  wordsEnd: number;
  /** A dash between spaces stands before it. */
  isDashed: boolean;
  /** A word for the end follows (`37 Fin`). */
  isLast: boolean;
}

const leading =
  /^(?:\[[^\]]{1,60}\][ ._]*)?(?:#|n°[ ._]?|\(|(?:part(?:ie)?|chapitre|chapter|volet)[ ._])?(\d{1,4})(?:v\d)?(?=$|[ ._]*-[ ._]|\)?[ ._-]+[^\d\s._-]|[ ._]*[[(])/i;
const dashed =
  /[ ._]-[ ._]+(?:#|n°)?(\d{1,4})(?:(?:v\d)?(?:[-+]\d{1,4})?(?:[-+]|, ?)(\d{1,4})(?:v\d)?|[ ._]~[ ._](\d{1,4})|v\d)?(?=$|[ ._]*[[({\u300c\u300e]|[ ._]+-[ ._]|[ ._]+[a-z]|[ ._]+\d{3,4}[px]|\.5(?!\d))/i;
/** The same where nothing of a title follows (`100 Years Quest - 01`). */
const dashedApart = /[ ._]-[ ._]+(?:#|n°)?(\d{1,4})(?:v\d|[a-d](?![a-z]))?(?=$|[ ._~]*[[({])/i;
/** `Show - 107a - Title`: half an episode. */
const half = /[ ._]-[ ._]+(\d{1,4})[a-d](?=$|[ ._]*[[({]|[ ._]+-[ ._])/i;
const spaced =
  /(?:[ _]|(?<!^\[.*\d)\.)(\d{2,4})(?:v\d)?(?=$|[ ._]*[[({]|[ ._]+-[ ._]|[ ._]+(?:vf|vff|vostfr|vosta|multi|fr|french|fin|end|raw|eng(?:lish)?[ ._](?:sub|dub)(?:bed)?|v\d)(?![a-z])|\.5(?!\d))/i;

/** `Nana-05-VOSTFR` */
const hyphened = /(?<=[a-z])-(\d{2,3})(?:v\d)?(?=-(?:vf|vostfr|vosta)(?![a-z])|\[)/i;
/** `One Piece 9` in the folder of an arc. */
const single = /[ ._](\d)(?:v\d)?(?=$|[ ._]*[[({]|[ ._]+(?:-[ ._]|(?:vf|vff|vostfr|vosta)(?![a-z])))/i;
/** `37 Fin`: the last one. */
const lastWord = /^[ ._]*[[(]?(?<![a-z0-9])(?:fin|end)(?![a-z])/i;
/** `Kaamelott (1)` in the folder of a season; elsewhere it is the second copy of a file. */
const bracketed = /[ ._]\((\d{1,3})\)$/;
/** `Show [205] Title` */
const seasonBox = /(?<=\S[ ._])\[(\d{3})\](?=[ ._]*[a-z])/i;
/** `[05] Titre`, no group. */
const frontBox = /^\[(\d{1,3})\](?=[ ._-]*[a-z])/i;
/** `[group][title][03][1080p]`, `[group][title][第03话]`: batches from China and Japan. */
const boxes =
  /^\[[^\]]{1,60}\][ ._]*\[[^\]]{1,120}\][ ._]*\[\u7b2c?(\d{1,4})(?:v\d|[\u8bdd\u8a71\u96c6\u56de\u5b8c]|[ ._-]?(?:end|fin))?(?=[\] ])/i;
/** `[group] Title [05][1080p]`. */
const lateBox =
  /^\[[^\]]{1,60}\][^[\]]{1,150}\[(?!(?:(?:19|20)\d\d|480|576|720|1080|2160)\])(\d{2,4})(?:v\d)?\]/i;
/** `Title [05] [group]` */
const innerBox = /^[^[\]]{2,100}\[\.?(0\d{1,2}|\d{2})(?:-(\d{2,3}))?(?:v\d)?\.?\](?=[ ._]*(?:\[|\d{3,4}p))/i;
/** The number that opens a name, behind a release group; `end` is that of what keeps it apart. */
export function numberInFront(folded: string): NumberPlace | undefined {
  const found = leading.exec(folded);
  if (!found) return undefined;
  const digits = found[1] as string;
  // `Part 3`: the word is no title.
  const start = /^[a-z]/i.test(folded) ? 0 : found[0].lastIndexOf(digits);
  return { start, end: found[0].length, digits };
}

/** The number that fills a pair of brackets. @param inSeason round ones count in the folder of a season */
export function numberInBox(
  folded: string,
  inSeason: boolean,
): (NumberPlace & { lastDigits?: string }) | undefined {
  const found =
    boxes.exec(folded) ??
    lateBox.exec(folded) ??
    innerBox.exec(folded) ??
    (inSeason ? (bracketed.exec(folded) ?? frontBox.exec(folded) ?? seasonBox.exec(folded)) : null) ??
    // `[Fansub] Title (9)`
    (folded.startsWith('[') ? bracketed.exec(folded) : null);
  if (!found) return undefined;
  const digits = found[1] as string;
  const lastDigits = found[2];
  const start = found.index + found[0].lastIndexOf(lastDigits ? `${digits}-` : digits);
  return { start, end: start + digits.length, digits, ...(lastDigits && { lastDigits }) };
}

/**
 * The numbers behind `from` that marks keep apart from the words around them, the clearest first.
 */
export function* innerNumbers(folded: string, from: number, hasSingle: boolean): Generator<InnerNumber> {
  const shapes = [dashedApart, dashed, half, spaced, hyphened];
  for (const shape of hasSingle ? [...shapes, single] : shapes) {
    const found = innerNumber(folded, from, shape);
    if (found) yield found;
  }
}

function innerNumber(folded: string, from: number, shape: RegExp): InnerNumber | undefined {
  const first = shape.exec(folded.slice(from));
  // `Dragon Ball Kai - 2014 - 098`: behind a year goes on what counts.
  const skip = first && isYearBeforeNumber(folded, from + first.index) ? from + first.index + 5 : from;
  const found = skip > from ? shape.exec(folded.slice(skip)) : first;
  if (!found) return undefined;
  const digits = found[1] as string;
  const at = skip + found.index;
  const end = at + found[0].length;
  const lastDigits = found[2] ?? found[3];
  return {
    start: at + found[0].indexOf(digits),
    end,
    digits,
    ...(lastDigits && { lastDigits }),
    wordsEnd: at + 1,
    isDashed: shape === dashed || shape === dashedApart || shape === half,
    isLast: Number(digits) >= 10 && lastWord.test(folded.slice(end)),
  };
}

function isYearBeforeNumber(folded: string, at: number): boolean {
  return /^[ ._]+(?:-[ ._]+)?(?:19|20)\d\d[ ._]+-[ ._]+\d{2,3}(?!\d)/.test(folded.slice(at));
}
