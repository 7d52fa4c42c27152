import type { Marker } from './marker.ts';

/*
 * Two episodes in one file, and more: what goes on behind the first number of a marker.
 */

const sep = '[ ._]*';
const chainE = new RegExp(
  `${sep}(?:(-|&|\\+|,|et|and|und|to|a|y|e(?=[ ._])|en|bis|tot|~|x)${sep})?(?:s\\d{1,4}${sep})?(e|ep|episode)[ ._]?(\\d{1,5})(?![\\dpi])`,
  'iy',
);
const chainX = new RegExp(`${sep}(?:(-|&|\\+|,|et|and|to|a|~)${sep})?(?:\\d{1,4})?x(\\d{2,3})(?!\\d)`, 'iy');
const chainNumber =
  /(?:(-|~|\+|&|_|, ?)|[ _](et|a|to|and|en|und|y|og|och|ao|al|bis|tot|&|\+|-|~)[ _]|\.(-)\.)(\d{1,4})(?![\dpixkd]|[ ._]*bits?|\.\d(?!\d)|h\d|[a-z]{2})/iy;

interface Link {
  number: number;
  joint: string;
  end: number;
  /** How many digits the number is written with. */
  width: number;
  /** What in front of the number says that it counts an episode; '' = nothing does. */
  word: string;
}

/** From here on it is a jump and no next episode. */
const maxJump = 300;
/** A number behind a dash with spaces may be a title (`S01E02 - 42`): the second or third episode is hardly further off. */
const maxApart = 2;
/** `S05E53 - Ep.129` counts otherwise, `S42 Ep10718 - Ep10722` goes on. */
const maxEpJump = 12;
/** Numbers written with other digits than the first are hardly further off. */
const maxUnlike = 10;

/**
 * The marker at a place, with the chain behind it (facts/naming 4): two numbers with a dash are a range, others a list; a smaller
 * number, a far jump and codec numbers never continue a chain, and neither does what reads like a title.
 *
 * @param digits of the first episode, as they are written
 */
export function followChain(
  folded: string,
  start: number,
  end: number,
  season: number | undefined,
  digits: string,
): Marker {
  const first = Number(digits);
  const numbers = [first];
  const joints: string[] = [];
  const isSpelled = /episode/i.test(folded.slice(start, end));
  let behind = end;
  for (let next = nextLink(folded, behind); next; next = nextLink(folded, behind)) {
    const last = numbers.at(-1) as number;
    if (!continues(folded, behind, next, last, digits.length, isSpelled)) break;
    // "S01E01.S01E01" repeats; anything else that goes down is not ours.
    if (next.number > last) {
      numbers.push(next.number);
      joints.push(next.joint);
    }
    behind = next.end;
  }
  const range = numbers.length === 2 && /^(?:-|~|a|to|ao|al|bis|tot)$/i.test(joints[0] ?? '');
  const marker: Marker = {
    start,
    end: behind,
    episodes: range ? between(first, numbers[1] as number) : numbers,
    bare: season === undefined,
  };
  if (season !== undefined) marker.season = season;
  if (/^\.5(?!\d)/.test(folded.slice(behind))) marker.decimal = true;
  return marker;
}

/** Whether a number is the next episode of the same file. @param width how many digits the first has */
function continues(
  folded: string,
  at: number,
  { number, joint, end, width: ownWidth, word }: Link,
  last: number,
  width: number,
  isSpelled: boolean,
): boolean {
  // `S01E07 - 7-11` is called so.
  if (number === last) return word !== '' || !/^-\d/.test(folded.slice(end));
  if (number < last || number - last > maxJump || /^26[45]$/.test(String(number))) return false;
  const isDashed = /^[ ._]+-[ ._]/.test(folded.slice(at, end));
  // `S04E11 - Episode 84`: a title that counts otherwise.
  if (word.length === 1) return true;
  if (word !== '') return !isDashed || isSpelled || (word.length === 2 && number - last <= maxEpJump);
  // Behind an underline or a comma stands anything.
  if (/[_,]/.test(joint)) return number === last + 1;
  const isAlike = ownWidth === width || number === last + 1;
  // `E1-200`: all of it, from the first on.
  if (!isDashed && last === 1 && /[-~]/.test(joint) && isWhole.test(folded.slice(end))) return true;
  if (!isDashed) return isAlike || number - last <= maxUnlike;
  // `S01E02 - 3 jours`, `S01E02 - 9-1-1`, `S01E02 - 20,000 lieues`
  if (last === 1 && /^ ?[)\]]/.test(folded.slice(end))) return true;
  return ownWidth === width && number - last <= maxApart && standsApart.test(folded.slice(end));
}

const isWhole = /^(?![a-z0-9-])/i;
const standsApart = /^(?:v\d)?(?:$|[ ._]*[[({]|[ ._]+-[ ._]|[ ._]+\d{3,4}p(?![a-z]))/i;

function nextLink(folded: string, at: number): Link | undefined {
  for (const pattern of [chainE, chainX, chainNumber]) {
    pattern.lastIndex = at;
    const match = pattern.exec(folded);
    if (!match) continue;
    const end = pattern.lastIndex;
    if (pattern === chainNumber) {
      const [, glued, spaced, dotted, digits = ''] = match;
      const joint = glued ?? spaced ?? dotted ?? '';
      return { number: Number(digits), joint, end, width: digits.length, word: '' };
    }
    const digits = match.at(-1) as string;
    const word = pattern === chainE ? (match[2] as string) : 'x';
    return { number: Number(digits), joint: match[1] ?? '', end, width: digits.length, word };
  }
  return undefined;
}

/** Every number from `first` to `last`. */
export function between(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
