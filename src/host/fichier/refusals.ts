import { minuteMs, secondMs } from '../../core/durations.ts';
import { BridgeError, type ErrorCode, errorTable } from '../../core/errors.ts';
import { header } from '../../core/http/headers.ts';
import { scrub, textOf } from './host-messages.ts';
import { readAnswer } from './json.ts';
import { remedyFor } from './remedies.ts';
import { readRetryAfter } from './retry-after.ts';

/**
 * How a refusal blocks every call of the account: `flood` with growing pauses, `ip` for an hour,
 * `maintenance` for one and then five minutes, `account` because repeating a refused key gets the address banned.
 */
export type BlockKind = 'none' | 'flood' | 'ip' | 'maintenance' | 'account';

/** One refusal or failure of the host, in our terms. */
export interface Refusal {
  code: ErrorCode;
  /** How long to leave this alone, milliseconds. Undefined = asking again does not help. */
  retryMs: number | undefined;
  blocks: BlockKind;
  /** How many of them in a row block. */
  strikes: number;
  /** The wait that the host itself asked for (`Retry-After`), milliseconds. */
  askedMs: number | undefined;
  /** The host's words without keys, links and addresses, at most 200 characters. */
  detail: string;
}

/** An answer as `readRefusal` wants it. `body` is the raw text or the value read from it. */
export interface HostAnswer {
  status: number;
  body: unknown;
  headers?: Readonly<Record<string, string | string[] | undefined>>;
  /** When it came, milliseconds UTC: for a time to come back that is a date. The host's own `Date` goes before it. */
  now?: number;
  /** The verb that was called, such as `download/get_token`. */
  verb?: string;
}

type Row = readonly [
  pattern: RegExp,
  code: ErrorCode,
  retryMs: number | undefined,
  blocks: BlockKind,
  strikes?: number,
];

/**
 * The host's words (facts/1fichier-api 3.5, 3.6, 4 and 5), first match wins, so the order matters: "Flood detected: IP
 * Locked" stands before "IP Locked", a password before "not allowed". Numbers after `#` move and are never matched.
 */
const table: readonly Row[] = [
  // Locks.
  [/flood|user (?:apk )?locked|apk locked/, 'BRIDGE_HOST_FLOOD', 5 * minuteMs, 'flood'],
  [/requests? (?:are|is) too fast|too many requests/, 'BRIDGE_HOST_FLOOD', 5 * minuteMs, 'flood'],
  [/\bip(?: address)?(?: is| has been)? locked/, 'BRIDGE_HOST_IP_LOCKED', 60 * minuteMs, 'ip'],
  // The account.
  [/not authenticated|bad token|no such user/, 'BRIDGE_HOST_KEY', undefined, 'account'],
  [/must be a customer/, 'BRIDGE_HOST_NOT_PREMIUM', undefined, 'none'],
  [/reserved access to the subscribers/, 'BRIDGE_HOST_NOT_PREMIUM', undefined, 'none'],
  [/limited due to high demand/, 'BRIDGE_HOST_NOT_PREMIUM', undefined, 'none'],
  // Where we call from.
  [/only \d+ locations? allowed/, 'BRIDGE_HOST_LOCATION', 5 * minuteMs, 'none'],
  [/simultaneously your ipv4 and ipv6/, 'BRIDGE_HOST_LOCATION', 10 * minuteMs, 'none'],
  [/your account only for downloading from/, 'BRIDGE_HOST_LOCATION', 5 * minuteMs, 'none'],
  [/massively shared internet/, 'BRIDGE_HOST_LOCATION', 5 * minuteMs, 'none'],
  [/not enough cdn credits/, 'BRIDGE_HOST_REFUSED', undefined, 'none'],
  [/vpn detected|must have cdn|use (?:of )?cdn credits/, 'BRIDGE_HOST_VPN', undefined, 'none'],
  [/professional (?:equipment|infrastructure)/, 'BRIDGE_HOST_VPN', undefined, 'none'],
  [/used on residential|accès restreint/, 'BRIDGE_HOST_VPN', undefined, 'none'],
  [/(?:trop de connexions|too many connections)/, 'BRIDGE_TOO_MANY_STREAMS', 4 * minuteMs, 'none'],
  // The file.
  [/owner (?:is )?locked/, 'BRIDGE_HOST_OWNER_LOCKED', undefined, 'none'],
  [/(?:invalid|wrong|bad) password|password not provided/, 'BRIDGE_HOST_PASSWORD', undefined, 'none'],
  [/resource not found|file not found/, 'BRIDGE_HOST_FILE_GONE', undefined, 'none'],
  [/(?:has been deleted|could not be found)/, 'BRIDGE_HOST_FILE_GONE', undefined, 'none'],
  [/following an abuse request/, 'BRIDGE_HOST_FILE_GONE', undefined, 'none'],
  [/not allowed|access to this file is protected/, 'BRIDGE_HOST_FORBIDDEN', undefined, 'none'],
  [/no changes? requested/, 'BRIDGE_HOST_NOTHING_DONE', undefined, 'none'],
  [/no (?:file|folder) has been/, 'BRIDGE_HOST_NOTHING_DONE', undefined, 'none'],
  [/scanned by our anti-?virus|[?&]c=scan\b/, 'BRIDGE_HOST_NOT_READY', 30 * secondMs, 'none'],
  [
    /not (?:yet )?(?:ready|processed)|(?:being|still) process/,
    'BRIDGE_HOST_NOT_READY',
    10 * secondMs,
    'none',
  ],
  // The host itself.
  [
    /can'?t connect (?:to )?(?:the )?(?:db|database)|[?&]c=db\b/,
    'BRIDGE_HOST_MAINTENANCE',
    minuteMs,
    'maintenance',
  ],
  [/in maintenance|under maintenance|en maintenance/, 'BRIDGE_HOST_MAINTENANCE', minuteMs, 'maintenance'],
  [/software error/, 'BRIDGE_HOST_ERROR', 30 * secondMs, 'maintenance', 3],
];

