import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiRequest } from './counters.ts';
import { type ApiFault, takeApiFaults } from './faults.ts';
import type { Limits } from './limits.ts';
import { scramble, type Wire } from './listing.ts';
import { type MessageName, messages, pages } from './messages.ts';
import type { Verb, VerbAnswer, VerbParts } from './verbs.ts';

export interface ApiParts extends VerbParts {
  apiKey: string;
  verbs: Record<string, Verb>;
  limits: Limits;
  /** Ends every wait when the simulator closes. */
  ending: AbortSignal;
  /** Told when a call has been answered, or will never be. */
  onRequest(request: ApiRequest): void;
}

/** A call on its way through the rooms below. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  seen: ApiRequest;
  text: string;
  faults: ApiFault[];
}

/** The API host. Not listening yet. */
export function createApi(parts: ApiParts): Server {
  const { counters, clock, faults } = parts;
  return createServer((request, response) => {
    void (async () => {
      const verb = /^\/v1\/([a-z]+\/[a-z_]+)\.cgi$/.exec(request.url ?? '')?.[1];
      const ip = request.socket.remoteAddress ?? '';
      const text = await readBody(request);
      const body = parse(text) ?? {};
      const seen: ApiRequest = { verb: verb ?? request.url ?? '', body, at: clock.now(), status: 0, ip };
      counters.requests.push(seen);
      counters.calls[seen.verb] = (counters.calls[seen.verb] ?? 0) + 1;
      counters.callsMost = Math.max(counters.callsMost, ++counters.callsNow);
      response.once('close', () => counters.callsNow--);
      const due = parts.limits.locked(ip)
        ? []
        : takeApiFaults(faults, seen.verb, Number(body.folder_id ?? 0));
      await answer({ request, response, seen, text, faults: due }, parts);
      parts.onRequest(seen);
    })().catch(() => response.destroy());
  });
}

async function answer(exchange: Exchange, parts: ApiParts): Promise<void> {
  const { request, response, seen } = exchange;
  for (const fault of exchange.faults) {
    if (fault.is === 'slow') await delay(fault.ms, undefined, { signal: parts.ending });
    else if (applyFault(fault, exchange, parts)) return;
  }
  const verb = request.method === 'POST' ? parts.verbs[seen.verb] : undefined;
  const refused = parts.limits.locked(seen.ip) ?? (verb ? refusalOf(exchange, parts) : undefined);
  if (refused) return refuse(exchange, parts, refused);
  if (!verb) {
    parts.limits.refused(seen.ip);
    return sendPage(exchange, 404, pages.notFound);
  }
  const truth = verb(seen.body, seen.ip, parts);
  const told = parts.faults.lie?.(seen, 'refused' in truth ? undefined : truth.fields);
  const result: VerbAnswer = told ? { fields: told } : truth;
  if ('refused' in result) return refuse(exchange, parts, result.refused, result.extra);
  const listed = listedFolder(seen);
  if (listed !== undefined) {
    parts.counters.listings.set(listed, (parts.counters.listings.get(listed) ?? 0) + 1);
  }
  sendJson(exchange, parts, 200, result.fields);
  response.end();
}

/** What is asked of every call, in the order in which the host seems to look: key, form, limits. */
function refusalOf({ request, text, seen }: Exchange, parts: ApiParts): MessageName | undefined {
  const isJson = /^application\/json\b/.test(request.headers['content-type'] ?? '');
  if (seen.verb === 'upload/get_upload_server')
    return isJson ? parts.limits.judge({ ip: seen.ip, verb: seen.verb }) : 'notJson';
  const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (key === undefined) return 'notAuthenticated';
  if (!/^[A-Za-z0-9_=-]{32}$/.test(key)) return 'badToken';
  if (key !== parts.apiKey) return 'noSuchUser';
  if (!isJson) return 'badRequest';
  if (parse(text) === undefined) return 'badRequest';
  const folderId = listedFolder(seen);
  return parts.limits.judge({
    ip: seen.ip,
    verb: seen.verb,
    ...(folderId === undefined ? {} : { folderId }),
  });
}

