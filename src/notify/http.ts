import { type Dispatcher, request } from 'undici';
import type { Clock } from '../core/clock.ts';
import { whyNoConnection } from '../core/http/connection-words.ts';
import {
  type Connection,
  type HttpRequest,
  type SendRequest,
  type ServerAdapter,
  ServerFault,
} from './servers/adapter.ts';

export interface HttpOptions {
  url: string;
  dispatcher: Dispatcher;
  userAgent: string;
  clock: Clock;
  signal: AbortSignal;
  tokenRemedy: string;
}

/** Makes the way to a server, until a signal says that it is over. */
export type Connect = (
  server: { url: string; adapter: Pick<ServerAdapter, 'tokenRemedy'> },
  signal: AbortSignal,
) => Connection;

/** All ways to media servers, over one dispatcher. */
export function createConnect(parts: Pick<HttpOptions, 'dispatcher' | 'userAgent' | 'clock'>): Connect {
  return ({ url, adapter: { tokenRemedy } }, signal) => ({
    send: createHttp({ ...parts, url, signal, tokenRemedy }),
    clock: parts.clock,
    signal,
  });
}

/** One request to a server, and at most so many bytes of its answer. @throws ServerFault, or the signal's reason */
export type FetchBytes = (
  server: Parameters<Connect>[0],
  question: HttpRequest,
  maxBytes: number,
  signal: AbortSignal,
) => Promise<Buffer>;

/** The same way to media servers, for what is no text. */
export function createFetchBytes(parts: Pick<HttpOptions, 'dispatcher' | 'userAgent' | 'clock'>): FetchBytes {
  return ({ url, adapter: { tokenRemedy } }, question, maxBytes, signal) =>
    askFor({ ...parts, url, signal, tokenRemedy }, question, maxBytes);
}

/** For one answer, from start to last byte: media servers stand in the same started. */
const usualTimeLimitMs = 10_000;

/** More than any list of libraries: what is longer is not read. */
const maxAnswer = 1024 * 1024;

/** @returns a function that asks this server */
export function createHttp(options: HttpOptions): SendRequest {
  return async (question) => (await askFor(options, question, maxAnswer)).toString('utf8');
}

async function askFor(
  options: HttpOptions,
  { method, path, headers, body, timeLimitMs = usualTimeLimitMs }: HttpRequest,
  maxBytes: number,
): Promise<Buffer> {
  const { url, dispatcher, userAgent, clock, tokenRemedy } = options;
  const over = new AbortController();
  const late = new ServerFault(`did not answer within ${timeLimitMs / 1000} s`, undefined, 'question');
  clock.sleep(timeLimitMs, AbortSignal.any([over.signal, options.signal])).then(
    () => over.abort(late),
    () => undefined,
  );
  try {
    const answer = await request(url + path, {
      method,
      dispatcher,
      signal: AbortSignal.any([over.signal, options.signal]),
      headers: {
        'user-agent': userAgent,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const bytes = await bytesOf(answer.body, maxBytes);
    if (answer.statusCode >= 200 && answer.statusCode < 300) return bytes;
    throw refusal(answer.statusCode, tokenRemedy);
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof ServerFault) throw error;
    if (over.signal.aborted) throw late;
    const { code } = error as NodeJS.ErrnoException;
    if (/CERT|SELF_SIGNED|VERIFY/.test(code ?? ''))
      throw new ServerFault(
        `shows a certificate that this machine does not believe (${code})`,
        'name the file of its authority in NODE_EXTRA_CA_CERTS, or write http:// where it is on the same machine',
      );
    throw new ServerFault(
      `does not answer: ${whyNoConnection(error) ?? 'no connection'}`,
      'is it running, and is url right?',
    );
  } finally {
    over.abort();
  }
}

async function bytesOf(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    length += part.length;
    // Leaving the loop destroys the body.
    if (length > maxBytes) throw new ServerFault(`answers more than ${maxBytes} bytes`, undefined, 'length');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function refusal(status: number, tokenRemedy: string): ServerFault {
  if (status === 401 || status === 403)
    return new ServerFault(`does not accept the token (${status})`, tokenRemedy);
  if (status === 404)
    return new ServerFault('has no such address (404)', 'look at url, its path too', 'server', status);
  if (status >= 300 && status < 400)
    return new ServerFault(`sends us elsewhere (${status})`, 'write the address that it leads to into url');
  return new ServerFault(`answers ${status}`, undefined, status === 503 ? 'server' : 'question', status);
}

/** JSON of an answer. @throws ServerFault when it is none */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ServerFault('answers something that is not JSON', 'look at url: something else may be there');
  }
}
