import { between } from '../episodes/chains.ts';
import { groupEnd, type NumberAt, numbersIn, stemKey } from '../episodes/numbers.ts';
import type { Reading, ShowReading } from '../file/reading.ts';
import { sameTitleKey } from '../text/titles.ts';
import { type NamingStyle, readNamingStyle } from './naming-style.ts';
import { isOneDigit, judgeNumbering, type Member, type Numbering } from './numbering.ts';

/** What the other files of the folder say about one of them. */
export interface Evidence extends NamingStyle {
  /** It is an episode. */
  show?: ShowReading;
  /** It is a film: its number belongs to the title, or it is the stranger among the episodes of a series. */
  film?: boolean;
  /** The title begins here: what stands before is a place in a list of films (`03 - Pulp Fiction (1994)`). */
  titleFrom?: number;
  /** The year that stands before the title. */
  year?: number;
  /** It is not the only video of its folder that is no extra. */
  isBeside?: boolean;
  /** Where numbers stand that are the same in all siblings (`Room 104`). */
  constants?: number[];
}

/** Markers of a show in this folder: the seasons that its explicit markers name. */
type Stems = Map<string, { seasons: Set<number>; files: number; lastEpisode: number }>;

/** So far behind the last episode that is marked may lie one that is not (`131` beside S01E12 counts through all seasons). */
const farthest = 12;

/** A title that a number alone gives (`Episode 3`, `Chapitre 3`): the show is named by the folder. */
const plainWord =
  /^(?:episodes?|epi?|chapitres?|chapters?|chap|capitulos?|cap|folge|puntata|videos?|numero|no|volet|lecon)$/;

/**
 * Evidence from siblings (facts/naming 7), for readings of the files of one folder: a number that changes from file to
 * file counts episodes, one that never changes does not; explicit markers speak for files of the same title that have
 * none; and a film among them is seen by its own title and year. Undefined readings are files that are no video.
 */
export function* readSiblings(readings: readonly (Reading | undefined)[]): Generator<undefined, Evidence[]> {
  if (readings.length < 2) return readings.map(() => ({}));
  const namingStyle = readNamingStyle(readings);
  const films = readings.filter((one) => one && !one.isSubtitle && one.extra === undefined);
  const isBeside = films.length > 1;
  const evidence = readings.map((): Evidence => ({ ...namingStyle, ...(isBeside && { isBeside }) }));
  const stems = yield* markedStems(readings);
  const numbers: NumberAt[][] = [];
  for (const one of readings) {
    numbers.push(one && isOpen(one) ? numbersIn(one) : []);
    yield;
  }
  const numberings = yield* judgeNumbers(readings, numbers);
  for (const [at, reading] of readings.entries()) {
    if (!reading) continue;
    yield;
    const found = evidence[at] as Evidence;
    const own = numbers[at] as NumberAt[];
    const best = bestNumbering(reading, own, numberings);
    const marked = isSpokenFor(reading)
      ? own.find((number) => isMarkedBeside(number, stems, readings.length))
      : undefined;
    if (best?.numbering.kind === 'films') {
      found.film = true;
      if (best.numbering.isList) found.titleFrom = best.number.end;
      if (best.numbering.years) found.year = best.number.value;
    } else if (best) found.show = asShow(reading, best.number, best.numbering, stems);
    else if (marked && !reading.year) found.show = asShow(reading, marked, undefined, stems);
    found.constants = own.filter((n) => numberings.get(n.stem)?.kind === 'constant').map((n) => n.start);
  }
  yield* markOddFilms(readings, numbers, evidence, stems);
  return evidence;
}

/** Whether siblings may say anything about it: neither an extra nor marked by itself. */
function isOpen({ extra, marker, date }: Reading): boolean {
  return extra === undefined && marker === undefined && date === undefined;
}

/** Markers of siblings say nothing about films, nor about the numbers of fansubs, which count through all seasons. */
function isSpokenFor({ ancestors, name }: Reading): boolean {
  return ancestors.category !== 'movies' && ancestors.category !== 'anime' && !name.folded.startsWith('[');
}

