/** Fields that stand in a line as they are: nothing nested, nothing secret. */
export type PlainFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a room needs of a logger: pino's shape, values first and words second. Values never hold a secret. */
export interface Log {
  debug(values: object, words: string): void;
  info(values: object, words: string): void;
  warn(values: object, words: string): void;
  error(values: object, words: string): void;
  /** An `info` line on the hot path. */
  plain(values: PlainFields, words: string): void;
}

/** A log that nobody reads. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, plain() {} };
