import { type Kysely, sql, type Transaction } from 'kysely';
import type { FileId, FolderId } from '../../core/ids.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';

/** These folders and every folder below them. */
export async function descendantFolders(db: Kysely<Schema>, ids: readonly FolderId[]): Promise<FolderId[]> {
  const { rows } = await sql<{ id: FolderId }>`
    with recursive below(id) as (
      select id from folders where id in ${inList(ids)}
      union
      select f.id from folders f join below on f.parent_id = below.id
    ) select id from below`.execute(db);
  return rows.map((row) => row.id);
}

/** Files in these folders and below. */
export async function descendantFiles(trx: Transaction<Schema>, ids: readonly FolderId[]): Promise<FileId[]> {
  const rows = await trx
    .selectFrom('files')
    .select('id')
    .where('folder_id', 'in', inList(await descendantFolders(trx, ids)))
    .where('gone_at', 'is', null)
    .execute();
  return rows.map((row) => row.id);
}
