import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Copies that are to have another name than what they are made of, and may have the old one still. */
export const begunCopies: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table if not exists begun_copies (
      id integer primary key autoincrement not null,
      file_id text not null,
      parent_id text not null,
      name text not null,
      begun_at integer not null
    )`.execute(db);
  },
};
