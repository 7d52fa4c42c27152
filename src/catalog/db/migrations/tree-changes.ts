import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What changed in the trees, for who asks what happened last. */
export const treeChanges: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table if not exists tree_changes (
      id integer primary key autoincrement not null,
      at integer not null,
      tree text not null,
      kind text not null,
      title_key text,
      path text not null,
      former text,
      files integer not null,
      titles integer not null
    )`.execute(db);
  },
};
