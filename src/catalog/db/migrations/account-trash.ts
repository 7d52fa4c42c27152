import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What was taken out of the account by hand and can be taken back, and moves that need two calls. */
export const accountTrash: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table if not exists account_trash (
      id integer primary key autoincrement not null,
      kind text not null,
      host_id text not null unique,
      url text,
      name text not null,
      files integer not null,
      size_bytes integer not null,
      parent_id text not null,
      path text not null,
      day text not null,
      day_id text not null,
      is_there integer not null,
      trashed_at integer not null
    )`.execute(db);
    await sql`create table if not exists begun_moves (
      id integer primary key autoincrement not null,
      kind text not null,
      host_id text not null unique,
      url text,
      parent_id text not null,
      name text not null
    )`.execute(db);
  },
};
