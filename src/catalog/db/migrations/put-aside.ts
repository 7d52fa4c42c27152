import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Files that took down what read them. */
export const putAside: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table if not exists put_aside (
      file_id text primary key not null,
      size_bytes integer not null,
      at integer not null,
      tries integer not null,
      why text
    ) without rowid`.execute(db);
  },
};
