import type { Kysely } from 'kysely';
import { type Codec, keptAs, type OnDamage } from '../../core/codec.ts';
import type { Schema } from './schema.ts';

/** One small fact. */
export interface KeyValue<T> {
  /** @returns undefined where nothing is kept, or what was kept cannot be read */
  get(): Promise<T | undefined>;
  put(value: T): Promise<void>;
}

/** Small facts that outlive a restart: the state of the circuit breakers, the last answer about the account. */
export interface KeyValues {
  /** The fact of this name. */
  entry<T>(name: string, codec: Codec<T>): KeyValue<T>;
}

export function createKeyValues(db: Kysely<Schema>, onDamage: OnDamage): KeyValues {
  return {
    entry: (name, codec) => ({
      async get() {
        const row = await db
          .selectFrom('key_values')
          .select('value')
          .where('name', '=', name)
          .executeTakeFirst();
        return row && keptAs(codec, name, onDamage).decode(row.value);
      },

      async put(value) {
        const text = codec.encode(value);
        await db
          .insertInto('key_values')
          .values({ name, value: text })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: text }))
          .execute();
      },
    }),
  };
}
