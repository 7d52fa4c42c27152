/** A year beyond the next one is a number of a title: nothing of it is out. */
export const lastYear = new Date().getUTCFullYear() + 1;

/** Without a year at its end: nothing is out that is named for one to come (`Title 2045`). */
export function withoutYear(key: string): string {
  const year = /(?<=.)(?:19|20)\d\d$/.exec(key);
  return year && Number(year[0]) <= lastYear ? key.slice(0, year.index) : key;
}

const bracketed = /[([{]((?:18[89]\d|19\d\d|20[0-3]\d))[)\]}]/g;
const bare =
  /(?<![\dx])((?:18[89]\d|19\d\d|20[0-3]\d))(?![\dpixX]| ?[x*] ?(?!26[456])\d{3}|[a-f]\d|kbps|[mg]b(?![a-z]))/g;

/** Whether a year stands in brackets: then a number before it is part of a film's title. */
export function hasBracketedYear(folded: string): boolean {
  return folded.search(bracketed) >= 0;
}

/**
 * The year of a film or show in its name, and where it stands. In brackets beats bare; the last one before the tags wins
 * (`2001 ... 1968`). A year that opens the name is its title (`1917`, `2012.2009`).
 *
 * @param year what the library takes for the year
 * @param tagAt index of the first release tag, -1 = none
 */
export function ownYear(
  folded: string,
  year: number | undefined,
  tagAt: number,
): { at: number; year: number } | undefined {
  const inBrackets = [...folded.matchAll(bracketed)].at(-1);
  if (inBrackets && inBrackets.index > 0) return { at: inBrackets.index, year: Number(inBrackets[1]) };
  const stop = tagAt > 0 ? tagAt : folded.length;
  // `x264-1920`: a group.
  const isGroup = (at: number) =>
    tagAt > 0 && at > tagAt && at + 4 === folded.length && folded[at - 1] === '-';
  const all = [...folded.matchAll(bare)].filter(
    (match) => match.index > 0 && !isGroup(match.index) && Number(match[1]) <= lastYear,
  );
  const before = all.filter((match) => match.index < stop).at(-1) ?? all[0];
  if (!before || (year !== undefined && Number(before[1]) !== year && before.index >= stop)) return undefined;
  const endsTheName = before.index + 4 === folded.length && all.length === 1;
  if (year === undefined && endsTheName && !/[ ._(-]$/.test(folded.slice(0, before.index))) return undefined;
  return { at: before.index, year: Number(before[1]) };
}

const inFront =
  /^(?:[([](18[89]\d|19\d\d|20[0-3]\d)[)\]][ ._-]*|(18[89]\d|19\d\d|20[0-3]\d)[ ._]+-[ ._]+)(?=[^\s\d])/;

/** The year that opens a name (`1962 - Dr No`, `(1962) Dr No`) and where the title begins; undefined when none does. */
export function yearInFront(folded: string): { year: number; end: number; boxed: boolean } | undefined {
  const found = inFront.exec(folded);
  if (!found) return undefined;
  return { year: Number(found[1] ?? found[2]), end: found[0].length, boxed: found[1] !== undefined };
}
