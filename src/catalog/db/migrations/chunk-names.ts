import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Chunks that are numbered: their names say nothing of where their bytes belong; null: first and last byte do. */
export const chunkNames: Migration = {
  async up(db: Kysely<unknown>) {
    const { rows } = await sql`select name from pragma_table_info('held_chunks') where name = 'name'`.execute(
      db,
    );
    if (rows.length === 0) await sql`alter table held_chunks add column name text`.execute(db);
  },
};
