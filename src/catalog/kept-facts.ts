import type { Codec } from '../core/codec.ts';
import type { KeepFact } from '../core/kept-fact.ts';
import type { Log } from '../core/log.ts';
import type { KeyValues } from './db/key-values.ts';

/** Keeps them in the catalog. */
export function createKeptFacts(keyValues: KeyValues, log: Log): KeepFact {
  return async <T>(name: string, codec: Codec<T>) => {
    const kept = keyValues.entry(name, codec);
    let value: T | undefined = await kept.get();
    return {
      read: () => value,
      write: (next: T) => {
        value = next;
        kept.put(next).catch((error: unknown) => log.warn({ err: error, name }, 'could not be kept on disk'));
      },
    };
  };
}
