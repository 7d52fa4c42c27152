import { hash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { FolderId } from '../../core/ids.ts';
import type { Schema } from '../db/schema.ts';
import type { Listing } from './listing-types.ts';

/** Of the files that a whole listing names: an equal fingerprint names the same, whatever their order. Null for a part. */
export function fingerprintOf({ files, complete }: Listing): string | null {
  if (!complete) return null;
  const lines = files.map((file) =>
    JSON.stringify([
      file.id,
      file.url,
      file.name,
      file.sizeBytes,
      file.sentAt,
      file.contentType,
      file.hasPassword,
      file.hasAccessRules,
    ]),
  );
  return hash('sha256', lines.sort().join('\n'), 'base64url');
}

/** Whether a folder holds this many files: not when one was lost since, or another folder has named it. */
export async function holds(trx: Transaction<Schema>, folderId: FolderId, count: number): Promise<boolean> {
  // Without statistics SQLite would take the other index, and look at each file.
  const { rows } = await sql<{ n: number }>`select count(*) as n from files indexed by files_present
    where folder_id = ${folderId} and missing_since is null and gone_at is null`.execute(trx);
  return rows[0]?.n === count;
}
