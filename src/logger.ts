import { type DestinationStream, pino, stdSerializers } from 'pino';
import { withoutSecrets } from './redact.ts';

/**
 * The log of the process: one JSON object a line. Lines are gathered for a moment when they go to a file or a pipe:
 * a line per request must not cost a system call each.
 * @param destination where lines go; standard output if not given
 */
export function createLogger(level: string, destination?: DestinationStream) {
  const target =
    destination ?? pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 500 });
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['apiKey', 'token', 'link', 'authorization', 'cookie', '*.authorization', '*.cookie'],
        censor: '***',
      },
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
    target,
  );
}

export type Logger = ReturnType<typeof createLogger>;
