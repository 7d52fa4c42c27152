import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Counters, DownloadRequest } from './counters.ts';
import { busyStatus, type DeadForm, type DownloadFaults, type Faults, takeOne } from './faults.ts';
import type { Limits } from './limits.ts';
import { contentTypeOf } from './listing.ts';
import type { Location } from './location.ts';
import { pages } from './messages.ts';
import { askedRange } from './range.ts';
import type { Token, Tokens } from './tokens.ts';
import { transfer } from './transfer.ts';

export interface DownloadParts {
  tokens: Tokens;
  faults: Faults;
  counters: Counters;
  limits: Limits;
  location: Location;
  clock: { now(): number };
  random: () => number;
  expiredAnswer: DeadForm;
  maxConnections: number;
  ending: AbortSignal;
  /** Told when an answer has ended, for whatever reason. */
  onRequest(request: DownloadRequest): void;
}

/** The download host: `/p<digits>` and nothing else. Not listening yet. */
export function createDownload(parts: DownloadParts): Server {
  const { counters, clock } = parts;
  let transfers = 0;
  return createServer((request, response) => {
    const seen: DownloadRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      range: request.headers.range,
      referer: request.headers.referer,
      at: clock.now(),
      status: 0,
      bytes: 0,
      fileId: undefined,
      ip: request.socket.remoteAddress ?? '',
    };
    counters.downloadRequests.push(seen);
    counters.connectionsMost = Math.max(counters.connectionsMost, ++counters.connectionsNow);
    response.once('close', () => {
      counters.connectionsNow--;
      parts.onRequest(seen);
    });
    answer({ request, response, seen }, parts, () => ++transfers).catch(() => response.destroy());
  });
}

