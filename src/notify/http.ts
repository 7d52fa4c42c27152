import { type Dispatcher, request } from 'undici';
import type { Clock } from '../core/clock.ts';
import { whyNoConnection } from '../core/http/connection-words.ts';
import { type Connection, type SendRequest, type ServerAdapter, ServerFault } from './servers/adapter.ts';

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

/** For one answer, from start to last byte: media servers stand in the same started. */
const usualTimeLimitMs = 10_000;

/** More than any list of libraries: what is longer is not read. */
const maxAnswer = 1024 * 1024;

/** @returns a function that asks this server */
export function createHttp(options: HttpOptions): SendRequest {
  const { url, dispatcher, userAgent, clock, tokenRemedy } = options;
  return async ({ method, path, headers, body, timeLimitMs = usualTimeLimitMs }) => {
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
      const text = await readText(answer.body);
      if (answer.statusCode >= 200 && answer.statusCode < 300) return text;
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
  };
}

async function readText(body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    length += part.length;
    // Leaving the loop destroys the body.
    if (length > maxAnswer)
      throw new ServerFault(`answers more than ${maxAnswer} bytes`, undefined, 'length');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function refusal(status: number, tokenRemedy: string): ServerFault {
  if (status === 401 || status === 403)
    return new ServerFault(`does not accept the token (${status})`, tokenRemedy);
  if (status === 404) return new ServerFault('has no such address (404)', 'look at url, its path too');
  if (status >= 300 && status < 400)
    return new ServerFault(`sends us elsewhere (${status})`, 'write the address that it leads to into url');
  return new ServerFault(`answers ${status}`, undefined, status === 503 ? 'server' : 'question');
}

/** JSON of an answer. @throws ServerFault when it is none */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ServerFault('answers something that is not JSON', 'look at url: something else may be there');
  }
}
