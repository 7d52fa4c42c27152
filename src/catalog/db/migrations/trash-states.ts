import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const columns = [
  ['account_trash', 'certain_at', 'integer'],
  ['account_trash', 'gone_at', 'integer'],
  ['begun_moves', 'begun_at', 'integer not null default 0'],
] as const;

/** When what was removed left the library, and since when for certain; since when a move has been asked for. */
export const trashStates: Migration = {
  async up(db: Kysely<unknown>) {
    for (const [table, column, type] of columns) {
      const { rows } = await sql<{
        name: string;
      }>`select name from pragma_table_info(${table}) where name = ${column}`.execute(db);
      if (rows.length === 0)
        await sql`alter table ${sql.table(table)} add column ${sql.ref(column)} ${sql.raw(type)}`.execute(db);
    }
  },
};
