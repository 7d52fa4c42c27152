import { type Kysely, sql, type Transaction } from 'kysely';
import { batches } from './batches.ts';
import type { Schema } from './schema.ts';

/**
 * Inserts rows, or gives the rows that have their key all their values. They go as one parameter of JSON: thousands of
 * parameters would take longer to name than to write. All rows have the same columns.
 * @param key columns of the primary key
 */
export async function upsert<T extends keyof Schema & string>(
  db: Kysely<Schema> | Transaction<Schema>,
  table: T,
  key: readonly (keyof Schema[T] & string)[],
  rows: readonly Schema[T][],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const values = sql.join(columns.map((_, at) => sql`value ->> ${sql.lit(at)}`));
  const rest = columns.filter((column) => !(key as readonly string[]).includes(column));
  const changes = sql.join(rest.map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`));
  for (const part of batches(rows)) {
    const json = JSON.stringify(part.map((row) => columns.map((column) => row[column as keyof Schema[T]])));
    // `where true`: without it SQLite would read `on` as a part of the join.
    await sql`insert into ${sql.table(table)} (${names}) select ${values} from json_each(${json}) where true
      on conflict (${sql.join(key.map((column) => sql.ref(column)))}) do update set ${changes}`.execute(db);
  }
}
