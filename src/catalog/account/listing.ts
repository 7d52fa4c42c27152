import { sql, type Transaction } from 'kysely';
import type { FileId, FolderId } from '../../core/ids.ts';
import { chunks } from '../db/chunks.ts';
import { inList } from '../db/in-list.ts';
import type { FileTable, Schema } from '../db/schema.ts';
import { upsert } from '../db/upsert.ts';
import { recordChange } from '../tree/folder-dates.ts';
import { descendantFiles } from './descendants.ts';
import { recordDates } from './file-dates.ts';
import { recordGaps } from './folder-gaps.ts';
import { fingerprintOf, holds } from './listing-fingerprint.ts';
import type { Child, HeldFile, ListedFile, Listing, ListingChange } from './listing-types.ts';
import { markMissing, suspectMissing } from './mark-missing.ts';

export type { ListedFile, Listing, ListingChange } from './listing-types.ts';

/** Writes one listing into the catalog. Part of the caller's transaction. @param now milliseconds UTC */
export async function recordListing(
  trx: Transaction<Schema>,
  listing: Listing,
  now: number,
): Promise<ListingChange> {
  // Two questions: for one with `or` SQLite fills a table of its own with the rows of both.
  const folders = trx
    .selectFrom('folders')
    .select(['id', 'name', 'parent_id', 'listed_at', 'missing_since', 'fingerprint']);
  const own = await folders.where('id', '=', listing.folderId).executeTakeFirst();
  const children = await folders.where('parent_id', '=', listing.folderId).execute();
  const fingerprint = fingerprintOf(listing);
  await trx
    .insertInto('folders')
    .values({
      id: listing.folderId,
      parent_id: null,
      name: listing.name,
      seen_at: now,
      listed_at: now,
      missing_since: null,
      changed_at: null,
      fingerprint,
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ seen_at: now, listed_at: now, missing_since: null, fingerprint }),
    )
    .execute();
  const gaps = listing.gaps ?? [];
  if (own || gaps.length > 0) await recordGaps(trx, listing.folderId, gaps);
  const { moved, arrived } = await recordFolders(trx, listing, children, now);
  if (listing.folders.length > 0) await cutCycle(trx, listing);
  const isSame =
    fingerprint !== null &&
    own?.fingerprint === fingerprint &&
    (await holds(trx, listing.folderId, listing.files.length));
  const held = isSame ? [] : await filesWhere(trx).where('folder_id', '=', listing.folderId).execute();
  const { changed, added } = isSame ? { changed: [], added: 0 } : await recordFiles(trx, listing, held, now);
  const below = moved.length > 0 ? await descendantFiles(trx, moved) : [];
  const missing = listing.complete ? await markMissing(trx, listing, { children, held }, now) : [];
  if (!listing.complete) await suspectMissing(trx, listing.folderId);
  const isChanged = changed.length + missing.length + moved.length + arrived > 0;
  if (isChanged) await recordChange(trx, listing, own?.listed_at == null ? undefined : now);
  return { changed: [...new Set([...changed, ...below])], missing, added };
}

/**
 * Writes files into a folder that nobody has listed just now. The fingerprint of its last listing goes: the next one
 * names more than that. Part of the caller's transaction.
 */
export async function recordArrivals(
  trx: Transaction<Schema>,
  folderId: FolderId,
  files: readonly ListedFile[],
  now: number,
): Promise<ListingChange> {
  await trx.updateTable('folders').set({ fingerprint: null }).where('id', '=', folderId).execute();
  const listing = { folderId, name: '', folders: [], files, complete: false };
  const { changed, added } = await recordFiles(trx, listing, [], now);
  await recordDates(trx, files);
  if (changed.length > 0) await recordChange(trx, listing, now);
  return { changed, missing: [], added };
}

/** What of a file is compared with what a listing says. */
function filesWhere(trx: Transaction<Schema>) {
  return trx
    .selectFrom('files')
    .select(['id', 'folder_id', 'url', 'name', 'size_bytes', 'sent_at', 'content_type'])
    .select(['has_password', 'has_access_rules', 'first_seen_at', 'missing_since', 'gone_at']);
}

