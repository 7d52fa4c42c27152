import type { Codec } from './codec.ts';

/** A small fact that outlives a restart: what uses it must not wait for the disk. */
export interface KeptFact<T> {
  /** What was written last; undefined where nothing was, or where it cannot be read any more. */
  read(): T | undefined;
  /** In the background; a failure is logged. */
  write(next: T): void;
}

/** The fact of this name, read once. */
export type KeepFact = <T>(name: string, codec: Codec<T>) => Promise<KeptFact<T>>;
