import { type Kysely, sql, type Transaction } from 'kysely';
import type { Listing } from '../account/listing-types.ts';
import type { Schema } from '../db/schema.ts';

/**
 * Notes that something in a folder of the account changed. `now`: when that was seen; undefined for a folder that is
 * listed for the first time, which is as old as the newest thing in it.
 */
export async function recordChange(
  trx: Transaction<Schema>,
  { folderId, files, folders }: Listing,
  now: number | undefined,
): Promise<void> {
  let at = now ?? 0;
  if (now === undefined) {
    for (const { sentAt = 0 } of files) at = Math.max(at, sentAt);
    for (const { createdAt = 0 } of folders) at = Math.max(at, createdAt);
  }
  if (at === 0) return;
  await trx
    .updateTable('folders')
    .set({ changed_at: sql<number>`max(coalesce(changed_at, 0), ${at})` })
    .where('id', '=', folderId)
    .execute();
}

/** Notes that these files of a tree were written or taken away, for every folder above them. */
export async function recordTreeChange(
  db: Kysely<Schema>,
  tree: string,
  paths: readonly string[],
  at: number,
): Promise<void> {
  const folders = new Set<string>();
  for (const path of paths)
    for (let end = path.lastIndexOf('/'); ; end = path.lastIndexOf('/', end - 1)) {
      folders.add(path.slice(0, Math.max(0, end)));
      if (end <= 0) break;
    }
  if (folders.size === 0) return;
  await sql`insert into tree_folders
    select ${tree}, value, ${at} from json_each(${JSON.stringify([...folders])}) where true
    on conflict do update set changed_at = max(changed_at, excluded.changed_at)`.execute(db);
}