/**
 * What is wrong with an answer, or undefined when nothing is. Looks at the status, the `status` field and the words,
 * because none of them alone can be relied on (facts/1fichier-api 1): a KO comes with HTTP 200, a success without a field,
 * a refusal as a web page or as bare words. Whether a success holds what was asked for is `wire`'s question.
 */
export function readRefusal({ status, body, headers = {}, now, verb }: HostAnswer): Refusal | undefined {
  const answer = typeof body === 'string' ? readAnswer(body) : { kind: 'json' as const, value: body };
  if (answer.kind === 'json' && status >= 200 && status < 300 && !isRefusal(answer.value)) return undefined;
  const message = `${textOf(answer)} ${header(headers, 'location') ?? ''}`.trim();
  const row = rowFor(message, status) ?? rowForStatus(status, answer.kind, message, verb);
  const [, code, retryMs, blocks, strikes = 1] = row;
  const askedMs = retryMs === undefined ? undefined : readRetryAfter(headers, now);
  return {
    code,
    retryMs: retryMs === undefined ? undefined : Math.max(retryMs, askedMs ?? 0),
    blocks,
    strikes,
    askedMs,
    detail: scrub(message),
  };
}

/** A refusal of the host as an error. The governor reads `refusal` to know whether to block calls. */
export class HostRefusal extends BridgeError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, retryAt?: number) {
    const remedy = remedyFor(refusal.code);
    super(refusal.code, { detail: refusal.detail, remedy, ...(retryAt === undefined ? {} : { retryAt }) });
    this.refusal = refusal;
  }
}

function rowFor(message: string, status: number): Row | undefined {
  const found = table.find(([pattern]) => pattern.test(message.toLowerCase()));
  // A server that fails cannot say anything final: "not found" inside a 500 must not take a file away.
  return found && status >= 500 && !errorTable[found[1]].retryable ? undefined : found;
}

/** What a status means when the message says nothing. */
function rowForStatus(status: number, kind: string, message: string, verb: string | undefined): Row {
  const nothing = /(?:)/;
  if (status === 429) return [nothing, 'BRIDGE_HOST_FLOOD', 5 * minuteMs, 'flood'];
  if (kind === 'html') return [nothing, 'BRIDGE_HOST_MAINTENANCE', minuteMs, 'maintenance'];
  if (status >= 500) return [nothing, 'BRIDGE_HOST_ERROR', 30 * secondMs, 'maintenance', 3];
  if (status === 401) return [nothing, 'BRIDGE_HOST_KEY', undefined, 'account'];
  // "Gone" is believed only from the API itself, in its own form; a proxy's bare 404 takes no file away.
  if ((status === 404 || status === 410) && kind === 'json') {
    return [nothing, 'BRIDGE_HOST_FILE_GONE', undefined, 'none'];
  }
  // 403 stands for nearly everything, floods among it: three in a row are taken for one.
  if (status === 403) return [nothing, 'BRIDGE_HOST_REFUSED', undefined, 'flood', 3];
  if (kind !== 'json') return [nothing, 'BRIDGE_HOST_ODD_ANSWER', minuteMs, 'none'];
  // A fresh upload answers KO with HTTP 200, in words that nobody has written down (facts/1fichier-api 5).
  if (status < 300 && verb === 'download/get_token') {
    return [nothing, 'BRIDGE_HOST_NOT_READY', 10 * secondMs, 'none'];
  }
  if (status >= 300 && status < 400) return [nothing, 'BRIDGE_HOST_ODD_ANSWER', minuteMs, 'none'];
  return message === '' && status < 300
    ? [nothing, 'BRIDGE_HOST_ODD_ANSWER', minuteMs, 'none']
    : [nothing, 'BRIDGE_HOST_REFUSED', undefined, 'none'];
}

/** Whether a JSON answer with a good HTTP status refuses. Without `status`, a message is a refusal. */
function isRefusal(value: unknown): boolean {
  if (typeof value === 'string') return true;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const { status, message } = value as { status?: unknown; message?: unknown };
  if (status === undefined || status === null) return typeof message === 'string' && message !== '';
  return typeof status !== 'string' || !/^ok$/i.test(status.trim());
}
