import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Rows whose answer need not be ours: `exceptions.jsonl`, one `{corpus, row, reason}` a line. */
const lineSchema = z.strictObject({
  corpus: z.string().min(1),
  /** What `--wrong` prints before the name; the names themselves are not ours to copy. */
  row: z.string().regex(/^[\da-f]{8}$/),
  reason: z.string().min(10),
});
const maxShare = 0.02;

/** Ids of the rows of each corpus. */
export type Exceptions = ReadonlyMap<string, ReadonlySet<string>>;

export function readExceptions(): Exceptions {
  const found = new Map<string, Set<string>>();
  const lines = readFileSync(join(import.meta.dirname, 'exceptions.jsonl'), 'utf8').split('\n');
  for (const line of lines.filter((one) => one.trim() !== '')) {
    const { corpus, row } = lineSchema.parse(JSON.parse(line));
    found.set(corpus, (found.get(corpus) ?? new Set()).add(row));
  }
  return found;
}

/** What is wrong with the exceptions of one corpus, in words. */
export function faultsOf(
  corpus: string,
  excepted: ReadonlySet<string>,
  rows: ReadonlyMap<string, boolean>,
): string[] {
  const most = Math.floor(rows.size * maxShare);
  const faults = [...excepted].flatMap((id) => {
    const isRight = rows.get(id);
    if (isRight === undefined) return [`${corpus}: there is no row ${id}`];
    return isRight ? [`${corpus}: row ${id} is right and needs no exception`] : [];
  });
  if (excepted.size > most) faults.push(`${corpus}: ${excepted.size} exceptions, at most ${most} (2 %)`);
  return faults;
}
