import { type Client, familyOf, networkZoneOf } from './client.ts';
import { type RequestHeaders, rangeCounts, type Validators, weighConditions } from './conditions.ts';
import { type ByteRange, parseRange } from './range.ts';
import { type Rule, ruleFor, type Situation } from './rules.ts';

export type DeliveryMode = 'auto' | 'redirect' | 'proxy';

/** What has to be known of a file to decide. */
export interface Deliverable extends Validators {
  id: string;
  sizeBytes: number;
}

export interface Question {
  method: 'GET' | 'HEAD';
  headers: RequestHeaders;
  file: Deliverable;
  mode: DeliveryMode;
  client: Client;
  /** The table for `auto`. */
  rules: readonly Rule[];
  /** What `auto` has to know of a reading of this file that begins here. */
  look: (file: Deliverable, position: number) => Pick<Situation, 'asks' | 'isLocked' | 'ttlOutlivesFilm'>;
}

/** What is to be done; everything but `redirect` and `proxy` is answered from the catalog. */
export type Decision =
  | { kind: 'head' }
  | { kind: 'notModified' }
  | { kind: 'preconditionFailed' }
  | { kind: 'unsatisfiable' }
  | { kind: 'empty' }
  /** `mayReuse`: the client asks again after the time in max-age, so it may be given one. */
  | { kind: 'redirect'; mayReuse: boolean; start: number; rule: Rule }
  | { kind: 'proxy'; status: 200 | 206; range: ByteRange; rule: Rule };

const forced = {
  redirect: { name: 'mode', give: 'redirect', why: 'delivery.mode is redirect' },
  proxy: { name: 'mode', give: 'bytes', why: 'delivery.mode is proxy' },
} as const satisfies Record<string, Rule>;

/** Decides how a file is delivered. Pure: no host, no clock, no catalog. */
export function decide(question: Question): Decision {
  const { method, headers, file } = question;
  const condition = weighConditions(headers, file);
  if (condition === 412) return { kind: 'preconditionFailed' };
  if (condition === 304) return { kind: 'notModified' };
  // RFC 9110 section 14.2: Range has a meaning for GET alone, so HEAD tells of the whole file.
  if (method === 'HEAD') return { kind: 'head' };
  const range = rangeCounts(headers, file)
    ? parseRange(headers.range as string | undefined, file.sizeBytes)
    : 'whole';
  if (range === 'unsatisfiable') return { kind: 'unsatisfiable' };
  if (file.sizeBytes === 0) return { kind: 'empty' };
  const start = range === 'whole' ? 0 : range.start;
  const rule = ruleOf(question, start);
  if (rule.give === 'redirect')
    return { kind: 'redirect', mayReuse: asksAgain(question.client.userAgent), start, rule };
  if (range === 'whole')
    return { kind: 'proxy', status: 200, range: { start: 0, end: file.sizeBytes - 1 }, rule };
  return { kind: 'proxy', status: 206, range, rule };
}

function ruleOf({ mode, client, rules, file, look }: Question, start: number): Rule {
  if (mode !== 'auto') return forced[mode];
  const family = familyOf(client.userAgent);
  return ruleFor(rules, { family, place: networkZoneOf(client.address), ...look(file, start) });
}

/** Players that honour the `max-age` of a redirect and ask again behind it (facts/media-servers 8.3, measured). */
function asksAgain(userAgent: string): boolean {
  const family = familyOf(userAgent);
  return family === 'ffmpeg' || family === 'mpv' || family === 'rclone' || family === 'exoplayer';
}
