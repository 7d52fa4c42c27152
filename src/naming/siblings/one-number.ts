import { groupEnd, type NumberAt, numbersIn } from '../episodes/numbers.ts';
import type { Reading, ShowReading } from '../file/reading.ts';
import type { Recognition } from '../text/recognition.ts';
import { sameTitleKey } from '../text/titles.ts';

/** One file of a folder: what was read of it, what it is taken for, and the numbers that its name holds. */
interface Counted {
  at: number;
  reading: Reading;
  answer: Recognition;
  numbers: readonly NumberAt[];
  /** The number that it is taken for. */
  taken: NumberAt;
}

/** What stands between two numbers that count together: a dash or a dot, with spaces or without. */
const joint = /^(?:[ ._]+(?:-[ ._]+)?|-)$/;
/** No show has more. */
const maxSeason = 30;
/** The height of a picture, or a year. */
const noCount = /^(?:480|540|576|720|1080|1440|2160|4320|19\d\d|20[0-3]\d)$/;

/**
 * Two files with one number, of one title in one folder, that their names do not call the same episode: where another number
 * of their names tells them apart, that one counts. Versions of one episode differ in no other number, and stay.
 *
 * @param answers in the order of the readings
 * @returns what they are instead, by their places in the folder
 */
export function* tellApart(
  readings: readonly (Reading | undefined)[],
  answers: readonly (Recognition | undefined)[],
): Generator<undefined, Map<number, ShowReading>> {
  const groups = new Map<string, Counted[]>();
  for (const [at, reading] of readings.entries()) {
    yield;
    const one = reading && countedIn(at, reading, answers[at]);
    if (!one) continue;
    const { title, season, episodes } = one.answer;
    const key = `${sameTitleKey(title ?? '')} ${season} ${episodes?.[0]}`;
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  const found = new Map<number, ShowReading>();
  for (const group of groups.values()) {
    yield;
    for (const [one, number] of otherNumbers(group)) found.set(one.at, asEpisode(one, number));
  }
  return found;
}

/** A file that is an episode by a number without a mark alone. */
function countedIn(at: number, reading: Reading, answer: Recognition | undefined): Counted | undefined {
  const { marker, date, extra } = reading;
  const [first, ...more] = answer?.episodes ?? [];
  if (!answer || marker || date || extra !== undefined || first === undefined || more.length > 0)
    return undefined;
  const numbers = numbersIn(reading).filter(
    ({ decimal, last, value }) => !decimal && last === undefined && !noCount.test(String(value)),
  );
  const isTaken = ({ value }: NumberAt) =>
    value === first || (answer.season !== undefined && value === answer.season * 100 + first);
  const taken = numbers.find(isTaken);
  return taken && { at, reading, answer, numbers, taken };
}

/** Another reading of the same names that gives each episode a number of its own; none where there is no such. */
function otherNumbers(group: readonly Counted[]): [Counted, NumberAt][] {
  const videos = group.filter(({ reading }) => !reading.isSubtitle);
  const ways: ((one: Counted) => NumberAt | undefined)[] = [
    ({ numbers, taken, reading }) => {
      const next = numbers[numbers.indexOf(taken) + 1];
      return next && joint.test(reading.name.folded.slice(taken.end, next.start)) ? next : undefined;
    },
    ({ numbers, taken }) => numbers[numbers.indexOf(taken) - 1],
  ];
  for (const way of ways) {
    const others = videos.map((one) => [one, way(one)] as const);
    if (!tellsApart(others)) continue;
    return group.flatMap((one): [Counted, NumberAt][] => {
      const number = way(one);
      return number ? [[one, number]] : [];
    });
  }
  return [];
}

/** `Harbor - 2 - 01`: the first of two numbers that stand beside each other is the season. */
function asEpisode({ reading, taken }: Counted, { start, end, value }: NumberAt): ShowReading {
  const isBehind = start > taken.start;
  const isSeason = isBehind && taken.value <= maxSeason && reading.ancestors.season === undefined;
  const from = Math.min(groupEnd(reading.name.folded), taken.start);
  return {
    marker: { start, end, episodes: [value], bare: true, ...(isSeason && { season: taken.value }) },
    how: 'siblings',
    isSteady: true,
    ...(isBehind && { titleAt: { start: from, end: taken.start } }),
  };
}

/** Whether each of two names or more has a number, the same only where all else of them is the same. */
function tellsApart(others: readonly (readonly [Counted, NumberAt | undefined])[]): boolean {
  const names = new Map<string, number>();
  for (const [{ taken }, number] of others) {
    if (!number) return false;
    const rest = `${taken.stem} ${taken.value} ${taken.rest}`;
    if ((names.get(rest) ?? number.value) !== number.value) return false;
    names.set(rest, number.value);
  }
  return names.size > 1 && new Set(names.values()).size === names.size;
}
