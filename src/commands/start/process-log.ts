import { styleText } from 'node:util';
import type { Settings } from '../../../config/settings.ts';
import type { FileId } from '../../core/ids.ts';
import { createLogger } from '../../core/log/logger.ts';
import { createReadableLog } from '../../core/log/readable-log.ts';
import type { Log } from '../../core/log.ts';
import { createLogLine } from '../format/log-line.ts';

/** A stream of the process that may be a terminal. */
type Stream = NodeJS.WritableStream & { isTTY?: boolean };

/** Takes lines, each with its end. */
interface LineTaker {
  write(line: string): void;
}

/** Takes lines, and keeps those of JSON: the ones it takes by `writeKept`, and the ones that only `kept` is given. */
interface LineKeeper extends LineTaker {
  kept: LineTaker;
  writeKept(line: string): void;
}

/**
 * The log of this process as the settings want it: lines for people on a terminal, JSON where it is piped.
 * @param stream where lines end up; tells whether it is a terminal, and whether it takes colours
 * @param destination takes the lines, the stream itself when absent; what is kept is always JSON
 * @param nameOfFile the name of a file of the account, where it is known without asking the disk
 */
export function createProcessLog(
  { level, format }: Pick<Settings['log'], 'level' | 'format'>,
  stream: Stream,
  destination?: LineTaker | LineKeeper,
  nameOfFile?: (fileId: FileId) => string | undefined,
): Log {
  const isReadable = format === 'auto' ? stream.isTTY === true : format === 'pretty';
  const keeper = destination && 'kept' in destination ? destination : undefined;
  if (!isReadable) {
    if (keeper) return createLogger(level, { write: keeper.writeKept });
    return createLogger(level, destination ?? { write: (line: string) => void stream.write(line) });
  }
  const styles = { time: 'dim', debug: 'dim', warn: 'yellow', error: 'red' } as const;
  const line = createLogLine({
    isDebug: level === 'debug' || level === 'trace',
    ...(nameOfFile && { nameOfFile }),
    paint: (part, text) => styleText(styles[part], text, { stream }),
  });
  const shown = createReadableLog(level, destination ?? { write: (text) => writeOver(stream, text) }, line);
  // What a terminal shows is cut and painted for it: what is kept is written beside it.
  return keeper ? withBoth(shown, createLogger(level, keeper.kept)) : shown;
}

function withBoth(one: Log, other: Log): Log {
  const at = (level: Exclude<keyof Log, 'plain'>) => (values: object, words: string) => {
    one[level](values, words);
    other[level](values, words);
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    plain(values, words) {
      one.plain(values, words);
      other.plain(values, words);
    },
  };
}

/** A progress bar may stand where the line goes; it is drawn again below. */
function writeOver(stream: Stream, line: string): void {
  stream.write(stream.isTTY ? `\r\u001b[K${line}` : line);
}
