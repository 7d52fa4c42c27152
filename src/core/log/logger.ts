import { type DestinationStream, pino, stdSerializers } from 'pino';
import { isBridgeError } from '../errors.ts';
import type { Log, PlainFields } from '../log.ts';
import { withoutSecretFields, withoutSecrets } from './redact.ts';

/**
 * The log of the process: one JSON object a line.
 * @param destination where lines go
 */
export function createLogger(level: string, destination: DestinationStream): Log {
  const timestamp = createTimestamp();
  const logger = pino(
    {
      level,
      base: null,
      timestamp,
      // Not pino's own `redact`: that one copies every object, which costs more than the line itself.
      formatters: { level: (label) => ({ level: label }), log: withoutSecretFields },
      serializers: {
        err: (error: Error) => plainError(error, logger.isLevelEnabled('debug')),
      },
    },
    destination,
  );
  return Object.assign(logger, {
    // pino walks the fields of a line one by one; all at once takes a third of the time. `words` are ours and need no escapes.
    plain(values: PlainFields, words: string): void {
      if (!logger.isLevelEnabled('info')) return;
      const fields = JSON.stringify(values).slice(1, -1);
      destination.write(`{"level":"info"${timestamp()},${fields},"msg":"${words}"}\n`);
    },
  });
}

/** What we foresaw has its remedy in the place of a stack, which nobody at home can read; at `debug` it has both. */
function plainError(error: Error, hasStack: boolean): object {
  const { stack, ...plain } = stdSerializers.err(error);
  return {
    ...plain,
    message: withoutSecrets(plain.message ?? ''),
    ...(isBridgeError(error) && { remedy: error.remedy }),
    ...((hasStack || !isBridgeError(error)) && { stack: withoutSecrets(stack ?? '') }),
  };
}

/** ISO 8601 in UTC as pino wants it; under load many lines share a millisecond. */
function createTimestamp(): () => string {
  let at = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) {
      at = now;
      text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
}
