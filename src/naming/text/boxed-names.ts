import { hanCount } from './ordinals.ts';

/*
 * Names that groups from China and Japan make of boxes: `[group][title][title in Latin letters][2022][05][1080p]`.
 */

/** The number of an episode that stands in a box of its own, and what the boxes and words in front of it call the show. */
export interface BoxedName {
  start: number;
  end: number;
  digits: string;
  /** The last of several (`[01-24]`). */
  lastDigits?: string;
  titles: string[];
  year?: number;
}

interface Piece {
  text: string;
  /** Index of its first character, behind the bracket of a box. */
  at: number;
  isBox: boolean;
}

const maxPieces = 12;

/** The boxes of a name and the words between them, as far as they follow each other from its beginning. */
function piecesOf(folded: string): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < folded.length && pieces.length < maxPieces; ) {
    const open = folded.indexOf('[', at);
    const words = folded.slice(at, open < 0 ? folded.length : open);
    if (/[\p{L}\p{N}]/u.test(words)) pieces.push({ text: words, at, isBox: false });
    if (open < 0) break;
    const close = folded.indexOf(']', open);
    if (close < 0) break;
    pieces.push({ text: folded.slice(open + 1, close), at: open + 1, isBox: true });
    at = close + 1;
  }
  return pieces;
}

const yearAlone = /^ *((?:19|20)\d\d) *$/;
const numberAlone =
  /^ *(?:\u7b2c)?(\d{1,4})(?:-(\d{1,4}))?(?:v\d)?[ ._-]*(?:[\u8bdd\u8a71\u96c6\u56de]|\(?(?:end|fin)\)?|tv)?\u5b8c?(?:v\d)? *$|^ *\u7b2c(\d{1,4})[\u8bdd\u8a71\u96c6\u56de] /i;
/** Picture heights, which stand in boxes as well. */
const heights: ReadonlySet<string> = new Set(['360', '480', '540', '576', '720', '1080', '1440', '2160']);
const pixels = /^ *\d{3,4}[x\u00d7]\d{3,4}/i;
/** `10月新番`: when its season began. */
const airing = /\u6708\u65b0\u756a|\u65b0\u756a/;

const dashed = /[ ._]-[ ._]+\d{1,4}(?![\d.])/;

/** Reads a name that begins with a box and has a number in a later one; undefined for all others. */
export function readBoxedName(text: string, folded: string): BoxedName | undefined {
  if (!folded.startsWith('[')) return undefined;
  const pieces = piecesOf(folded);
  for (const [i, { text: words, at, isBox }] of pieces.entries()) {
    if (i === 0 || !isBox) continue;
    const found = numberAlone.exec(words);
    if (!found || yearAlone.test(words)) continue;
    // `[One Piece][1080][1920x1080]`
    if (heights.has(words.trim()) && !pieces.slice(i + 1).some((piece) => pixels.test(piece.text))) continue;
    const digits = (found[1] ?? found[3]) as string;
    const start = at + words.indexOf(digits);
    const before = pieces.slice(0, i);
    const isTitle = (piece: Piece) => !yearAlone.test(piece.text) && !airing.test(piece.text);
    const named = before.slice(1).filter(isTitle);
    // `[Group] Title - 05 [12]`: what a dash sets apart counts.
    if (named.some((piece) => !piece.isBox && dashed.test(piece.text))) return undefined;
    // `[Title][2022][02]`: no group stands in front.
    const titled = named.length > 0 ? named : before.slice(0, 1);
    const year = before.map((piece) => yearAlone.exec(piece.text)?.[1]).find(Boolean);
    return {
      start,
      end:
        start +
        (found[2]
          ? words.indexOf(found[2], digits.length) + found[2].length - words.indexOf(digits)
          : digits.length),
      digits,
      ...(found[2] && Number(found[2]) > Number(digits) && { lastDigits: found[2] }),
      titles: titled.map((piece) => text.slice(piece.at, piece.at + piece.text.length)),
      ...(year && { year: Number(year) }),
    };
  }
  return undefined;
}

const asian = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u30fc\u3005]/u;
const hangul = /\p{Script=Hangul}/u;
const latin = /\p{Script=Latin}/gu;
/** What keeps the same title in two scripts apart. */
const between = /[/|\u00b7\u30fb\uff0f\uff5c]|_(?=[ A-Za-z])/u;

/**
 * The title in Latin letters where one is given beside the same in Chinese or Japanese, for that is what providers are asked
 * with; `other` is then the rest. The titles as one where there is no such pair.
 */
export function latinTitle(titles: readonly string[]): { title: string; other?: string } {
  const whole = titles.join(' ');
  if (!asian.test(whole) || (whole.match(latin)?.length ?? 0) < 3) return { title: whole };
  const halves = titles.flatMap((title) => title.split(between)).filter((half) => /[\p{L}\p{N}]/u.test(half));
  const lettersOf = (half: string) => half.match(latin)?.length ?? 0;
  const pure = halves.filter((half) => !asian.test(half) && lettersOf(half) >= 2);
  const best = pure.at(-1) ?? halves.toSorted((a, b) => lettersOf(b) - lettersOf(a))[0] ?? whole;
  const title = asian.test(best) ? latinRun(best) : best;
  return { title, other: whole };
}

/** Words in Chinese or Japanese that a dot or a space keeps apart from the same title in Latin letters behind them. */
const asianFront =
  /^[^\p{Script=Latin}]*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}][^\p{Script=Latin}]*[ ._](?=\p{Script=Latin}{3})/u;
/** Who made it. */
const lastBrackets = / \([^()]*\)$/;
const cyrillic = /\p{Script=Cyrillic}/u;

/** Of `港口 / Harbor`, `Гавань / Harbor` and `港口.Harbor` the half in Latin letters; a title in one script stays. */
export function latinHalf(title: string): string {
  if (!title.includes(' / ')) {
    const front = asianFront.exec(title)?.[0];
    // A title in Hangul may hold words in Latin letters itself.
    const isOne = front === undefined || (hangul.test(front) && hangul.test(title.slice(front.length)));
    return isOne ? title : title.slice(front.length);
  }
  const halves = title.split(' / ').filter((half) => /\p{L}/u.test(half));
  const pure = halves.filter((half) => !asian.test(half) && !cyrillic.test(half.replace(lastBrackets, '')));
  if (pure.length === 0 || pure.length === halves.length) return title;
  return pure.join(' / ').replace(lastBrackets, '');
}

/** Of `ANIME 海賊王` the words in Latin letters. */
function latinRun(half: string): string {
  const runs = half.split(asian).filter((run) => (run.match(latin)?.length ?? 0) >= 3);
  return runs.toSorted((a, b) => b.length - a.length)[0] ?? half;
}

const hanSeason =
  /\u7b2c([\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341]|\d{1,2})[\u5b63\u671f]/;

/** `第四季`, `第2期`: the season among the words of a title, and where it stands. */
export function findHanSeason(text: string): { at: number; end: number; season: number } | undefined {
  const found = hanSeason.exec(text);
  if (!found) return undefined;
  return { at: found.index, end: found.index + found[0].length, season: hanCount(found[1] as string) };
}
