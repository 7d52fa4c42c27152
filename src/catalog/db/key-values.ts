import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** Small facts that outlive a restart (the state of the circuit breakers, the last answer about the account): JSON by name. */
export interface KeyValues {
  /** What is kept under this name. */
  get<T>(name: string): Promise<T | undefined>;
  /** @param value anything that JSON can hold */
  put(name: string, value: unknown): Promise<void>;
}

export function createKeyValues(db: Kysely<Schema>): KeyValues {
  return {
    async get<T>(name: string) {
      const row = await db.selectFrom('memory').select('value').where('name', '=', name).executeTakeFirst();
      return row && (JSON.parse(row.value) as T);
    },

    async put(name, value) {
      const json = JSON.stringify(value);
      await db
        .insertInto('memory')
        .values({ name, value: json })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: json }))
        .execute();
    },
  };
}
