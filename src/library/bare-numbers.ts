import { between, type Marker } from './markers.ts';

/** What speaks for a number being an episode (facts naming 7). */
export interface NumberContext {
  /** Season of the folder above. */
  season?: number;
  /** The file lies under a category of series or anime. */
  series: boolean;
  /** The name carries a year in brackets: then a number is part of a film's title. */
  bracketedYear: boolean;
}

/** `1-12 Titre`, `4-12`: season and episode, or two episodes (`21-22`, `21 et 22`). */
const pair = /^(\d{1,3})(-|[ ._](?:et|&|\+|a)[ ._])(\d{1,3})(?=$|[ ._]+(?:-[ ._]+)?[^\d\s])/i;
const leading = /^(?:\[[^\]]{1,60}\][ ._]*)?(\d{1,4})(?:v\d)?(?=$|[ ._]*-[ ._]|[ ._-]+[^\d\s._-]|[ ._]*[[(])/;
const dashed =
  /[ ._]-[ ._]+(?:#|n°)?(\d{1,4})(?:-(\d{1,4})|[ ._]~[ ._](\d{1,4})|v\d)?(?=$|[ ._]*[[({]|[ ._]+-[ ._]|[ ._]+[a-z]|\.5(?!\d))/i;
const spaced =
  /[ ._](\d{2,4})(?:v\d)?(?=$|[ ._]*[[({]|[ ._]+-[ ._]|[ ._]+(?:vf|vff|vostfr|vosta|multi|fr|french|fin|v\d)(?![a-z])|\.5(?!\d))/i;

/** `Kaamelott (1)` in the folder of a season; elsewhere it is the second copy of a file. */
const bracketed = /[ ._]\((\d{1,3})\)$/;
/** `[group][title][03][1080p]`, `[group][title][第03话]`: batches from China and Japan. */
const boxes =
  /^\[[^\]]{1,60}\][ ._]*\[[^\]]{1,120}\][ ._]*\[\u7b2c?(\d{1,4})(?:v\d|[\u8bdd\u8a71\u96c6\u56de\u5b8c]|[ ._-]?(?:end|fin))?(?=[\] ])/i;
/** `Dragon Ball Z - Film 01`: it counts films. */
const filmCount = /(?:^|[^a-z])(?:film|movie)[ ._-]*$/i;

/**
 * Reads a number without a marker as an episode where the surroundings say so. `season` is set only when the number
 * itself holds it (`103` in a folder of season 1).
 */
export function findBareNumber(folded: string, context: NumberContext): Marker | undefined {
  const group = /^\[[^\]]{1,60}\]/.test(folded);
  const fansub = /(?<![a-z])(?:vostfr|vosta|fansub)/i.test(folded);
  const inShow = context.season !== undefined || context.series;
  const two = inShow && !context.bracketedYear ? readPair(folded, context) : undefined;
  if (two) return two;
  const whole = leading.exec(folded);
  if (whole && inShow && !context.bracketedYear) {
    const start = whole[0].lastIndexOf(whole[1] as string);
    return build(folded, context, start, whole[1] as string, undefined, whole[0].length);
  }
  const box = boxes.exec(folded) ?? (context.season !== undefined ? bracketed.exec(folded) : null);
  if (box) {
    const digits = box[1] as string;
    const start = box.index + box[0].lastIndexOf(digits);
    return build(folded, context, start, digits, undefined, start + digits.length);
  }
  for (const [pattern, isDashed] of [
    [dashed, true],
    [spaced, false],
  ] as const) {
    const match = pattern.exec(folded);
    if (!match) continue;
    const digits = match[1] as string;
    const number = Number(digits);
    const padded = digits.length > 1 && digits.startsWith('0');
    if (filmCount.test(folded.slice(0, match.index + 1))) continue;
    const isYear = /^(?:19|20)\d\d$/.test(digits);
    if (isYear && !(group && isDashed)) continue;
    const afterYear = /[([](?:19|20)\d\d[)\]][ ._]*$/.test(folded.slice(0, match.index + 1));
    if (context.bracketedYear && !afterYear && !group) continue;
    const likely =
      group ||
      inShow ||
      padded ||
      (isDashed ? number >= 10 : fansub && number >= 100) ||
      (isDashed && fansub);
    if (!likely || (!isDashed && inShow && !padded && number < 10)) continue;
    const start = match.index + match[0].indexOf(digits);
    return build(folded, context, start, digits, match[2] ?? match[3], match.index + match[0].length);
  }
  return undefined;
}

function readPair(folded: string, { season }: NumberContext): Marker | undefined {
  const match = pair.exec(folded);
  if (!match) return undefined;
  const first = Number(match[1]);
  const second = Number(match[3]);
  const marker: Marker = { start: 0, end: match[0].length, episodes: [second], bare: true };
  const follows = second === first + 1;
  if (match[2] === '-' && !follows && (season ?? first) === first) marker.season = first;
  else if (second > first && second - first <= 300) {
    marker.episodes = match[2] === '-' ? between(first, second) : [first, second];
  } else return undefined;
  return marker;
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
