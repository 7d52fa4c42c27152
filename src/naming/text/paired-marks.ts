/*
 * Quotes and brackets of a name: which two belong together, and which stand alone because their other half is missing.
 */

/** Two marks that belong together. Each may be two characters long (`''`). */
export interface MarkPair {
  open: number;
  /** Index behind the opening mark. */
  inner: number;
  close: number;
  /** Index behind the closing mark. */
  end: number;
  /** Not one of the brackets that names of releases are made with. */
  isQuote: boolean;
}

/** A quote without its other half, or both around nothing. */
export interface LooseMark {
  at: number;
  end: number;
  /** It may be the apostrophe of a word (`'71`, `Singin'`). */
  isApostrophe: boolean;
}

/** What a mark can be. Marks of one family close each other, because people mix them (`„so”`, `»so«`). */
interface Role {
  family: string;
  opens: boolean;
  closes: boolean;
}

const apostrophes = "'\u2018\u2019\u201b\u2032\u02bc`\u00b4";
const families: readonly (readonly [family: string, marks: string])[] = [
  ['"', '"\u201c\u201d\u201f\u2033\u275d\u275e'],
  ['\u00ab', '\u00ab\u00bb'],
  ['\u2039', '\u2039\u203a'],
  ["'", apostrophes],
];
const roles = new Map<string, Role | undefined>();
for (const [family, marks] of families)
  for (const mark of marks) roles.set(mark, { family, opens: true, closes: true });
for (const mark of apostrophes) roles.set(mark + mark, { family: "''", opens: true, closes: true });
roles.set('\u201e', { family: '"', opens: true, closes: false });
roles.set('\u201a', { family: "'", opens: true, closes: false });
for (const both of ['()', '[]', '{}', '<>']) {
  const family = both.charAt(0);
  roles.set(family, { family, opens: true, closes: false });
  roles.set(both.charAt(1), { family, opens: false, closes: true });
}

/** Of the brackets of other scripts Unicode says whether they open or close; what closes one stands right behind it. */
function roleOf(mark: string): Role | undefined {
  if (roles.has(mark)) return roles.get(mark);
  if (mark.length > 1 || mark < '\x7f') return undefined;
  const opens = /\p{Ps}/u.test(mark);
  const closes = /\p{Pe}/u.test(mark);
  const family = closes ? String.fromCharCode(mark.charCodeAt(0) - 1) : mark;
  const role = opens || closes ? { family, opens, closes } : undefined;
  if (roles.size < maxRoles) roles.set(mark, role);
  return role;
}
const maxRoles = 1000;

const brackets: ReadonlySet<string> = new Set('([{');
const quoteInUse =
  /["`\u00b4<>\u2033\u275b-\u275e]|(?![()[\]{}\u2019])[\p{Ps}\p{Pe}\p{Pi}\p{Pf}]|(?<![\p{L}\p{N}])['\u2019\u2032\u02bc]|['\u2019\u2032\u02bc](?![\p{L}\p{N}])/u;

/** Quick to look for; what is left of most names then needs no closer look. */
const mayQuote = /["'`<>\u00ab\u00bb\u00b4\u0250-\uffff]/;

/** Whether anything but the apostrophes within words quotes here: most names have nothing to pair. */
export function hasQuotes(text: string): boolean {
  return mayQuote.test(text) && quoteInUse.test(text);
}

/** Reads the pairs of a text, inner ones first, and the quotes that are left over. */
export function readPairs(text: string): { pairs: MarkPair[]; loose: LooseMark[] } {
  const pairs: MarkPair[] = [];
  const loose: LooseMark[] = [];
  let waiting: Mark[] = [];
  const giveUp = ({ at, end, family, isApostrophe }: Mark) => {
    if (!brackets.has(family)) loose.push({ at, end, isApostrophe });
  };
  for (let at = 0; at < text.length; ) {
    const mark = markAt(text, at);
    at = mark ? mark.end : at + 1;
    if (!mark) continue;
    const partner = mark.closes ? waiting.findLastIndex(({ family }) => family === mark.family) : -1;
    if (partner >= 0) {
      const opened = waiting[partner] as Mark;
      waiting.slice(partner + 1).forEach(giveUp);
      waiting = waiting.slice(0, partner);
      const isQuote = !brackets.has(mark.family);
      const isEmpty = text.slice(opened.end, mark.at).trim() === '';
      if (isQuote && isEmpty) loose.push({ at: opened.at, end: mark.end, isApostrophe: false });
      else pairs.push({ open: opened.at, inner: opened.end, close: mark.at, end: mark.end, isQuote });
    } else if (mark.opens) waiting.push(mark);
    else giveUp(mark);
  }
  waiting.forEach(giveUp);
  loose.sort((a, b) => a.at - b.at);
  return { pairs, loose };
}

interface Mark extends LooseMark, Role {}

/** The mark that stands here and what it can be in this place; undefined for anything else. */
function markAt(text: string, at: number): Mark | undefined {
  const two = text.slice(at, at + 2);
  const length = two.length === 2 && roles.has(two) ? 2 : 1;
  const role = roleOf(length === 2 ? two : (text[at] as string));
  if (!role) return undefined;
  const end = at + length;
  const { family, opens, closes } = role;
  const isBehindWord = isWord.test(text[at - 1] ?? '');
  const isBeforeWord = isWord.test(text[end] ?? '');
  const isSingle = family === "'";
  // `L'Aile`
  if (isSingle && isBehindWord && isBeforeWord) return undefined;
  const isEither = opens && closes;
  return {
    at,
    end,
    family,
    // What can be either is told by the word that it touches.
    opens: opens && !(isEither && isBehindWord && !isBeforeWord),
    closes: closes && !(isEither && isBeforeWord && !isBehindWord),
    isApostrophe: isSingle && isBehindWord !== isBeforeWord,
  };
}

const isWord = /[\p{L}\p{N}]/u;
