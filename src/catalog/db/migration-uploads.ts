import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Uploads that have begun and are not known to have ended. */
export const uploads: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table if not exists uploads (
      id integer primary key autoincrement not null,
      source text not null,
      size_bytes integer not null,
      modified_at integer not null,
      folder_id text not null,
      name text not null,
      receipt text,
      begun_at integer not null,
      is_stored integer not null
    )`.execute(db);
  },
};
