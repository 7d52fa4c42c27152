import type { KeyValues } from './catalog/db/key-values.ts';
import type { Codec } from './core/codec.ts';
import type { Log } from './core/log.ts';

/** A small fact that outlives a restart: what uses it must not wait for the disk. */
export interface KeptFact<T> {
  /** What was written last; undefined where nothing was, or where it cannot be read any more. */
  read(): T | undefined;
  /** In the background; a failure is logged. */
  write(next: T): void;
}

/** The fact of this name, read once. */
export type KeepFact = <T>(name: string, codec: Codec<T>) => Promise<KeptFact<T>>;

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
