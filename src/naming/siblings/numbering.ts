import type { NumberAt } from '../episodes/numbers.ts';
import type { Reading } from '../file/reading.ts';
import { isSeries } from '../folders/categories.ts';
import { weighLikeFilms } from './sizes.ts';

/** A file whose name has a number behind the same words as its siblings. */
export interface Member {
  reading: Reading;
  number: NumberAt;
}

/** What the numbers behind the same words count. */
export interface Numbering {
  kind: 'episodes' | 'films' | 'constant' | 'nothing';
  /** Distinct numbers. */
  values: number;
  lowest: number;
  /** Behind the number all names go on alike. */
  sameRest: boolean;
  /** They run on with few holes, or all else is the same: a count, and not numbers of titles that begin alike. */
  isSteady: boolean;
  /** Enough of them are written so to prove something by themselves: behind a release group in brackets, behind none, ... */
  isProven: { bracketed: boolean; plain: boolean; boxed: boolean; oneDigit: boolean };
  /** They are less than half of what lies in the folder. */
  isAmongStrangers: boolean;
  /** `101`, `102`, `201`: the hundreds are the season. */
  holdsSeason: boolean;
  /** Numbers run on from below a hundred, so that 101 is no first season. */
  plain: boolean;
  /** The number is a place in a list of films, not a word of their titles. */
  isList: boolean;
  /** The numbers in front are the years of films (`1962 - Dr No`). */
  years?: boolean;
}

/** What else lies in the folder. */
export interface Around {
  /** How many videos there are. */
  videos: number;
  dated: number;
  first: boolean;
}

/** Three files are the least that prove a pattern (facts/naming 7). */
const fewest = 3;
/** From here on a run of bare numbers is a series, even in a folder of films: no saga is as long. */
const seriesLength = 12;

/**
 * Judges the numbers that stand behind the same words in the names of one folder.
 *
 * @param stem those words as a key, '' = the number opens the name
 * @param around the folder: how many names carry a year of their own, and whether one consists of those words alone
 */
export function judgeNumbering(stem: string, members: readonly Member[], around: Around): Numbering {
  const counted = members.filter(({ reading, number }) => !reading.isSubtitle && !number.decimal);
  const values = new Set(counted.map(({ number }) => number.value));
  const rests = new Set(counted.map(({ number }) => number.rest));
  const numbering: Numbering = {
    kind: 'nothing',
    values: values.size,
    lowest: Math.min(...values),
    sameRest: rests.size <= Math.max(1, counted.length / 4),
    isSteady: isDense(values) || rests.size <= 1,
    isProven: {
      bracketed: areEnough(counted.filter((one) => isBracketed(one))),
      plain: areEnough(counted.filter((one) => !isBracketed(one))),
      boxed: areEnough(counted.filter(({ number }) => number.boxed)),
      oneDigit: areEnough(counted.filter(({ number }) => isOneDigit(number))),
    },
    isAmongStrangers: counted.length * 2 < around.videos,
    holdsSeason: false,
    plain: [...values].some((value) => value < 100),
    isList: false,
  };
  if (counted.length < fewest) return numbering;
  const years = [...values].every((value) => value >= 1900 && value <= 2039);
  if (years && stem === '' && areYearsInFront(counted))
    return { ...numbering, kind: 'films', isList: true, years: true };
  // `[A] Show - 24`, `[B] Show - 24`: one episode of several groups.
  const isOfGroups = counted.every(isBracketed);
  if (values.size === 1)
    return { ...numbering, kind: rests.size >= fewest && !isOfGroups ? 'constant' : 'nothing' };
  if (values.size < fewest || values.size * 2 < counted.length || years) return numbering;
  const apart = counted.some(({ number }) => number.padded) || counted.every(({ number }) => number.apart);
  if (areFilms(counted, values, numbering, around)) {
    // Without words in common the numbers only mean something as a list.
    const isList = stem === '' && apart && isDense(values) && !numbering.sameRest;
    return stem !== '' || isList ? { ...numbering, kind: 'films', isList } : numbering;
  }
  // Among many others the numbers that open some names are no list.
  if (stem === '' && rests.size > 1 && counted.length * 3 < around.videos) return numbering;
  const list = stem === '' ? isDense(values) && (apart || isRun(values)) : apart || values.size >= 6;
  const patterned = numbering.sameRest || list;
  if (!patterned) return numbering;
  return { ...numbering, kind: 'episodes', holdsSeason: holdSeasons(counted, values) };
}

