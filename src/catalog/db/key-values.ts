import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** Small facts that outlive a restart (the gate's state, the last answer about the account): JSON by name. */
export function createKeyValues(db: Kysely<Schema>) {
  return {
    async get<T>(name: string): Promise<T | undefined> {
      const row = await db.selectFrom('memory').select('value').where('name', '=', name).executeTakeFirst();
      return row && (JSON.parse(row.value) as T);
    },

    async put(name: string, value: unknown): Promise<void> {
      const json = JSON.stringify(value);
      await db
        .insertInto('memory')
        .values({ name, value: json })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: json }))
        .execute();
    },
  };
}

export type Memory = ReturnType<typeof createKeyValues>;
