import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const tables = [
  ['kept', 'cached_ranges'],
  ['memory', 'key_values'],
  ['notices', 'outbox'],
  ['places', 'placements'],
  ['batches', 'journal'],
] as const;

const columns = [
  ['folders', 'print', 'fingerprint'],
  ['placements', 'told', 'pinned'],
  ['journal', 'said', 'former'],
] as const;

const keys = [
  ['steady', 'monotonicClock'],
  ['asLeft', 'reconcileFingerprint'],
  ['accountBehind', 'accountIdentity'],
] as const;

/** Tables, columns and names of facts are called by the words of the code. What they hold stays as it was. */
export const words: Migration = {
  async up(db: Kysely<unknown>) {
    for (const [from, to] of tables) await db.schema.alterTable(from).renameTo(to).execute();
    for (const [table, from, to] of columns)
      await sql`alter table ${sql.table(table)} rename column ${sql.ref(from)} to ${sql.ref(to)}`.execute(db);
    // An index cannot be renamed.
    for (const index of ['places_file', 'places_key']) await db.schema.dropIndex(index).execute();
    await db.schema.createIndex('placements_file').on('placements').column('file_id').execute();
    await db.schema.createIndex('placements_key').on('placements').columns(['tree', 'title_key']).execute();
    for (const [from, to] of keys)
      await sql`update or replace key_values set name = ${to} where name = ${from}`.execute(db);
    await sql`update proposals set kind = 'retention' where kind = 'ladder'`.execute(db);
    // A field of JSON: within a text the quotes would be escaped.
    await sql`update journal set moves = replace(moves, '"told":', '"pinned":')`.execute(db);
  },
};
