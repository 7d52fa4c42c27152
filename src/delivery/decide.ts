import { type Client, comesBack, isNear } from './client.ts';
import { type RequestHeaders, rangeCounts, type Validators, weighConditions } from './conditions.ts';
import { type ByteRange, parseRange } from './range.ts';

export type DeliveryMode = 'auto' | 'redirect' | 'proxy';

/** What has to be known of a file to decide. */
export interface Deliverable extends Validators {
  sizeBytes: number;
}

export interface Question {
  method: 'GET' | 'HEAD';
  headers: RequestHeaders;
  file: Deliverable;
  mode: DeliveryMode;
  client: Client;
}

/** What is to be done; everything but `redirect` and `proxy` is answered from the catalog. */
export type Decision =
  | { kind: 'head' }
  | { kind: 'notModified' }
  | { kind: 'preconditionFailed' }
  | { kind: 'unsatisfiable' }
  | { kind: 'empty' }
  /** `mayReuse`: the client asks again after the time in max-age, so it may be given one. */
  | { kind: 'redirect'; mayReuse: boolean }
  | { kind: 'proxy'; status: 200 | 206; range: ByteRange };

/** Decides how a file is delivered. Pure: no host, no clock, no catalog. */
export function decide({ method, headers, file, mode, client }: Question): Decision {
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
  if (wantsRedirect(mode, client)) return { kind: 'redirect', mayReuse: comesBack(client.userAgent) };
  if (range === 'whole') return { kind: 'proxy', status: 200, range: { start: 0, end: file.sizeBytes - 1 } };
  return { kind: 'proxy', status: 206, range };
}

function wantsRedirect(mode: DeliveryMode, client: Client): boolean {
  if (mode !== 'auto') return mode === 'redirect';
  return comesBack(client.userAgent) && isNear(client.address);
}
