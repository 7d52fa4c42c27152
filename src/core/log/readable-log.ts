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
