import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** A direct link as it is kept. Times in milliseconds UTC. */
export interface KeptLease {
  fileId: string;
  url: string;
  issuedAt: number;
  firstUsedAt: number | undefined;
}

/** Direct links that outlive a restart. */
export function createLeases(db: Kysely<Schema>) {
  return {
    async get(fileId: string): Promise<KeptLease | undefined> {
      const row = await db.selectFrom('leases').selectAll().where('file_id', '=', fileId).executeTakeFirst();
      return (
        row && { fileId, url: row.url, issuedAt: row.issued_at, firstUsedAt: row.first_used_at ?? undefined }
      );
    },

    async put(lease: KeptLease): Promise<void> {
      const values = { url: lease.url, issued_at: lease.issuedAt, first_used_at: lease.firstUsedAt ?? null };
      await db
        .insertInto('leases')
        .values({ file_id: lease.fileId, ...values })
        .onConflict((conflict) => conflict.column('file_id').doUpdateSet(values))
        .execute();
    },

    async drop(fileId: string): Promise<void> {
      await db.deleteFrom('leases').where('file_id', '=', fileId).execute();
    },

    /** Forgets links made before `issuedBefore`: they hold an address that nobody needs any more. */
    async prune(issuedBefore: number): Promise<void> {
      await db.deleteFrom('leases').where('issued_at', '<', issuedBefore).execute();
    },
  };
}

export type Leases = ReturnType<typeof createLeases>;
