import { CompiledQuery, type Transaction } from 'kysely';
import { createYielder } from '../../core/yield-often.ts';
import { chunks } from './chunks.ts';
import type { Schema } from './schema.ts';
import { Rows } from './sqlite.ts';

/** Some milliseconds of work. */
const rowsATurn = 250;

/**
 * Runs one statement for each of many rows. As the parameters of a single one, or as JSON, they take longer to read than
 * to write.
 * @param values of each row, in the order of the statement's `?`
 */
export async function runForEach(
  trx: Transaction<Schema>,
  statement: string,
  values: readonly (readonly unknown[])[],
): Promise<void> {
  const yieldOften = createYielder();
  // What is written together is written by one transaction; the loop need not wait for all of it.
  for (const part of chunks(values, rowsATurn)) {
    await trx.executeQuery(CompiledQuery.raw(statement, [new Rows(part)]));
    await yieldOften();
  }
}

/**
 * Inserts rows, or gives the rows that have their key all these values. All rows have the same columns.
 * @param key columns of the primary key
 */
export async function upsert<T extends keyof Schema & string, C extends keyof Schema[T]>(
  trx: Transaction<Schema>,
  table: T,
  key: readonly (keyof Schema[T] & string)[],
  rows: readonly Pick<Schema[T], C>[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0] as object) as (C & string)[];
  const changes = columns
    .filter((column) => !(key as readonly string[]).includes(column))
    .map((name) => `${name} = excluded.${name}`);
  const statement = `insert into ${table} (${columns}) values (${columns.map(() => '?')})
    on conflict (${key}) do update set ${changes}`;
  await runForEach(
    trx,
    statement,
    rows.map((row) => columns.map((column) => row[column])),
  );
}