/** Whether siblings with marks say that a number counts: they share the words in front of it. */
function isMarkedBeside(number: NumberAt, stems: Stems, files: number): boolean {
  const marked = number.stem === '' ? 0 : (stems.get(number.stem)?.files ?? 0);
  return marked > 1 && (marked * 2 >= files || !(isOneDigit(number) || number.boxed));
}

function* markedStems(readings: readonly (Reading | undefined)[]): Generator<undefined, Stems> {
  const stems: Stems = new Map();
  for (const reading of readings) {
    yield;
    if (!reading?.marker || reading.extra || reading.marker.season === undefined) continue;
    const { folded } = reading.name;
    const key = stemKey(folded.slice(groupEnd(folded), reading.marker.start));
    const stem = stems.get(key) ?? { seasons: new Set(), files: 0, lastEpisode: 0 };
    stem.seasons.add(reading.marker.season);
    stem.files++;
    stem.lastEpisode = Math.max(stem.lastEpisode, reading.marker.episodes.at(-1) ?? 0);
    stems.set(key, stem);
  }
  return stems;
}

function* judgeNumbers(
  readings: readonly (Reading | undefined)[],
  numbers: readonly NumberAt[][],
): Generator<undefined, Map<string, Numbering>> {
  const members = new Map<string, Member[]>();
  readings.forEach((reading, at) => {
    const seen = new Set<string>();
    for (const number of numbers[at] as NumberAt[]) {
      if (seen.has(number.stem)) continue;
      seen.add(number.stem);
      const group = members.get(number.stem) ?? [];
      if (group.length === 0) members.set(number.stem, group);
      group.push({ reading: reading as Reading, number });
    }
  });
  const videos = readings.filter((one) => one && !one.isSubtitle && one.extra === undefined) as Reading[];
  const dated = videos.filter((one) => one.year !== undefined && isOpen(one)).length;
  const plain = new Set<string>();
  for (const { name } of videos) {
    plain.add(sameTitleKey(name.folded));
    yield;
  }
  const numberings = new Map<string, Numbering>();
  for (const [stem, group] of members) {
    numberings.set(
      stem,
      judgeNumbering(stem, group, { videos: videos.length, dated, first: plain.has(stem) }),
    );
    yield;
  }
  return numberings;
}

/**
 * The number of a name that changes most among its siblings; the first of equals. Numbers that do not run on count for the
 * names that are written alike, of which there must be enough.
 */
function bestNumbering(
  { name }: Reading,
  own: readonly NumberAt[],
  numberings: ReadonlyMap<string, Numbering>,
): { number: NumberAt; numbering: Numbering } | undefined {
  const form = name.folded.startsWith('[') ? 'bracketed' : 'plain';
  let best: { number: NumberAt; numbering: Numbering } | undefined;
  for (const number of own) {
    const numbering = numberings.get(number.stem);
    if (!numbering || (numbering.kind !== 'episodes' && numbering.kind !== 'films')) continue;
    const { isSteady, isProven, isAmongStrangers } = numbering;
    if (numbering.kind === 'episodes' && !isSteady && !isProven[form]) continue;
    // `Harbor (12)`: the copy of something else, unless others that are called so are written so as well.
    if (number.boxed && isAmongStrangers && !isProven.boxed) continue;
    if (isOneDigit(number) && isAmongStrangers && !isSteady && !isProven.oneDigit) continue;
    if (!best || numbering.values > best.numbering.values) best = { number, numbering };
  }
  return best;
}

