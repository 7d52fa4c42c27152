import { CompiledQuery, type Transaction } from 'kysely';
import type { Schema } from './schema.ts';
import { Rows } from './sqlite.ts';

/**
 * Inserts rows, or gives the rows that have their key all their values. One statement runs for each of them: as the
 * parameters of one or as JSON they take longer to read than to write. All rows have the same columns.
 * @param key columns of the primary key
 */
export async function upsert<T extends keyof Schema & string>(
  trx: Transaction<Schema>,
  table: T,
  key: readonly (keyof Schema[T] & string)[],
  rows: readonly Schema[T][],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0] as object) as (keyof Schema[T] & string)[];
  const changes = columns
    .filter((column) => !key.includes(column))
    .map((name) => `${name} = excluded.${name}`);
  const text = `insert into ${table} (${columns}) values (${columns.map(() => '?')})
    on conflict (${key}) do update set ${changes}`;
  const values = rows.map((row) => columns.map((column) => row[column]));
  await trx.executeQuery(CompiledQuery.raw(text, [new Rows(values)]));
}
