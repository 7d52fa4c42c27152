import { type DestinationStream, pino, stdSerializers } from 'pino';
import { withoutSecretFields, withoutSecrets } from './redact.ts';

/**
 * The log of the process: one JSON object a line.
 * @param destination where lines go
 */
export function createLogger(level: string, destination: DestinationStream) {
  return pino(
    {
      level,
      base: null,
      timestamp: createTimestamp(),
      // Not pino's own `redact`: that one copies every object, which costs more than the line itself.
      formatters: { level: (label) => ({ level: label }), log: withoutSecretFields },
      serializers: {
        err: (error: Error) => {
          const plain = stdSerializers.err(error);
          return {
            ...plain,
            message: withoutSecrets(plain.message ?? ''),
            stack: withoutSecrets(plain.stack ?? ''),
          };
        },
      },
    },
    destination,
  );
}

export type Logger = ReturnType<typeof createLogger>;

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