function asShow(
  reading: Reading,
  number: NumberAt,
  numbering: Numbering | undefined,
  stems: Stems,
): ShowReading {
  const { start, end, value, decimal, stem } = number;
  const marker: NonNullable<ShowReading['marker']> = {
    start,
    end,
    episodes: between(value, number.last ?? value),
    bare: true,
  };
  if (decimal) marker.decimal = true;
  const hundreds = Math.floor(value / 100);
  const marks = isSpokenFor(reading) ? stems.get(stem) : undefined;
  const seasons = marks?.seasons;
  const isMarked = seasons?.has(hundreds) && value % 100 <= (marks?.lastEpisode ?? 0) + farthest;
  const known = reading.ancestors.season;
  const holdsSeason =
    value % 100 > 0 && (numbering?.holdsSeason || (!numbering?.plain && (isMarked || known === hundreds)));
  if (holdsSeason && hundreds > 0) {
    marker.season = hundreds;
    marker.episodes = [value % 100];
  } else if (known === undefined && seasons?.size === 1) marker.season = [...seasons][0] as number;
  // `Show 1-02`: what the dash joins is one season with its episodes.
  const joint = /(?<![\da-z])(\d)-$/.exec(reading.name.folded.slice(0, start));
  if (joint && end - start === 2 && (known ?? Number(joint[1])) === Number(joint[1])) {
    marker.season = Number(joint[1]);
    marker.start = joint.index;
  }
  const show: ShowReading = {
    marker,
    how: 'siblings',
    ...(numbering && { lowest: numbering.lowest }),
    ...(numbering?.isSteady && { isSteady: true }),
  };
  if (stem === '' && numbering?.sameRest) {
    const stop = [reading.year?.at ?? -1, reading.tagAt].filter((at) => at > end);
    show.titleAt = { start: end, end: Math.min(reading.name.folded.length, ...stop) };
  } else if (plainWord.test(stem)) show.titleAt = { start: 0, end: 0 };
  return show;
}

/** Among the episodes of a series, a file with a title and a year of its own is a film (facts/naming 7). */
function* markOddFilms(
  readings: readonly (Reading | undefined)[],
  numbers: readonly NumberAt[][],
  evidence: readonly Evidence[],
  stems: Stems,
): Generator<undefined, void> {
  const titles = new Map([...stems].map(([stem, { files }]) => [stem, files]));
  for (const [at, reading] of readings.entries()) {
    yield;
    const start = evidence[at]?.show?.marker?.start;
    if (!reading || start === undefined) continue;
    const stem = stemKey(reading.name.folded.slice(groupEnd(reading.name.folded), start));
    titles.set(stem, (titles.get(stem) ?? 0) + 1);
  }
  const known = [...titles].filter(([, files]) => files >= 3).map(([title]) => title);
  // A stranger is one among the episodes of one show: in a heap of many each is one.
  const filesOfOne = [...titles.values()].reduce((so, files) => Math.max(so, files), 0);
  const videos = readings.filter((one) => one && !one.isSubtitle && one.extra === undefined).length;
  if (known.length === 0 || filesOfOne * 2 < videos) return;
  const isKnown = createRelated(known);
  for (const [at, reading] of readings.entries()) {
    yield;
    const found = evidence[at] as Evidence;
    if (!reading || !isOpen(reading) || found.show || found.film) continue;
    const { folded } = reading.name;
    const stop = [reading.year?.at ?? -1, reading.tagAt].filter((end) => end > 0);
    const own = sameTitleKey(folded.slice(groupEnd(folded), Math.min(folded.length, ...stop)));
    const folder = sameTitleKey(reading.ancestors.title?.title ?? '');
    const isFolders = folder !== '' && (own.startsWith(folder) || folder.startsWith(own));
    if (own === '' || isFolders || isKnown(own)) continue;
    // `Hunter x Hunter (2011) - 058` has a number of its own behind the year.
    const { year } = reading;
    if (year && !(numbers[at] as NumberAt[]).some(({ start }) => start > year.at + 4)) found.film = true;
  }
}

/** Whether a text begins with one of these, or one of these with it; a folder may hold thousands of both. */
function createRelated(all: readonly string[]): (text: string) => boolean {
  const known = new Set(all.filter(Boolean));
  const lengths = [...new Set([...known].map(({ length }) => length))];
  const sorted = [...known].sort();
  return (text) => {
    if (lengths.some((length) => length <= text.length && known.has(text.slice(0, length)))) return true;
    let low = 0;
    for (let high = sorted.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as string) < text) low = middle + 1;
      else high = middle;
    }
    return sorted[low]?.startsWith(text) ?? false;
  };
}
