import { type HeaderValues, header } from '../../core/http/headers.ts';
import type { FileId } from '../../core/ids.ts';
import { type Client, networkZoneOf } from './client.ts';
import { type FamilyTraits, traitsOf } from './client-traits.ts';
import { rangeCounts, type Validators, weighConditions } from './conditions.ts';
import { type ByteRange, parseRange } from './range.ts';
import { type Circumstances, type Rule, ruleFor } from './rules.ts';

export type DeliveryMode = 'auto' | 'redirect' | 'proxy';

/** What has to be known of a file to decide. */
export interface Deliverable extends Validators {
  id: FileId;
  sizeBytes: number;
}

export interface Question {
  method: 'GET' | 'HEAD';
  headers: HeaderValues;
  file: Deliverable;
  mode: DeliveryMode;
  client: Client;
  /** The table for `auto`. */
  rules: readonly Rule[];
  /** What `auto` has to know of a reading of this file that begins here. */
  circumstancesOf: (file: Deliverable, position: number) => Circumstances;
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
  const range = rangeCounts(headers, file) ? parseRange(header(headers, 'range'), file.sizeBytes) : 'whole';
  if (range === 'unsatisfiable') return { kind: 'unsatisfiable' };
  if (file.sizeBytes === 0) return { kind: 'empty' };
  const start = range === 'whole' ? 0 : range.start;
  const traits = traitsOf(question.client.userAgent);
  const rule = ruleOf(question, traits, start);
  if (rule.give === 'redirect') return { kind: 'redirect', mayReuse: traits.keepsMaxAge, start, rule };
  if (range === 'whole')
    return { kind: 'proxy', status: 200, range: { start: 0, end: file.sizeBytes - 1 }, rule };
  return { kind: 'proxy', status: 206, range, rule };
}

function ruleOf(
  { mode, client, rules, file, circumstancesOf }: Question,
  { family }: FamilyTraits,
  start: number,
): Rule {
  if (mode !== 'auto') return forced[mode];
  return ruleFor(rules, { family, zone: networkZoneOf(client.address), ...circumstancesOf(file, start) });
}
