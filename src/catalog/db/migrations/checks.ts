import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Words of the code once more: what is looked for in media servers is checked, and what tells a key is its fingerprint. */
export const checks: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table told_folders rename column looks to checks`.execute(db);
    await sql`update key_values
      set value = json_remove(json_set(value, '$.keyFingerprint', json_extract(value, '$.keyPrint')), '$.keyPrint')
      where name = 'account' and json_extract(value, '$.keyPrint') is not null`.execute(db);
  },
};
