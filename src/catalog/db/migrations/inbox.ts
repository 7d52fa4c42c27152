import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Files of this machine that were sent out of an inbox. */
export const inbox: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table if not exists inbox_files (
      dir text not null,
      path text not null,
      size_bytes integer not null,
      modified_at integer not null,
      file_id text not null,
      account_path text not null,
      became text not null,
      strm text,
      strm_hash text,
      done_at integer not null,
      primary key (dir, path)
    ) without rowid`.execute(db);
    await sql`create index if not exists inbox_files_done on inbox_files (done_at)`.execute(db);
  },
};
