import { foldAccents } from './clean.ts';
import { hasQuotes, type MarkPair, readPairs } from './paired-marks.ts';
import { opensTitle } from './titles.ts';

/*
 * How a title is cut out of a name, of a film, a folder or a show alike: it ends at the first thing that is none of it,
 * then what only belongs to that thing is taken off its end.
 */

/** The first of these places behind `start`, else the end of the name; -1 is no place. */
export function firstStop(folded: string, start: number, stops: readonly number[]): number {
  let end = folded.length;
  for (const stop of stops) if (stop > start && stop < end) end = stop;
  return end;
}

/** The end moved in front of what matches there. @param tail a pattern that ends with `$` */
export function withoutTail(folded: string, start: number, end: number, tail: RegExp): number {
  const found = tail.exec(folded.slice(start, end));
  return found ? start + found.index : end;
}

/**
 * The title between two places of a name, without the marks that joined it to what stands around it. An end among the
 * words of a pair (`Film "La Version longue" 1966`) is moved in front of the pair: half of it is no title.
 */
export function cutTitle(text: string, start: number, end: number): string {
  const mayBeSplit = end < text.length && hasQuotes(text);
  return inOrder(tidyTitle(text.slice(start, mayBeSplit ? pairStart(text, start, end) : end)));
}

/** `La Défense Lincoln (The Lincoln Lawyer) 2011`: the same in other words, or who made it; `Birdman or (...)` and `Film (presque)` are one title. */
export const otherTitle =
  /(?<=\S{4})(?<!(?<![\p{L}\p{N}])(?:[Oo]r|[Oo]u|[Oo]der|[Oo]|[Aa]nd|[Ee]t|[Uu]nd|[YyEe]))[ ._]+\(\p{Lu}[^()\d]{2,60}\)[ ._([-]*$/u;

const lastArticle = /^([^,]{2,}), (the|les?|la|der|die|das|el|los|las|il|gli|het)$/i;

/** `Harbor, The`: as lists are sorted. */
function inOrder(title: string): string {
  return title.includes(', ') ? title.replace(lastArticle, '$2 $1') : title;
}

/** Where the outermost pair begins that this end would cut in two, behind words of the title; else the end itself. */
function pairStart(text: string, start: number, end: number): number {
  const isCut = ({ open, close }: MarkPair) =>
    open > start && open < end && close >= end && !opensTitle(foldAccents(text.slice(start, open)));
  return Math.min(
    end,
    ...readPairs(text)
      .pairs.filter(isCut)
      .map(({ open }) => open),
  );
}

/**
 * Turns a piece of a file name into a title: dots and underscores that stand for spaces become spaces, real ones
 * (`Mr. Robot`, `E.T.`, `Il était une fois... la vie`) stay; what joins at the ends and halves of pairs go.
 */
export function tidyTitle(raw: string): string {
  let title = raw.replaceAll('_', ' ');
  if (title.includes('.')) title = withoutDots(title);
  const hasBox = title.includes('[') || title.includes('{');
  if (hasBox) title = withoutBoxes(title);
  if (title.includes('(')) title = title.replace(/\(\s*\)/g, ' ');
  if (hasBox) title = title.replace(/(?<=\S\s*)\[[^\]]*$/, '');
  title = title.replace(/\s+/g, ' ');
  return hasQuotes(title) ? trimEnds(unquoted(trimEnds(withoutLooseQuotes(title)))) : trimEnds(title);
}

/** Dots that stand for spaces become spaces, real ones stay. */
function withoutDots(raw: string): string {
  const dotted = !raw.trim().includes(' ');
  let title = raw.replace(/(?<![\p{L}\p{N}])(?:\p{L}\.){2,}/gu, (word) => word.replaceAll('.', '\ue000'));
  title = dotted
    ? title.replace(/\.+/g, ' ')
    : title.replace(/(?<=[^\s.])\.(?=[^\s.])/g, (_dot, at: number, all: string) =>
        /\d/.test(all[at - 1] ?? '') && /\d/.test(all[at + 1] ?? '') ? '.' : ' ',
      );
  return title.replace(/(\p{L})\ue000(?=[\p{L}\p{N}])/gu, '$1.').replaceAll('\ue000', '. ');
}

/** Without what stands in square and curly brackets. No expression: one looks for each end anew. */
function withoutBoxes(title: string): string {
  const lastSquare = title.lastIndexOf(']');
  const lastCurly = title.lastIndexOf('}');
  let kept = '';
  let from = 0;
  for (let at = 0; at < title.length; at++) {
    const isSquare = title[at] === '[';
    if (!isSquare && title[at] !== '{') continue;
    if (at > (isSquare ? lastSquare : lastCurly)) continue;
    const end = title.indexOf(isSquare ? ']' : '}', at);
    kept += `${title.slice(from, at)} `;
    from = end + 1;
    at = end;
  }
  return kept + title.slice(from);
}

/** A quote without its other half goes; an apostrophe may look like one (`'71`, `Singin'`). */
function withoutLooseQuotes(title: string): string {
  let kept = '';
  let from = 0;
  for (const { at, end, isApostrophe } of readPairs(title).loose) {
    if (isApostrophe) continue;
    kept += title.slice(from, at);
    from = end;
  }
  return (kept + title.slice(from)).replace(/\s+/g, ' ');
}

/** Quotes around all of a title are none of it. */
function unquoted(title: string): string {
  const around = readPairs(title).pairs.find(
    ({ open, end, isQuote }) => isQuote && open === 0 && end === title.length,
  );
  return around ? title.slice(around.inner, around.close) : title;
}

/** What joins a title to the words around it: dashes, dots in the middle, slashes and the like. */
const joints =
  ' -_,;:+~|/\\\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u2219\u22c5\u00b7\u30fb\u2044\u2215\u29f8';
const inFront: ReadonlySet<string> = new Set(`${joints}.)]}>`);
const behind: ReadonlySet<string> = new Set(`${joints}([{<&=`);
/** Marks that a title may well end with (`Thunderbolts*`), but not when they stand apart. */
const standingApart = /(?<=\s)[*#@^<>\u2192]$/;

function trimEnds(title: string): string {
  let end = title.length;
  let start = 0;
  while (start < end && inFront.has(title[start] as string)) start++;
  // How many more round brackets open than close.
  let open = 0;
  for (let at = start; at < end; at++) open += bracket(title[at]);
  for (; end > start && isJoint(title, start, end, open); end--) open -= bracket(title[end - 1]);
  const trimmed = title.slice(start, end);
  const last = open > 0 ? trimmed.lastIndexOf('(') : -1;
  return last >= 0 && !trimmed.includes(')', last) ? trimmed.slice(0, last).trim() : trimmed;
}

function bracket(mark: string | undefined): number {
  return mark === '(' ? 1 : mark === ')' ? -1 : 0;
}

/** More than any of the patterns for an end looks at. */
const maxEnd = 8;

/** @param open how many more round brackets open than close in front of `end` */
function isJoint(title: string, start: number, end: number, open: number): boolean {
  const last = title[end - 1] as string;
  const ending = title.slice(Math.max(start, end - maxEnd), end);
  if (behind.has(last)) return true;
  if (last === '.') return !/(?:\p{L}\.\s?\p{L}|\.\.)\.$/u.test(ending);
  if (last === ']' || last === '}') return true;
  if (last === ')') return open < 0;
  return standingApart.test(ending);
}
