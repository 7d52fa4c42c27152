import { type FileId, toFileId } from '../../core/ids.ts';
import type { LogEvent, LogLine } from '../../core/log/readable-log.ts';
import { withoutSecrets } from '../../core/log/redact.ts';
import { eventSentences } from './log-events.ts';
import { plainSentence } from './log-words.ts';
import { printable } from './printable.ts';
import { localSecond } from './time.ts';

export interface LogLineOptions {
  /** IANA name of the zone of times; the machine's when absent. */
  zone?: string;
  /** Shows also what is left out at `info` because another line tells it. */
  isDebug?: boolean;
  /** Ids of files say nothing to a person: the name, where it is known. */
  nameOfFile?: (fileId: FileId) => string | undefined;
  /** Puts colours on parts of a line; none when absent. */
  paint?: (part: 'time' | 'warn' | 'error' | 'debug', text: string) => string;
}

/** A line is cut behind so many characters: names can be long, and a host's words longer. */
const maxLength = 600;

/**
 * The log for a person: a line an event, `11-28 19:23:38  listed /Films/Horreur: 12 files, 3 new`. Nothing in it is
 * secret, and nothing is obeyed by a terminal.
 */
export function createLogLine(options: LogLineOptions = {}): LogLine {
  const { zone, isDebug = false, nameOfFile, paint = (_, text) => text } = options;
  return (event) => {
    const sentence = sentenceOf(withName(event, nameOfFile), isDebug, zone);
    if (sentence === undefined) return undefined;
    const time = paint('time', localSecond(event.at, zone).slice('2026-'.length));
    const text = withoutSecrets(printable(sentence));
    const short = text.length > maxLength ? `${text.slice(0, maxLength).toWellFormed()}…` : text;
    return `${time}  ${marked(event.level, short, paint)}${stackOf(event)}`;
  };
}

function withName(event: LogEvent, nameOfFile: LogLineOptions['nameOfFile']): LogEvent {
  const { fileId, name, title, path } = event.values;
  if (typeof fileId !== 'string' || (name ?? title ?? path) !== undefined) return event;
  const known = nameOfFile?.(toFileId(fileId));
  return known === undefined ? event : { ...event, values: { ...event.values, name: known } };
}

function sentenceOf(event: LogEvent, isDebug: boolean, zone: string | undefined): string | undefined {
  const write = eventSentences.get(event.words);
  const sentence = write?.(event.values, zone);
  if (write && sentence === undefined && !isDebug) return undefined;
  return sentence ?? plainSentence(event, zone);
}

function marked(level: string, text: string, paint: NonNullable<LogLineOptions['paint']>): string {
  if (level === 'info') return text;
  if (level === 'debug' || level === 'trace') return paint('debug', text);
  if (level === 'warn') return `${paint('warn', 'warning')}  ${text}`;
  return `${paint('error', 'error')}  ${text}`;
}

/** What nobody foresaw is reported with the place where it happened; what we foresaw has its remedy instead. */
function stackOf({ level, values }: LogEvent): string {
  const { err } = values;
  if (level !== 'error' || !(err instanceof Error) || 'code' in err || !err.stack) return '';
  const frames = err.stack.split('\n').filter((line) => /^ +at /.test(line));
  return frames
    .slice(0, 8)
    .map((frame) => `\n    ${withoutSecrets(printable(frame.trim()))}`)
    .join('');
}
