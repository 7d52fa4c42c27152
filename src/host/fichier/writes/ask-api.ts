import type { CallOptions } from '../../host.ts';

/** Asks the API, in its turn. */
export type Ask = <T>(
  verb: string,
  body: object,
  options: CallOptions,
  read: (answer: unknown) => T,
) => Promise<T>;
