import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import fp from 'fastify-plugin';
import { z } from 'zod';
import type { Endpoint, Given, Received } from '../../src/api/endpoint.ts';
import { inWords } from '../../src/api/faults.ts';
import { BridgeError } from '../../src/core/errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Methods of each address of the API that is served so far. */
    apiMethods: Map<string, string[]>;
  }
}

const nothing = z.object({});

/** What a handler is given besides what was sent. */
export interface Asked {
  request: FastifyRequest;
  reply: FastifyReply;
}

/** Before every route of the API. */
export const apiRoutes = fp(
  async (app: FastifyInstance) => {
    app.decorate('apiMethods', new Map());
  },
  { name: 'api-routes', dependencies: ['bridge', 'errors', 'auth'] },
);

/** After every route of the API: what an address does not take is told so with 405 and `Allow`. */
export const otherMethods = fp(
  async (app: FastifyInstance) => {
    for (const [url, allowed] of app.apiMethods)
      app.route({
        // CONNECT never reaches a route.
        method: METHODS.filter((method) => method !== 'CONNECT' && !allowed.includes(method)),
        url,
        schema: { hide: true } as FastifySchema,
        onRequest: (_request, reply, done) => {
          reply.header('allow', allowed.join(', '));
          done(new BridgeError('BRIDGE_METHOD', { detail: `use ${allowed.join(' or ')}` }));
        },
        handler: () => undefined,
      });
  },
  { name: 'other-methods', dependencies: ['api-routes'] },
);

/**
 * The route of an endpoint: only for who may, what is sent read by its schemas, what is given written by them. A
 * handler that sends its answer itself, such as a stream, returns the reply.
 */
export function serveEndpoint<E extends Endpoint>(
  app: FastifyInstance,
  endpoint: E,
  handler: (received: Received<E>, asked: Asked) => Promise<Given<E> | FastifyReply>,
): void {
  const { method, path, params, query, body, status, answer } = endpoint;
  const url = `/api/v1${path.replace(/\{(\w+)\}/g, ':$1')}`;
  const schema: FastifySchema = {
    ...(params && { params }),
    // What is not known is mistyped, and its default would be given in its place without a word.
    querystring: (query ?? nothing).strict(),
    ...(body && { body }),
    response: { [status]: answer },
  };
  const methods = method === 'GET' ? ['GET', 'HEAD'] : [method];
  app.apiMethods.set(url, [...(app.apiMethods.get(url) ?? []), ...methods]);
  for (const one of methods)
    app.route({
      method: one,
      url,
      onRequest: app.adminAuth,
      schema: one === 'HEAD' ? ({ ...schema, hide: true } as FastifySchema) : schema,
      validatorCompiler: ({ schema }) => readBy(schema as unknown as z.ZodType),
      serializerCompiler: ({ schema }) => writeBy(schema as unknown as z.ZodType),
      handler: async (request, reply) => {
        const received = { params: request.params, query: request.query, body: request.body };
        reply.code(status).header('cache-control', 'no-store');
        const given = await handler(received as unknown as Received<E>, { request, reply });
        return given === reply ? reply : reply.send(given);
      },
    });
}

/** @returns what was sent as the schema reads it, or what is wrong with it in words */
function readBy(schema: z.ZodType) {
  return (sent: unknown) => {
    // A body that was left out is one that says nothing.
    const read = schema.safeParse(sent ?? undefined);
    if (read.success) return { value: read.data };
    return { error: new BridgeError('BRIDGE_BAD_REQUEST', { detail: inWords(read.error, sent) }) };
  };
}

/** JSON of what the schema names, and of nothing else. */
function writeBy(schema: z.ZodType) {
  return (given: unknown) => JSON.stringify(schema.parse(given));
}
