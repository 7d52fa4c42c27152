import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Yielder } from '../../core/yield-often.ts';

/** Rows that are read between two looks at how long the event loop has been held. */
const rowsBetweenYields = 32;

/** Rows that are read in one go: some two milliseconds. */
const rowsAtOnce = 1000;

/** A statement that gives rows. */
export interface RowReader {
  /** Reads all rows as objects; of many, others may run in between. @throws what node:sqlite throws */
  rows(parameters: readonly SQLInputValue[]): Promise<Record<string, unknown>[]>;
}

/** @returns undefined for a statement that gives no rows */
export function createRowReader(statement: StatementSync, yieldOften: Yielder): RowReader | undefined {
  const readRow = readRowOf(statement);
  return readRow && { rows: (parameters) => oneByOne(statement, readRow, parameters, yieldOften) };
}

/**
 * For a select. Rows that come one by one take twice as long as those that come together, and how many there are is known
 * when they are there: so it is asked for as many as may come in one go, and asked again where there are more.
 *
 * @returns undefined for any other statement, and for a select that has a limit of its own
 */
export function createSelectReader(
  database: DatabaseSync,
  sql: string,
  yieldOften: Yielder,
): RowReader | undefined {
  if (!/^\s*select\b/i.test(sql) || /\blimit\b/i.test(sql)) return undefined;
  const few = database.prepare(`${sql} limit ${rowsAtOnce + 1}`);
  const readRow = readRowOf(few);
  let whole: RowReader | undefined;
  let givesMany = false;
  return (
    readRow && {
      async rows(parameters) {
        if (!givesMany) {
          const found = few.all(...parameters) as unknown as unknown[][];
          if (found.length <= rowsAtOnce) return found.map(readRow);
        }
        whole ??= createRowReader(database.prepare(sql), yieldOften);
        const rows = (await whole?.rows(parameters)) ?? [];
        givesMany = rows.length > rowsAtOnce;
        return rows;
      },
    }
  );
}

type ReadRow = (values: readonly unknown[]) => Record<string, unknown>;

function readRowOf(statement: StatementSync): ReadRow | undefined {
  const columns = statement.columns().map(({ name }) => name);
  // As objects, node:sqlite would put every row among what lives long: a long listing would fill the heap.
  statement.setReturnArrays(true);
  if (columns.length === 0) return undefined;
  return (values) => {
    const row: Record<string, unknown> = {};
    for (let at = 0; at < columns.length; at++) row[columns[at] as string] = values[at];
    return row;
  };
}

// A first sync reads a million rows: nothing is made for one but what is asked for, and nothing awaited.
async function oneByOne(
  statement: StatementSync,
  readRow: ReadRow,
  parameters: readonly SQLInputValue[],
  yieldOften: Yielder,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  const found = statement.iterate(...parameters) as unknown as Iterator<unknown[], undefined>;
  for (;;) {
    const next = found.next();
    if (next.done) return rows;
    rows.push(readRow(next.value));
    const others = rows.length % rowsBetweenYields === 0 ? yieldOften() : undefined;
    if (others) await others;
  }
}