/** A collection of films: their years differ, or they lie among films (facts/naming 7 and 8). */
function areFilms(
  members: readonly Member[],
  values: ReadonlySet<number>,
  numbering: Numbering,
  { dated, first }: Around,
): boolean {
  const { ancestors } = (members[0] as Member).reading;
  const years = members.map(({ reading }) => reading.year?.year).filter((year) => year !== undefined);
  if (ancestors.season !== undefined) return false;
  // Among series only where each has a year of its own: the episodes of a year share it.
  if (isSeries(ancestors.category))
    return years.length === members.length && new Set(years).size === values.size;
  if (new Set(years).size > 1 && years.length * 2 >= members.length) return true;
  if (ancestors.category === 'movies') return !(numbering.sameRest && numbering.values >= seriesLength);
  // `One Piece/Saga East Blue/One Piece 001`: nobody counts films by the hundred.
  const hundreds = members.some(({ number }) => number.end - number.start >= 3);
  if (ancestors.saga && !hundreds) return !(numbering.sameRest && numbering.values >= seriesLength);
  // Taxi, Taxi 2, Taxi 3: a series has no episode without a number.
  if (first && Math.min(...values) === 2) return true;
  const small = members.every(({ number }) => !number.padded && number.value < 10);
  if (!small) return false;
  // No episode has a year in brackets behind its number.
  if (members.some(({ reading, number }) => (reading.year?.at ?? -1) >= number.end)) return true;
  // The episodes of a series come from one source; a saga is collected film by film.
  if (areReleasedApart(members) || ancestors.title?.whole) return true;
  // `Harry Potter 7 Partie 2`
  if (members.some(({ number }) => /^(?:part|partie|pt) ?(?:\d|i{1,3}$)/.test(number.rest))) return true;
  if (weighLikeFilms(members.map(({ reading }) => reading))) return true;
  return years.length === 0 && dated > members.length;
}

/** More often a word of a title than a count, where those beside it are strangers. */
export function isOneDigit({ start, end }: NumberAt): boolean {
  return end - start === 1;
}

function areEnough(members: readonly Member[]): boolean {
  return new Set(members.map(({ number }) => number.value)).size >= fewest;
}

function isBracketed({ reading }: Member): boolean {
  return reading.name.folded.startsWith('[');
}

/** Whether most come from releases of different sources or pictures. */
function areReleasedApart(members: readonly Member[]): boolean {
  const releases = members.map(({ reading: { release } }) =>
    [release.source, release.resolution].filter(Boolean).join(' '),
  );
  return releases.every((release) => release !== '') && new Set(releases).size * 2 > members.length;
}

/** `1962 - Dr No`, `1963 - Bons baisers de Russie`: names without another year, in a folder of no series. */
function areYearsInFront(members: readonly Member[]): boolean {
  return members.every(
    ({ reading: { ancestors, year }, number }) =>
      number.apart && number.rest !== '' && year === undefined && !isSeries(ancestors.category),
  );
}

/** `1 Un titre`, `2 Un autre`: nothing but a list runs from one without a hole. */
function isRun(values: ReadonlySet<number>): boolean {
  return values.size > fewest && values.has(1) && Math.max(...values) - Math.min(...values) < values.size;
}

/** Whether the numbers leave few holes: a list does, the first words of titles (`8 femmes`, `21 Jump Street`) do not. */
function isDense(values: ReadonlySet<number>): boolean {
  return Math.max(...values) - Math.min(...values) < values.size * 2;
}

/** `101` to `113` and `201` to `213`: each hundred stops early. An anime counts through all its hundreds. */
function holdSeasons(members: readonly Member[], values: ReadonlySet<number>): boolean {
  const { ancestors, name } = (members[0] as Member).reading;
  if (ancestors.season !== undefined || ancestors.category === 'anime' || name.folded.startsWith('['))
    return false;
  const early = [...values].every((value) => value > 100 && value % 100 > 0 && value % 100 < 40);
  const seasons = new Set([...values].map((value) => Math.floor(value / 100)));
  return early && values.has(101) && (seasons.size > 1 || ancestors.category === 'tv');
}