/** A request on its way through the functions below. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  seen: DownloadRequest;
}

async function answer(exchange: Exchange, parts: DownloadParts, nextTransfer: () => number): Promise<void> {
  const { request, response, seen } = exchange;
  const { faults, counters, tokens } = parts;
  const wrong = faults.download;
  response.setHeader('Server', 'nginx');
  if (wrong.firstByteMs) await delay(wrong.firstByteMs, undefined, { signal: parts.ending });
  if (request.method !== 'GET' && request.method !== 'HEAD') return page(exchange, 405, pages.notFound);
  if (counters.connectionsNow > parts.maxConnections) {
    return page(exchange, wrong.tooManyStatus ?? 403, pages.tooMany);
  }
  if (/^\/\?c=/.test(seen.path)) return page(exchange, 200, pages.database);
  // "You can always add &inline=1 to the supplied url": the path then holds no question mark.
  const path = /^\/p(\d+)(?:[?&](.*))?$/.exec(seen.path);
  const digits = path?.[1] ?? '';
  seen.fileId = tokens.fileOf(digits)?.id;
  const busy = busyStatus(wrong, parts.clock.now());
  if (busy !== undefined) return page(exchange, busy, pages.busy);
  const staged = takeOne(wrong.dead);
  if (staged) return dead(exchange, staged.form);
  if (!parts.location.allows(seen.ip)) return page(exchange, 403, pages.location);
  const token = tokens.use(digits);
  if (!token) return dead(exchange, parts.expiredAnswer);
  if (token.uses === 1 && !parts.limits.mayDownload(seen.ip, token.file.sizeBytes)) {
    return page(exchange, 403, pages.ipLocked);
  }
  const inline = token.inline || /(?:^|&)inline=1(?:&|$)/.test(path?.[2] ?? '');
  await sendFile(exchange, token, inline, parts, nextTransfer);
}

async function sendFile(
  exchange: Exchange,
  token: Token,
  inline: boolean,
  parts: DownloadParts,
  nextTransfer: () => number,
): Promise<void> {
  const { request, response, seen } = exchange;
  const { counters, faults } = parts;
  const wrong = faults.download;
  const { file } = token;
  const sizeBytes = file.sizeBytes + (takeOne(wrong.wrongTotal)?.byBytes ?? 0);
  // Without a validator an If-Range can never match (RFC 9110 section 13.1.5).
  let asked = askedRange(request.headers['if-range'] ? undefined : request.headers.range, sizeBytes);
  const wrongRange = asked.is === 'part' ? takeOne(wrong.wrongRange)?.kind : undefined;
  if (wrongRange === 'whole') asked = { is: 'whole' };
  if (wrong.acceptRanges) response.setHeader('Accept-Ranges', 'bytes');
  if (asked.is === 'unsatisfiable') {
    response.setHeader('Content-Range', `bytes */${sizeBytes}`);
    return page(exchange, 416, pages.notFound);
  }
  let [first, last] = asked.is === 'part' ? [asked.first, asked.last] : [0, sizeBytes - 1];
  if (wrongRange === 'other') [first, last] = otherRange(first, last, sizeBytes);
  const lengthBytes = last - first + 1;
  seen.status = response.statusCode = asked.is === 'part' ? 206 : 200;
  response.setHeader('Content-Type', inline ? contentTypeOf(file) : 'application/octet-stream');
  response.setHeader('Content-Disposition', disposition(file.name, inline));
  response.setHeader('Content-Length', lengthBytes);
  if (asked.is === 'part') response.setHeader('Content-Range', `bytes ${first}-${last}/${sizeBytes}`);
  if (request.method === 'HEAD') {
    counters.heads++;
    response.end();
    return;
  }
  counters.downloads++;
  const ends = endsOf(wrong, nextTransfer(), [first, last], token, parts.random);
  await transfer(response, {
    content: file.content,
    start: wrongRange === 'lying' ? otherRange(first, last, sizeBytes)[0] : first,
    lengthBytes,
    ...ends,
    bytesPerSecond: wrong.bytesPerSecond,
    ending: parts.ending,
    onBytes(count) {
      seen.bytes += count;
      counters.bytesSent += count;
      token.bytesServed += count;
      const limit = faults.download.expireAfterBytes;
      if (limit && token.bytesServed >= limit.bytes) token.expired = true;
    },
  });
}

/** Where this transfer breaks off, if anywhere. */
function endsOf(
  wrong: DownloadFaults,
  number: number,
  [first, last]: [number, number],
  token: Token,
  random: () => number,
): { cutAt: number | undefined; stallAt: number | undefined } {
  const lengthBytes = last - first + 1;
  // A link that served as much before the fault was set dies with this transfer.
  if (wrong.expireAfterBytes && token.bytesServed >= wrong.expireAfterBytes.bytes) token.expired = true;
  const cut = wrong.cut && number % wrong.cut.every === 0 ? takeOne(wrong.cut) : undefined;
  const places = [
    cut ? (cut.atByte ?? Math.floor(random() * lengthBytes)) : Number.POSITIVE_INFINITY,
    takePlace(wrong, first, last) - first,
    wrong.expireAfterBytes?.cut
      ? Math.max(0, wrong.expireAfterBytes.bytes - token.bytesServed)
      : Number.POSITIVE_INFINITY,
  ];
  const cutAt = Math.min(...places);
  const stall = wrong.stall && wrong.stall.afterBytes < lengthBytes ? takeOne(wrong.stall) : undefined;
  return { cutAt: cutAt < lengthBytes ? cutAt : undefined, stallAt: stall?.afterBytes };
}

/** The first place in this range at which a transfer is to end, used up; Infinity when there is none. */
function takePlace(wrong: DownloadFaults, first: number, last: number): number {
  const place = Math.min(...(wrong.cutAt ?? []).filter((one) => one >= first && one <= last));
  if (wrong.cutAt) wrong.cutAt = wrong.cutAt.filter((one) => one !== place);
  return place;
}

/** Another range of the same length where there is room for one; else a shorter one. */
function otherRange(first: number, last: number, sizeBytes: number): [number, number] {
  const shift = 4096;
  if (first >= shift) return [first - shift, last - shift];
  if (last + shift < sizeBytes) return [first + shift, last + shift];
  return [Math.min(first + 1, last), last];
}

/** The name in quotes as raw UTF-8 bytes, which Node wants as latin1; no `filename*`. */
function disposition(name: string, inline: boolean): string {
  const quoted = Buffer.from(name.replaceAll(/["\\\p{Cc}]/gu, '_'), 'utf8').toString('latin1');
  return `${inline ? 'inline' : 'attachment'}; filename="${quoted}"`;
}

/** Nobody knows which of these the real host gives for a link that has run out. */
function dead(exchange: Exchange, form: DeadForm): void {
  if (form === '302-html') exchange.response.setHeader('Location', '/?c=DB');
  const [status, html] = deadAnswers[form];
  page(exchange, status, html);
}

const deadAnswers: Record<DeadForm, [status: number, html: string]> = {
  '404': [404, pages.notFound],
  '410': [410, pages.deleted],
  '403-html': [403, pages.restricted],
  '200-html': [200, pages.database],
  '302-html': [302, pages.database],
};

function page({ response, seen }: Exchange, status: number, html: string): void {
  seen.status = response.statusCode = status;
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(html));
  response.end(html);
}
