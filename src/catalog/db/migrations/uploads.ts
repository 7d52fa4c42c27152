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

/** Uploads whose bodies come in pieces, and the pieces of those that come in any order. */
export const heldUploads: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table if not exists held_uploads (
      id text primary key not null,
      door text not null,
      path text not null,
      size_bytes integer,
      metadata text not null,
      replaces integer not null,
      state text not null,
      fate text,
      file_id text,
      error_code text,
      error text,
      added_at integer not null,
      touched_at integer not null
    )`.execute(db);
    await sql`create table if not exists held_chunks (
      upload_id text not null,
      first_byte integer not null,
      last_byte integer not null,
      primary key (upload_id, first_byte)
    ) without rowid`.execute(db);
  },
};
