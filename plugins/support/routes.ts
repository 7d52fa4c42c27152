import { METHODS } from 'node:http';
import type { FastifyInstance, RouteHandlerMethod, RouteShorthandOptions } from 'fastify';
import { BridgeError } from '../../src/core/errors.ts';

export type MethodHandlers = Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', RouteHandlerMethod>>;

/** A route for GET and HEAD; every other method is told so with 405 and `Allow`. */
export function readRoute(
  app: FastifyInstance,
  url: string,
  options: RouteShorthandOptions,
  handler: RouteHandlerMethod,
): void {
  methodRoutes(app, url, options, { GET: handler });
}

/** A route for these methods, HEAD with GET; every other one that Node reads is told so with 405 and `Allow`. */
export function methodRoutes(
  app: FastifyInstance,
  url: string,
  options: RouteShorthandOptions,
  handlers: MethodHandlers,
): void {
  const allowed: string[] = [];
  for (const [method, handler] of Object.entries(handlers)) {
    const methods = method === 'GET' ? ['GET', 'HEAD'] : [method];
    allowed.push(...methods);
    app.route({ ...options, method: methods, url, handler });
  }
  app.route({
    // CONNECT never reaches a route.
    method: METHODS.filter((method) => method !== 'CONNECT' && !allowed.includes(method)),
    url,
    onRequest: (_request, reply, done) => {
      reply.header('allow', allowed.join(', '));
      done(new BridgeError('BRIDGE_METHOD', { detail: `use ${allowed.join(' or ')}` }));
    },
    handler: () => undefined,
  });
}
