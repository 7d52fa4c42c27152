import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What makes room for something else, and is taken back where that never comes; null: it is only removed. */
export const makingRoom: Migration = {
  async up(db: Kysely<unknown>) {
    const { rows } =
      await sql`select name from pragma_table_info('account_trash') where name = 'room_for'`.execute(db);
    if (rows.length === 0) await sql`alter table account_trash add column room_for text`.execute(db);
  },
};
