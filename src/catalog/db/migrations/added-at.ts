import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Since when a title is in the account, as it is told to media servers: later versions keep it. */
export const addedAt: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('placements').addColumn('added_at', 'integer').execute();
  },
};
