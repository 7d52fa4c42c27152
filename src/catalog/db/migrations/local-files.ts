import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Small files that the host does not take and clients count on, and uploads that take the place of another file. */
export const localFiles: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table if not exists local_files (
      folder_id text not null,
      name text not null,
      content blob not null,
      changed_at integer not null,
      primary key (folder_id, name)
    )`.execute(db);
    const { rows } = await sql<{ name: string }>`select name from pragma_table_info('uploads')`.execute(db);
    if (!rows.some(({ name }) => name === 'replaces'))
      await sql`alter table uploads add column replaces integer not null default 0`.execute(db);
  },
};

/** Dates of files, which the host does not keep: of those that are there, of those on their way, and of those that only we have. */
export const fileDates: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table if not exists file_dates (
      file_id text primary key not null,
      dated_at integer not null
    ) without rowid`.execute(db);
    for (const table of ['uploads', 'local_files']) {
      const { rows } = await sql<{ name: string }>`select name from pragma_table_info(${table})`.execute(db);
      if (!rows.some(({ name }) => name === 'dated_at'))
        await sql`alter table ${sql.table(table)} add column dated_at integer`.execute(db);
    }
  },
};
