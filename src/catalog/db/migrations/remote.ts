import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Addresses that the host is asked to fetch by itself. */
export const remoteAddresses: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table if not exists remote_addresses (
      id integer primary key autoincrement not null,
      url text not null,
      folder_id text not null,
      state text not null,
      added_at integer not null,
      asked_at integer,
      job text,
      file_id text,
      page_url text,
      why text,
      ended_at integer
    )`.execute(db);
    await sql`create index if not exists remote_addresses_open on remote_addresses (id) where ended_at is null`.execute(
      db,
    );
  },
};
