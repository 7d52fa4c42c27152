import { between } from './chains.ts';
import type { Marker } from './marker.ts';
import type { NumberContext } from './number-context.ts';

/** `1-12 Titre`, `4-12`, `3x5`: season and episode, or two episodes (`21-22`, `21 et 22`). */
const pair = /^(\d{1,3})(-|x|[+&]|[ ._](?:et|&|\+|a)[ ._])(\d{1,3})(?=$|[ ._]+(?:-[ ._]+)?[^\d\s])/i;
/** `[Group] Title 1-24`, `Title 01 ~ 12 VOSTFR`: a whole series in one. */
const batch =
  /[ ._](?:-[ ._]+)?[([]?(0{0,3}[01]|\d{2,4})(?:-|[ ._]?~[ ._]?|(?<=[ ._]0+1)[ ._]-[ ._](?=\d{2,4}[ ._]*[[(]))(\d{2,4})[)\]]?(?=$|\+|[ ._]*[[(]|[ ._]+(?:vf|vff|vostfr|vosta|multi|dual|fin|end|complete|integrale)(?![a-z])|[ ._]+\d{3,4}p)/i;
/** `Show 1-02`: season and episode. */
const joined = /[ ._](0?\d)-(\d\d)(?=$|[ ._]*[[(]|[ ._]+(?:-[ ._]+)?[a-z])/i;

/** Two numbers that open the name. */
export function readPair(folded: string, { season }: NumberContext): Marker | undefined {
  const match = pair.exec(folded);
  if (!match) return undefined;
  const first = Number(match[1]);
  const second = Number(match[3]);
  const marker: Marker = { start: 0, end: match[0].length, episodes: [second], bare: true };
  const follows = second === first + 1;
  const isCross = /x/i.test(match[2] as string);
  if (isCross && season !== first) return undefined;
  if (isCross || (match[2] === '-' && !follows && (season ?? first) === first)) marker.season = first;
  else if (second > first && second - first <= 300) {
    marker.episodes = match[2] === '-' ? between(first, second) : [first, second];
  } else return undefined;
  return marker;
}

/** `(English Dub)`, or two boxes of a release at the end: what fansubs write behind all of a show. */
const wholeShow =
  /\(tv\)|(?<![a-z])(?:dual[ ._-]?audio|english[ ._-]dub(?:bed)?)(?![a-z])|\][ ._]*\[[^\][]{1,30}\]$/i;

/** A run of episodes in one name, of anime or of three digits; `9-11` and `50-50` are titles. */
export function readBatch(folded: string, from: number, { anime }: NumberContext): Marker | undefined {
  const run = batch.exec(folded.slice(from));
  const [first, last] = [Number(run?.[1]), Number(run?.[2])];
  if (
    !run ||
    !(anime || run[1]?.length === 3 || wholeShow.test(folded)) ||
    /^(?:19|20)\d\d$/.test(run[2] as string)
  )
    return undefined;
  if (first >= last || last - first > 300) return undefined;
  const start = from + run.index;
  return { start: start + 1, end: start + run[0].length, episodes: between(first, last), bare: true };
}

/** A season of one digit and an episode of two. Anime counts through. */
export function readJoined(
  folded: string,
  from: number,
  { anime, season }: NumberContext,
): Marker | undefined {
  const both = anime ? null : joined.exec(folded.slice(from));
  if (!both || (season ?? Number(both[1])) !== Number(both[1])) return undefined;
  // `02-05` needs the folder of season 2, `02-03` is two episodes.
  const [first, second] = [Number(both[1]), Number(both[2])];
  if (both[1]?.length === 2 && (season === undefined || second === first + 1)) return undefined;
  const start = from + both.index;
  return {
    start: start + 1,
    end: start + both[0].length,
    season: Number(both[1]),
    episodes: [Number(both[2])],
    bare: true,
  };
}
