import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * What is kept of a film says which version of it that is. Nobody knows it of what was kept before, and bytes that may
 * be of two versions are not put together: it is read anew.
 */
export const fileVersions: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`delete from cached_ranges`.execute(db);
    await db.schema
      .alterTable('cached_ranges')
      .addColumn('version', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    await db.schema
      .createTable('file_versions')
      .addColumn('file_id', 'text', (column) => column.primaryKey())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('mark', 'text', (column) => column.notNull())
      .modifyEnd(sql`without rowid`)
      .execute();
  },
};
