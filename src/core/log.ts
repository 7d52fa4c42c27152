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

/** What lines of the log are about, for who looks for some of them. A line that names none is of `server`. */
export const logAreas = [
  'requests',
  'library',
  'account',
  'playback',
  'host',
  'media',
  'notify',
  'gateway',
  'server',
] as const;
export type LogArea = (typeof logAreas)[number];

/** The same log; every line says what it is about. */
export function ofArea(log: Log, area: LogArea): Log {
  return {
    debug: (values, words) => log.debug({ area, ...values }, words),
    info: (values, words) => log.info({ area, ...values }, words),
    warn: (values, words) => log.warn({ area, ...values }, words),
    error: (values, words) => log.error({ area, ...values }, words),
    plain: (values, words) => log.plain({ area, ...values }, words),
  };
}
