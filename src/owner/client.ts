import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { AnswerOf, Endpoint, EventOf, Sent } from '../api/endpoint.ts';
import { errorBody, fromErrorBody } from '../api/words/errors.ts';
import { inWords } from '../api/words/faults.ts';
import { BridgeError, isBridgeError } from '../core/errors.ts';
import { readEvents } from './event-stream.ts';
import type { ApiAnswer, Transport } from './transport.ts';

/** The API as a command sees it, wherever the process is that answers. */
export interface ApiClient {
  /**
   * Asks, and reads the answer.
   * @throws BridgeError what the other side refused for; BRIDGE_OWNER_GONE when it ended before it had answered; the
   * signal's reason
   */
  call<E extends Endpoint>(endpoint: E, sent: Sent<E>, signal?: AbortSignal): Promise<AnswerOf<E>>;
  /** The answer as events, as they come. Throws as `call` does, also in the middle. */
  events<E extends Endpoint>(endpoint: E, sent: Sent<E>, signal?: AbortSignal): AsyncGenerator<EventOf<E>>;
  /** The bytes of the answer, as they come. Throws as `call` does; afterwards the stream throws what the connection does. */
  bytes<E extends Endpoint>(endpoint: E, sent: Sent<E>, signal?: AbortSignal): Promise<Readable>;
  close(): void;
}

interface Parts {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/** @param owner who answers, for a person */
export function createApiClient(transport: Transport, owner: string): ApiClient {
  const gone = (error: unknown, signal?: AbortSignal): unknown => {
    if (signal?.aborted) return signal.reason;
    if (isBridgeError(error)) return error;
    const { code } = error as NodeJS.ErrnoException;
    return new BridgeError('BRIDGE_OWNER_GONE', {
      detail: `${owner}${code ? ` (${code})` : ''}`,
      cause: error,
    });
  };

  async function ask(endpoint: Endpoint, sent: Parts, accept: string, signal?: AbortSignal) {
    const answer = await transport.send({
      method: endpoint.method,
      path: addressOf(endpoint, sent),
      accept,
      ...(sent.body !== undefined && { body: JSON.stringify(sent.body) }),
      ...(signal && { signal }),
    });
    if (answer.status !== endpoint.status) throw await refusalOf(answer);
    return answer;
  }

  return {
    async call(endpoint, sent, signal) {
      try {
        const { body } = await ask(endpoint, sent, 'application/json', signal);
        return understood(endpoint.answer, await textOf(body)) as AnswerOf<typeof endpoint>;
      } catch (error) {
        throw gone(error, signal);
      }
    },

    async *events(endpoint, sent, signal) {
      try {
        const { body } = await ask(endpoint, sent, 'text/event-stream', signal);
        for await (const { event, data } of readEvents(body)) {
          const shape = endpoint.events?.[event];
          // A newer version may tell of more.
          if (shape) yield { event, data: understood(shape, data) } as EventOf<typeof endpoint>;
        }
      } catch (error) {
        throw gone(error, signal);
      }
    },

    async bytes(endpoint, sent, signal) {
      try {
        return (await ask(endpoint, sent, endpoint.bytes ?? '*/*', signal)).body;
      } catch (error) {
        throw gone(error, signal);
      }
    },

    close: () => transport.close(),
  };
}

/** Path and query of a request. What is undefined is left out. */
export function addressOf({ path }: Endpoint, { params = {}, query = {} }: Parts): string {
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(String(params[name])));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const words = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return `/api/v1${filled}${words.length > 0 ? `?${words.join('&')}` : ''}`;
}

async function refusalOf(answer: ApiAnswer): Promise<BridgeError> {
  const text = await textOf(answer.body);
  const seconds = Number(answer.header('retry-after'));
  const retryAt = seconds > 0 ? Date.now() + seconds * 1000 : undefined;
  return fromErrorBody(understood(errorBody, text), retryAt);
}

async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws BridgeError BRIDGE_OWNER_OTHER when it is not what this version knows */
function understood<T>(shape: z.ZodType<T>, text: string): T {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new BridgeError('BRIDGE_OWNER_OTHER', { detail: 'the answer is no JSON', cause });
  }
  const read = shape.safeParse(raw);
  if (read.success) return read.data;
  throw new BridgeError('BRIDGE_OWNER_OTHER', { detail: inWords(read.error, raw) });
}
