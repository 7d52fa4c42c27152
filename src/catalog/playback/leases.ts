import type { Kysely } from 'kysely';
import type { FileId } from '../../core/ids.ts';
import type { Schema } from '../db/schema.ts';

/** A direct link as it is kept. Times in milliseconds UTC. */
export interface KeptLease {
  fileId: FileId;
  url: string;
  issuedAt: number;
  firstUsedAt: number | undefined;
}

/** Direct links that outlive a restart. */
export interface Leases {
  /** The link that is kept of this file, however old. */
  get(fileId: FileId): Promise<KeptLease | undefined>;
  /** Keeps a link in the place of the one before it. */
  put(lease: KeptLease): Promise<void>;
  /** Forgets the link of this file. */
  drop(fileId: FileId): Promise<void>;
  /** Forgets links made before `issuedBefore`: they hold an address that nobody needs any more. */
  prune(issuedBefore: number): Promise<void>;
}

export function createLeases(db: Kysely<Schema>): Leases {
  return {
    async get(fileId) {
      const row = await db.selectFrom('leases').selectAll().where('file_id', '=', fileId).executeTakeFirst();
      return (
        row && { fileId, url: row.url, issuedAt: row.issued_at, firstUsedAt: row.first_used_at ?? undefined }
      );
    },

    async put(lease) {
      const values = { url: lease.url, issued_at: lease.issuedAt, first_used_at: lease.firstUsedAt ?? null };
      await db
        .insertInto('leases')
        .values({ file_id: lease.fileId, ...values })
        .onConflict((conflict) => conflict.column('file_id').doUpdateSet(values))
        .execute();
    },

    async drop(fileId) {
      await db.deleteFrom('leases').where('file_id', '=', fileId).execute();
    },

    async prune(issuedBefore) {
      await db.deleteFrom('leases').where('issued_at', '<', issuedBefore).execute();
    },
  };
}
