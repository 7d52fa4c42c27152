import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Reader } from '../fixtures/score.ts';
import type { Corpus } from './corpora.ts';
import type { Exceptions } from './exceptions.ts';
import { faultsOf } from './exceptions.ts';
import { libraryAlone } from './library-alone.ts';
import { isRight, judge, type Verdict } from './verdicts.ts';

/** What came of one corpus. */
export interface Result {
  corpus: string;
  from: Corpus['from'] | 'all';
  verdicts: readonly Verdict[];
  /** Of the library below ours alone, in the same order. */
  alone: readonly Verdict[];
  excepted: ReadonlySet<string>;
  faults: readonly string[];
}

export interface Counts {
  rows: number;
  right: number;
  alone: number;
  /** Wrong, though the library alone is right. */
  lost: number;
  /** Wrong, with a reason why they may be. */
  excepted: number;
  held: { rows: number; right: number };
}

export function judgeAll(corpora: readonly Corpus[], reader: Reader, exceptions: Exceptions): Result[] {
  return corpora.map((corpus) => {
    const verdicts = judge(corpus, reader);
    const excepted = exceptions.get(corpus.name) ?? new Set();
    const rows = new Map(verdicts.map((one) => [one.id, isRight(one)]));
    return {
      corpus: corpus.name,
      from: corpus.from,
      verdicts,
      alone: judge(corpus, libraryAlone),
      excepted,
      faults: faultsOf(corpus.name, excepted, rows),
    };
  });
}

/** Several results as one. */
export function joinResults(corpus: string, results: readonly Result[]): Result {
  return {
    corpus,
    from: 'all',
    verdicts: results.flatMap(({ verdicts }) => verdicts),
    alone: results.flatMap(({ alone }) => alone),
    excepted: new Set(results.flatMap(({ excepted }) => [...excepted])),
    faults: results.flatMap(({ faults }) => faults),
  };
}

export function count({ verdicts, alone, excepted }: Result): Counts {
  const held = verdicts.filter(({ isHeld }) => isHeld);
  return {
    rows: verdicts.length,
    right: verdicts.filter(isRight).length,
    alone: alone.filter(isRight).length,
    lost: lostIn({ verdicts, alone }).length,
    excepted: verdicts.filter((one) => !isRight(one) && excepted.has(one.id)).length,
    held: { rows: held.length, right: held.filter(isRight).length },
  };
}

export function lostIn({ verdicts, alone }: Pick<Result, 'verdicts' | 'alone'>): Verdict[] {
  return verdicts.filter((one, at) => !isRight(one) && isRight(alone[at] as Verdict));
}

const savedSchema = z.object({
  commit: z.string().optional(),
  corpora: z.record(z.string(), z.object({ right: z.array(z.string()), wrong: z.array(z.string()) })),
});

/** Which rows were right at another time: of each corpus, by their ids. */
export type Earlier = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

/** What `--json` wrote. */
export function readEarlier(file: string): Earlier {
  const { corpora } = savedSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return new Map(
    Object.entries(corpora).map(([name, { right, wrong }]) => [
      name,
      new Map([...right.map((id) => [id, true] as const), ...wrong.map((id) => [id, false] as const)]),
    ]),
  );
}

/** What another reader makes of the same rows. */
export function judgeEarlier(corpora: readonly Corpus[], reader: Reader): Earlier {
  return new Map(
    corpora.map((corpus) => [
      corpus.name,
      new Map(judge(corpus, reader).map((one) => [one.id, isRight(one)])),
    ]),
  );
}

/** Rows that became right or wrong since. */
export function changesIn({ corpus, verdicts }: Result, earlier: Earlier): Verdict[] {
  const before = earlier.get(corpus);
  return verdicts.filter((one) => {
    const was = before?.get(one.id);
    return was !== undefined && was !== isRight(one);
  });
}

/** For machines, and for `--against`. */
export function toJson(results: readonly Result[]): z.infer<typeof savedSchema> & Record<string, unknown> {
  const ids = (result: Result, wanted: boolean) =>
    result.verdicts.filter((one) => isRight(one) === wanted).map(({ id }) => id);
  return {
    at: new Date().toISOString(),
    corpora: Object.fromEntries(
      results.map((result) => [
        result.corpus,
        { ...count(result), right: ids(result, true), wrong: ids(result, false) },
      ]),
    ),
  };
}
