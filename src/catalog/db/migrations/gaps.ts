import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What the last listing of a folder lacked. */
export const gaps: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table if not exists folder_gaps (
      folder_id text primary key not null,
      gaps text not null
    ) without rowid`.execute(db);
  },
};
