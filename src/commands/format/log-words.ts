import { secondMs } from '../../core/durations.ts';
import { type ErrorCode, errorTable, isBridgeError } from '../../core/errors.ts';
import type { LogEvent, LogValues } from '../../core/log/readable-log.ts';
import { grouped } from '../../core/plural.ts';
import { cut } from './cut.ts';
import { size } from './size.ts';
import { duration, localSecond } from './time.ts';

/** Names are cut so that the rest of a line stays in sight. */
const maxNameWidth = 90;

/** What a line is about, the most telling first. */
const subjects = ['path', 'title', 'name', 'file', 'folder', 'server', 'dir', 'url'];
/** Why something is so, in words of ours or of others. */
const reasons = ['why', 'reason', 'words', 'code'];
const remedies = ['remedy', 'cure'];
/** What a disk says that is full, read-only, gone, or somebody else's. */
const diskFaults = ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EIO', 'ENOTDIR', 'EMFILE'];

/** A line that has no sentence of its own: `<words>: <what>: <why> (<more>) -> <remedy>`. */
export function plainSentence({ words, values }: LogEvent, zone?: string): string {
  const subject = subjects.map((name) => values[name]).find((value) => typeof value === 'string' && value);
  const reason = reasonOf(values);
  const named = subject === undefined ? [] : [nameOf(subject)];
  // Where the words are the beginning of the reason, once is enough.
  const parts = reason?.startsWith(words)
    ? [...named, reason]
    : [words, ...named, ...(reason !== undefined && !words.includes(reason) ? [reason] : [])];
  const facts = factsOf(values, subject !== undefined, zone);
  return `${parts.join(': ')}${facts ? ` (${facts})` : ''}${remedyOf(values)}`;
}

/** A name of the account or of a person, as it stands in a line. */
export function nameOf(value: unknown): string {
  return cut(String(value), maxNameWidth, 'middle');
}

/** Why it happened: an error's own words, or what stands for them. */
export function reasonOf(values: LogValues): string | undefined {
  const { err } = values;
  if (isBridgeError(err)) return err.message;
  if (err instanceof Error) return err.message || err.name;
  const found = reasons
    .map((name) => values[name])
    .find((value) => typeof value === 'string' && value !== '');
  if (found === undefined) return undefined;
  return isErrorCode(found) ? errorTable[found].message : String(found);
}

/** ` -> what to do`, or nothing. */
export function remedyOf(values: LogValues): string {
  const said = remedies
    .map((name) => values[name])
    .find((value) => typeof value === 'string' && value !== '');
  if (said !== undefined) return ` -> ${said}`;
  const { err } = values;
  if (err instanceof Error && diskFaults.includes(String((err as NodeJS.ErrnoException).code)))
    return ` -> ${errorTable.BRIDGE_DISK.remedy}`;
  if (isBridgeError(err)) return ` -> ${err.remedy}`;
  const code = reasons.map((name) => values[name]).find(isErrorCode);
  return code === undefined ? '' : ` -> ${errorTable[code].remedy}`;
}

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorTable, value);
}

/** What else is known, as `word value`; ids only where there is no name. */
function factsOf(values: LogValues, isNamed: boolean, zone: string | undefined): string {
  const told = new Set([...subjects, ...reasons, ...remedies, 'err', 'method', 'area']);
  return Object.entries(values)
    .filter(([name]) => !told.has(name) && !(isNamed && /(?:^i|I)d$/.test(name)))
    .flatMap(([name, value]) => {
      const shown = shownValue(name, value, zone);
      return shown === undefined ? [] : [`${spaced(name)} ${shown}`];
    })
    .join(', ');
}

function shownValue(name: string, value: unknown, zone: string | undefined): string | undefined {
  if (typeof value === 'string') return isTime(value) ? localSecond(Date.parse(value), zone) : nameOf(value);
  if (Array.isArray(value)) return value.length > 0 ? nameOf(value.join(', ')) : undefined;
  if (typeof value !== 'number') return value === true ? 'yes' : undefined;
  if (/(?:^m|M)s$/.test(name)) return value < secondMs ? `${Math.round(value)} ms` : duration(value);
  if (/(?:^b|B)ytes$/.test(name)) return size(value);
  if (/(?:^p|P)(?:ort|id)$/.test(name)) return String(value);
  return value > 1e12 ? localSecond(value, zone) : grouped(value);
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text);
}

/** `blockedUntil` -> `blocked until`; units go, since the value has them. */
function spaced(name: string): string {
  if (name === 'ms') return 'took';
  return name
    .replace(/(?:Ms|Bytes|At)$/, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();
}
