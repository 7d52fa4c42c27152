import { type Kysely, sql, type Transaction } from 'kysely';
import { batches } from './batches.ts';
import type { Schema } from './schema.ts';

/** These folders and every folder below them. */
export async function foldersBelow(db: Kysely<Schema>, ids: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    with recursive below(id) as (
      select id from folders where id in (${sql.join(ids)})
      union
      select f.id from folders f join below on f.parent_id = below.id
    ) select id from below`.execute(db);
  return rows.map((row) => row.id);
}

/** Files in these folders and below. */
export async function filesBelow(trx: Transaction<Schema>, ids: readonly number[]): Promise<string[]> {
  const files: string[] = [];
  for (const part of batches(await foldersBelow(trx, ids))) {
    const rows = await trx
      .selectFrom('files')
      .select('id')
      .where('folder_id', 'in', part)
      .where('gone_at', 'is', null)
      .execute();
    files.push(...rows.map((row) => row.id));
  }
  return files;
}
