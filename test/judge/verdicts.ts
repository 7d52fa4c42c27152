import type { Recognition } from '../../src/naming/recognise.ts';
import { answers, compare, type Expected, pathOf, type Reader } from '../fixtures/score.ts';
import { type Corpus, isHeldOut, rowId } from './corpora.ts';

/** One row of a corpus and what a reader made of it. */
export interface Verdict {
  id: string;
  path: string;
  isHeld: boolean;
  /** Fields that are wrong; none = the row is right. */
  wrong: string[];
  expect: Expected;
  got: Recognition;
}

export function judge({ entries }: Corpus, reader: Reader): Verdict[] {
  return answers(entries, reader).map((got, at) => {
    const entry = entries[at] as (typeof entries)[number];
    const id = rowId(entry);
    return {
      id,
      path: pathOf(entry),
      isHeld: isHeldOut(id),
      wrong: compare(entry.expect, got),
      expect: entry.expect,
      got,
    };
  });
}

export function isRight({ wrong }: Verdict): boolean {
  return wrong.length === 0;
}

/** A row as a person reads it: what is wrong, what it should be, what it is. */
export function describeWrong({ id, path, isHeld, wrong, expect, got }: Verdict): string {
  const lines = wrong.map((field) => `      ${field}: ${told(expect, field)}, not ${given(got, field)}`);
  return [`${id} ${isHeld ? 'held' : 'fit '} ${path}`, ...lines].join('\n');
}

function told(expect: Expected, field: string): string {
  const names: Record<string, (keyof Expected)[]> = {
    title: ['title', 'folderTitle'],
    season: ['season', 'seasonFirst', 'seasonFolder'],
    episodes: ['episodes', 'episodeFirst', 'episodeLast', 'single'],
  };
  const keys = names[field] ?? [field as keyof Expected];
  const values = keys.filter((key) => expect[key] !== undefined).map((key) => JSON.stringify(expect[key]));
  return values.join(' to ');
}

function given(got: Recognition, field: string): string {
  const value = field === 'type' ? got.kind : got[field as keyof Recognition];
  return value === undefined ? 'none' : JSON.stringify(value);
}
