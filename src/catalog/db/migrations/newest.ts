import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The newest files are found without a look at all of them. */
export const newest: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.createIndex('files_sent').on('files').columns(['sent_at', 'first_seen_at']).execute();
  },
};
