import { countInWords, readCount } from '../text/ordinals.ts';

/** A folder inside a title's folder that holds a stretch of it and is no title itself. */
export interface Section {
  /** What may be a season where nothing else says one (`Partie 2`); arcs and sagas count nothing. */
  count?: number;
  /** Number of a disc (`DVD1`, `CD 2`). */
  disc?: number;
}

const arcShape = new RegExp(
  `^(?:arcs?|sagas?)(?![a-z])(?:[ ._-]*(?:\\d{1,3}|${countInWords}))?(?:[ ._-]|$)`,
  'i',
);
/** `[01] East Blue`, `031-044 Arlong Park`. */
const boxedShape = /^(?:\[\d{1,2}\]|\d{2,4}[ ._]?-[ ._]?\d{2,4}(?=[ ._]))[ ._-]*[a-z]/i;
const partShape = new RegExp(
  `^(?:parties?|parts?|teil|deel|parte|volumes?|vol|tomes?|cours?|cycles?|jours?|days?)[ ._-]*(\\d{1,2}|${countInWords})(?=$|[ ._]*[-:([])`,
  'i',
);
/** `Marineford (457-489)`: a range that does not begin with the first. */
const rangeShape = /^[a-z].*[([](\d{2,4})[ ._]?(?:-|~|a)[ ._]?(\d{2,4})[)\]]$/i;
/** A disc, as people call it in French, English, Spanish, Italian, German, Dutch, Polish, Swedish, Russian, Japanese and Chinese. */
export const discWord =
  '(?:dis[ckq]|disque|disc[oh]|disko|scheibe|platte|schijf|dysk|skiva|\\u0434\\u0438\\u0441\\u043a|\\u30c7\\u30a3\\u30b9\\u30af|\\u5149[\\u76d8\\u789f]|\\u789f)';
/** `DVD Nr 2`, `Dvd n\u00b02` */
export const numberWord = '(?:(?:nr?|no|n[\\u00b0\\u00ba]|numero)[ ._]*)?';
/** What numbers a disc: `DVD9` and `BD50` say how much fits on one. */
const discShape = new RegExp(
  `^(?:(?:cd|${discWord})[ ._-]*${numberWord}(\\d{1,2}|${countInWords})|(?:dvd|bd|blu-?ray)[ ._-]*${numberWord}(\\d{1,2}))(?:[ ._]*(?:of|sur|von|de|di|van)[ ._]*\\d{1,2})?$`,
  'i',
);
const discSizes: ReadonlySet<number> = new Set([5, 9, 10, 18, 25, 50, 66]);
/** What a title lies on, and nothing else: `Heat (1995)/Blu-ray/BDMV`. */
const mediumShape =
  /^(?:(?:full|complete|4k|uhd|untouched)[ ._-]*){0,2}(?:blu-?ray|bd|br|dvd|dvd-?video)(?:[ ._-]*(?:disc|disk|full|complete?t?|video|\d{2,3}))?$/i;

/** Reads a folded folder name as a section; undefined when it is a name of another kind. */
export function readSection(folded: string): Section | undefined {
  const disc = discShape.exec(folded);
  const which = disc?.[1] ?? disc?.[2];
  const number = which === undefined ? Number.NaN : readCount(which);
  const isSize = disc?.[2] !== undefined && discSizes.has(number);
  if (disc && !isSize) return { disc: number };
  if (isSize || mediumShape.test(folded)) return {};
  const part = partShape.exec(folded);
  if (part) return { count: readCount(part[1] as string) };
  const range = rangeShape.exec(folded);
  if (range && isStretch(Number(range[1]), Number(range[2]))) return {};
  return arcShape.test(folded) || boxedShape.test(folded) ? {} : undefined;
}

/** Two numbers of episodes inside a show: neither from its beginning nor two years. */
function isStretch(first: number, last: number): boolean {
  return first > 1 && last > first && !(first >= 1900 && last <= 2039);
}
