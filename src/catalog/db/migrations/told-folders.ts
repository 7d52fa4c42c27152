import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Folders that media servers were told of and that are looked for there. */
export const toldFolders: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('told_folders')
      .addColumn('server', 'text', (column) => column.notNull())
      .addColumn('tree', 'text', (column) => column.notNull())
      .addColumn('dir', 'text', (column) => column.notNull())
      .addColumn('told_at', 'integer', (column) => column.notNull())
      .addColumn('looks', 'integer', (column) => column.notNull())
      .addColumn('due_at', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('one_told_folder', ['server', 'tree', 'dir'])
      .modifyEnd(sql`without rowid`)
      .execute();
  },
};
