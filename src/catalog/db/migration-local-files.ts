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