/** Gives those that were known elsewhere or by another name, and how many were not known at all. */
async function recordFolders(
  trx: Transaction<Schema>,
  listing: Listing,
  children: readonly Child[],
  now: number,
): Promise<{ moved: FolderId[]; arrived: number }> {
  const moved: FolderId[] = [];
  let arrived = 0;
  const byId = new Map<FolderId, Omit<Child, 'missing_since'>>(children.map((row) => [row.id, row]));
  for (const part of chunks(listing.folders)) {
    const elsewhere = part.map((folder) => folder.id).filter((id) => !byId.has(id));
    if (elsewhere.length > 0) {
      const rows = await trx
        .selectFrom('folders')
        .select(['id', 'name', 'parent_id'])
        .where('id', 'in', elsewhere)
        .execute();
      for (const row of rows) byId.set(row.id, row);
    }
    for (const folder of part) {
      const before = byId.get(folder.id);
      if (!before) arrived++;
      else if (before.name !== folder.name || before.parent_id !== listing.folderId) moved.push(folder.id);
    }
    await trx
      .insertInto('folders')
      .values(
        part.map(({ id, name, createdAt }) => ({
          id,
          parent_id: listing.folderId,
          name,
          seen_at: now,
          listed_at: null,
          missing_since: null,
          changed_at: createdAt ?? null,
          fingerprint: null,
        })),
      )
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({
          name: (e) => e.ref('excluded.name'),
          parent_id: (e) => e.ref('excluded.parent_id'),
          seen_at: now,
          missing_since: null,
        }),
      )
      .execute();
  }
  return { moved, arrived };
}

async function recordFiles(
  trx: Transaction<Schema>,
  listing: Listing,
  held: readonly HeldFile[],
  now: number,
): Promise<{ changed: FileId[]; added: number }> {
  const changed: FileId[] = [];
  let added = 0;
  const known = new Map(held.map((row) => [row.id, row]));
  const elsewhere = listing.files.filter((file) => !known.has(file.id)).map((file) => file.id);
  if (elsewhere.length > 0)
    for (const row of await filesWhere(trx).where('id', 'in', inList(elsewhere)).execute())
      known.set(row.id, row);
  const rows: FileTable[] = [];
  for (const file of listing.files) {
    const before = known.get(file.id);
    if (!isThere(before)) added++;
    // Unchanged rows are left alone: a crawl of a quiet account writes one row a folder.
    if (!differs(before, file, listing.folderId)) continue;
    changed.push(file.id);
    rows.push(toRow(file, listing.folderId, before?.first_seen_at ?? now, now));
  }
  await upsert(trx, 'files', ['id'], rows);
  return { changed, added };
}

/**
 * A folder that was moved into what lay below it, while the crawl was between the two, would stand above itself. What
 * the newest listing says is true; the older word about this folder's own place is forgotten until it is listed again.
 */
async function cutCycle(trx: Transaction<Schema>, listing: Listing): Promise<void> {
  const children = JSON.stringify(listing.folders.map((folder) => folder.id));
  const { rows } = await sql<{ id: FolderId }>`
    with recursive up(id) as (
      select parent_id from folders where id = ${listing.folderId}
      union
      select f.parent_id from folders f join up on f.id = up.id where f.parent_id is not null
    ) select id from up where id in (select value from json_each(${children})) or id = ${listing.folderId}`.execute(
    trx,
  );
  if (rows.length > 0)
    await trx.updateTable('folders').set({ parent_id: null }).where('id', '=', listing.folderId).execute();
}

function isThere(row: HeldFile | undefined): boolean {
  return row !== undefined && row.gone_at === null;
}

function differs(row: HeldFile | undefined, file: ListedFile, folderId: FolderId): boolean {
  if (!row || row.missing_since !== null || row.gone_at !== null) return true;
  return (
    row.folder_id !== folderId ||
    row.name !== file.name ||
    row.size_bytes !== file.sizeBytes ||
    row.url !== file.url ||
    row.sent_at !== (file.sentAt ?? null) ||
    row.content_type !== (file.contentType ?? null) ||
    row.has_password !== Number(file.hasPassword) ||
    row.has_access_rules !== Number(file.hasAccessRules)
  );
}

function toRow(file: ListedFile, folderId: FolderId, firstSeenAt: number, now: number): FileTable {
  return {
    id: file.id,
    folder_id: folderId,
    url: file.url,
    name: file.name,
    size_bytes: file.sizeBytes,
    sent_at: file.sentAt ?? null,
    content_type: file.contentType ?? null,
    checksum: file.checksum ?? null,
    has_password: Number(file.hasPassword),
    has_access_rules: Number(file.hasAccessRules),
    first_seen_at: firstSeenAt,
    seen_at: now,
    missing_since: null,
    missed_at: null,
    gone_at: null,
    confirmed_at: null,
    kept_at: null,
  };
}