function listedFolder({ verb, body }: ApiRequest): number | undefined {
  return verb === 'folder/ls' || verb === 'file/ls' ? Number(body.folder_id ?? 0) : undefined;
}

/** Whether the fault has answered for the call; faults that only spoil a real answer have not. */
function applyFault(fault: ApiFault, exchange: Exchange, parts: ApiParts): boolean {
  const { response } = exchange;
  switch (fault.is) {
    case 'flood': {
      const message = { IP: 'floodIp', User: 'floodUser', 'User APK': 'floodKey' } as const;
      parts.limits.lock('*', fault.lockMs, message[fault.whose ?? 'IP']);
      refuse(exchange, parts, message[fault.whose ?? 'IP']);
      return true;
    }
    case 'ipLocked':
      parts.limits.lock('*', fault.lockMs ?? 0, 'ipLocked');
      refuse(exchange, parts, 'ipLocked');
      return true;
    case 'bareText':
      begin(exchange, 403, 'text/plain');
      response.end('IP Locked');
      return true;
    case 'maintenance':
      sendPage(exchange, fault.status ?? 503, pages.maintenance);
      return true;
    case 'status':
      sendPage(exchange, fault.status, pages.database);
      return true;
    case 'ko':
      sendJson(exchange, parts, fault.status ?? 200, { status: 'KO', message: fault.message });
      response.end();
      return true;
    case 'silent':
      return true;
    case 'reset':
      exchange.request.socket.resetAndDestroy();
      return true;
    default:
      return false;
  }
}

function refuse(exchange: Exchange, parts: ApiParts, name: MessageName, extra: Wire = {}): void {
  const { status, words, numbers } = messages[name];
  const locked = /Locked$/.test(words) && name !== 'ownerLocked';
  if (status !== 200 && !locked) parts.limits.refused(exchange.seen.ip);
  const number = numbers[Math.floor(parts.random() * numbers.length)];
  const ko = name === 'notJson' ? {} : { status: 'KO' };
  sendJson(exchange, parts, status, { ...ko, message: `${words} #${number}`, ...extra });
  exchange.response.end();
}

/** Writes the answer, spoiled if a fault says so; the caller ends it. */
function sendJson(exchange: Exchange, parts: ApiParts, status: number, fields: Wire): void {
  const { response } = exchange;
  const spoiled = new Set(exchange.faults.map((fault) => fault.is));
  const listing: Wire = { ...fields };
  if (spoiled.has('emptyListing') && status === 200) {
    for (const key of ['items', 'sub_folders']) if (key in listing) listing[key] = [];
    for (const key of ['files', 'count']) if (key in listing) listing[key] = 0;
    if ('size' in listing) listing.size = null;
  }
  const value = scramble(listing, parts.random, parts.faults.numbersAsStrings);
  let json = JSON.stringify(value, null, exchange.seen.body.pretty ? 2 : undefined);
  if (spoiled.has('badJson')) json = withRawBackslash(json);
  begin(exchange, status, 'application/json; charset=utf-8');
  if (!spoiled.has('halfBody')) {
    response.write(json);
    return;
  }
  response.setHeader('Content-Length', Buffer.byteLength(json));
  response.write(json.slice(0, json.length >> 1), () => response.destroy());
}

/** A file called `AC\DC ...` whose back-slash the host forgets to escape. */
function withRawBackslash(json: string): string {
  if (json.includes('\\\\')) return json.replaceAll('\\\\', '\\');
  return json.replace(/("(?:filename|name)":\s*")/, '$1AC\\DC ');
}

function sendPage(exchange: Exchange, status: number, html: string): void {
  begin(exchange, status, 'text/html; charset=utf-8');
  exchange.response.end(html);
}

function begin({ response, seen }: Exchange, status: number, type: string): void {
  seen.status = status;
  response.statusCode = status;
  response.setHeader('Content-Type', type);
  response.setHeader('Server', 'nginx');
  response.setHeader('Vary', 'Accept-Encoding');
}

/** The body as an object; nothing, `""` and `{}` are all empty. Undefined when it is something else. */
function parse(text: string): Wire | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (value === '') return {};
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Wire) : undefined;
  } catch {
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}
