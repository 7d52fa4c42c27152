import { answers, compare, type Entry, type Reader } from '../fixtures/score.ts';
import type { Corpus } from './corpora.ts';
import { type MadeName, wrongIn } from './made/made.ts';

/** What has to be read together: one name, or the files of one folder. */
export interface Unit {
  from: Corpus['from'] | 'made';
  /** Which of its rows are right. */
  judge(reader: Reader): boolean[];
}

export function unitsOf(corpora: readonly Corpus[], made: readonly MadeName[]): Unit[] {
  return [
    ...corpora.flatMap(({ from, entries }) => groupsOf(entries).map((group) => asUnit(from, group))),
    ...made.map((one): Unit => ({ from: 'made', judge: (reader) => [wrongIn(one, reader) === undefined] })),
  ];
}

function asUnit(from: Unit['from'], entries: readonly Entry[]): Unit {
  return {
    from,
    judge: (reader) =>
      answers(entries, reader).map((got, at) => compare((entries[at] as Entry).expect, got).length === 0),
  };
}

function groupsOf(entries: readonly Entry[]): Entry[][] {
  return [...Map.groupBy(entries, (entry) => entry.folder ?? entry).values()];
}
