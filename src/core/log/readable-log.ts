import type { Log } from '../log.ts';
import { withoutSecretFields } from './redact.ts';

/** Values of a line by their names. */
export type LogValues = Readonly<Record<string, unknown>>;

/** One line of the log before anybody has written it down. */
export interface LogEvent {
  level: 'debug' | 'info' | 'warn' | 'error';
  /** Milliseconds UTC. */
  at: number;
  /** What happened, as the code says it: the same words for the same event. */
  words: string;
  /** Nothing in them is secret by its name. */
  values: LogValues;
}

/** Writes an event for a person, without the end of the line; undefined = there is nothing to say. */
export type LogLine = (event: LogEvent) => string | undefined;

/** Players try doors that are not there, show no password at first, and ask for ranges behind the end. */
const usualRefusals = [401, 404, 405, 412, 416];

/**
 * Whether a line says nothing that a person looks for at `info`: a call or a request that went well, or was refused as
 * it is every day; what came of it has a line of its own.
 */
export function isToldElsewhere(words: string, { outcome, status, method }: LogValues): boolean {
  if (words === 'host call') return outcome === 'ok' || outcome === 'cancelled';
  if (words !== 'request' || typeof status !== 'number') return false;
  // Clients that send whole trees ask for a folder first, and for those above it when it is refused.
  const isUsual = usualRefusals.includes(status) || (method === 'MKCOL' && status === 409);
  return status < 400 || status >= 500 || isUsual;
}

const order = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/**
 * A log for people.
 * @param level the lowest that is written
 * @param destination where lines go, each with its end
 * @param now milliseconds UTC
 */
export function createReadableLog(
  level: string,
  destination: { write(line: string): void },
  lineOf: LogLine,
  now: () => number = Date.now,
): Log {
  const lowest = order.indexOf(level);
  const at = (own: LogEvent['level']) => {
    if (order.indexOf(own) < lowest) return () => {};
    return (values: object, words: string) => {
      const line = lineOf({ level: own, at: now(), words, values: withoutSecretFields(values as LogValues) });
      if (line !== undefined) destination.write(`${line}\n`);
    };
  };
  const info = at('info');
  return { debug: at('debug'), info, warn: at('warn'), error: at('error'), plain: info };
}
