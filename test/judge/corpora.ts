import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Entry, pathOf, readEntries } from '../fixtures/score.ts';

/** Names with their answers. */
export interface Corpus {
  name: string;
  /** `shared` lies beside the checkout and is never copied into it. */
  from: 'shared' | 'own';
  entries: readonly Entry[];
}

const ownFolder = join(import.meta.dirname, '../names');

/**
 * The sets of the repository, and those beside the checkout where they are.
 *
 * @param only words, of which a set's name holds one; all sets without
 */
export function readCorpora(shared: string, only: readonly string[] = []): Corpus[] {
  const of = (folder: string, from: Corpus['from']) =>
    (existsSync(folder) ? readdirSync(folder) : [])
      .filter((file) => file.endsWith('.jsonl'))
      .map((file) => ({ name: file.slice(0, -'.jsonl'.length), from, file: join(folder, file) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...of(shared, 'shared'), ...of(ownFolder, 'own')]
    .filter(({ name }) => only.length === 0 || only.some((word) => name.includes(word)))
    .map(({ name, from, file }) => ({ name, from, entries: readEntries(file) }));
}

/** Names a row without telling it: the first eight hex digits of the SHA-256 of its path. */
export function rowId(entry: Entry): string {
  return createHash('sha256').update(pathOf(entry)).digest('hex').slice(0, 8);
}

/** A third of all names, always the same, to which nothing may be fitted. */
export function isHeldOut(id: string): boolean {
  return Number.parseInt(id, 16) % 3 === 0;
}
