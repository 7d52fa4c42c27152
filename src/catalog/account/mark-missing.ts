import { sql, type Transaction } from 'kysely';
import type { FileId, FolderId } from '../../core/ids.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';
import { descendantFolders } from './descendants.ts';
import type { Child, HeldFile, Listing } from './listing-types.ts';
import { hasSuccessor } from './successor.ts';

/** A listing that may lack entries says nothing of what is missing here: it counts as there until a whole one says it again. */
export async function suspectMissing(trx: Transaction<Schema>, folderId: FolderId): Promise<void> {
  const lost = await trx
    .selectFrom('folders')
    .select('id')
    .where('parent_id', '=', folderId)
    .where('missing_since', 'is not', null)
    .execute();
  const ids = lost.map((row) => row.id);
  const below = ids.length > 0 ? await descendantFolders(trx, ids) : [];
  // What comes back here was named by no listing: a fingerprint would hide that the next one lacks it.
  if (below.length > 0)
    await trx
      .updateTable('folders')
      .set({ missing_since: null, fingerprint: null })
      .where('id', 'in', inList(below))
      .execute();
  await trx
    .updateTable('files')
    .set({ missing_since: null, missed_at: null, confirmed_at: null })
    .where('folder_id', 'in', inList([folderId, ...below]))
    .where('missing_since', 'is not', null)
    .where(sql<boolean>`not ${isReplaced}`)
    .execute();
}

/**
 * Uploaded anew, and its place in the trees is the new one's: nothing is lost by calling it missing, and when it comes
 * back beside the other it must be seen to come.
 */
const isReplaced = sql<boolean>`(${hasSuccessor} and not exists (select 1 from tree where tree.file_id = files.id))`;

/** Calls missing what the folder held and no longer names: its files, and whole folders with all below them. */
export async function markMissing(
  trx: Transaction<Schema>,
  listing: Listing,
  /** What this folder held before the listing. */
  { children, held }: { children: readonly Child[]; held: readonly HeldFile[] },
  now: number,
): Promise<FileId[]> {
  const here = new Set(listing.folders.map((folder) => folder.id));
  const lost = children.filter((row) => row.missing_since === null && !here.has(row.id)).map((row) => row.id);
  const below = lost.length > 0 ? await descendantFolders(trx, lost) : [];
  if (below.length > 0)
    await trx
      .updateTable('folders')
      .set({ missing_since: now })
      .where('id', 'in', inList(below))
      .where('missing_since', 'is', null)
      .execute();
  const present = new Set(listing.files.map((file) => file.id));
  const missing = held
    .filter((row) => row.missing_since === null && row.gone_at === null && !present.has(row.id))
    .map((row) => row.id);
  if (below.length > 0) {
    const rows = await trx
      .selectFrom('files')
      .select('id')
      .where('folder_id', 'in', inList(below))
      .where('missing_since', 'is', null)
      .where('gone_at', 'is', null)
      .execute();
    missing.push(...rows.map((row) => row.id));
  }
  if (missing.length > 0)
    await trx.updateTable('files').set({ missing_since: now }).where('id', 'in', inList(missing)).execute();
  return missing;
}
