import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { Endpoint, Given, Received } from '../../src/api/endpoint.ts';
import { inWords } from '../../src/api/words/faults.ts';
import { BridgeError, isBridgeError } from '../../src/core/errors.ts';
import { schemaOf } from './openapi.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What the API does just now. */
    apiState: {
      running: Set<Promise<unknown>>;
      stopping: AbortController;
    };
  }
}

/** What a handler is given besides what was sent. */
export interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
  /** Nobody waits for the answer any more, or this process stops: for work that may be left off at any time. */
  gone: AbortSignal;
  /** The answer is sent by other means than `return`, and ends with this. */
  keep(work: Promise<unknown>): void;
}

/** Before every route of the API. What it has begun is ended before the bridge is closed. */
export const apiRoutes = fp(
  async (app: FastifyInstance) => {
    const running = new Set<Promise<unknown>>();
    const stopping = new AbortController();
    app.decorate('apiState', { running, stopping });
    app.addHook('preClose', async () => {
      stopping.abort(new BridgeError('BRIDGE_STOPPING'));
      while (running.size > 0) await Promise.allSettled(running);
    });
  },
  { name: 'api-routes', dependencies: ['bridge', 'errors', 'auth'] },
);

/**
 * What a handler gives that sends its answer itself, such as events, and keeps the work behind it. Not the reply: a
 * promise of that ends with the answer, for which a command of this process that was stopped would wait for ever.
 */
export const answered = Symbol('answered');

/**
 * The route of an endpoint: only for who may, what is sent read by its schemas, what is given written by them. A
 * handler that sends its answer itself, such as a stream, gives `answered`.
 */
export function serveEndpoint<E extends Endpoint>(
  app: FastifyInstance,
  endpoint: E,
  handler: (received: Received<E>, asked: Exchange) => Promise<Given<E> | typeof answered>,
): void {
  const { method, path, status } = endpoint;
  const { running, stopping } = app.apiState;
  const url = `/api/v1${path.replace(/\{(\w+)\}/g, ':$1')}`;
  const schema = schemaOf(endpoint);
  const methods = method === 'GET' ? ['GET', 'HEAD'] : [method];
  const keep = (work: Promise<unknown>) => {
    running.add(work);
    const forget = () => void running.delete(work);
    work.then(forget, forget);
  };
  for (const one of methods)
    app.route({
      method: one,
      url,
      onRequest: app.adminAuth,
      schema: one === 'HEAD' ? { ...schema, hide: true } : schema,
      validatorCompiler: ({ schema, httpPart }) => readBy(schema as unknown as z.ZodType, httpPart),
      // The types of Fastify know nothing of schemas that are no JSON.
      serializerCompiler: serializerCompiler as never,
      handler: async (request, reply) => {
        reply.code(status).header('cache-control', 'no-store');
        const received = { params: request.params, query: request.query, body: request.body };
        const asked = { request, reply, keep, gone: AbortSignal.any([goneOf(reply), stopping.signal]) };
        const work = handler(received as unknown as Received<E>, asked);
        keep(work);
        const given = await work;
        return given === answered ? reply : reply.send(given);
      },
    });
}

/** Aborts when the connection is closed before the answer is whole. */
function goneOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort(new Error('the client has gone'));
  });
  return gone.signal;
}

/** Whether work ended because nobody waits for it any more: that is no fault, whatever form the reason came in. */
export function isOfLeaving(error: unknown, gone: AbortSignal): boolean {
  if (!gone.aborted || isBridgeError(error)) return false;
  return (
    error === gone.reason || (error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name))
  );
}

/** @returns what was sent as the schema reads it, or what is wrong with it in words */
function readBy(schema: z.ZodType, part?: string) {
  return (sent: unknown) => {
    // A body that was left out is one that says nothing.
    const read = schema.safeParse(sent ?? undefined);
    if (read.success) return { value: read.data };
    const whole = part === 'body' && typeof (sent ?? undefined) !== 'object';
    const detail = whole
      ? `the body must be an object in JSON${sent === undefined || sent === null ? ', and there is none' : ''}`
      : inWords(read.error, sent);
    return { error: new BridgeError('BRIDGE_BAD_REQUEST', { detail }) };
  };
}
