import { METHODS } from 'node:http';
import type { FastifyInstance, RouteHandlerMethod, RouteShorthandOptions } from 'fastify';
import { BridgeError } from '../../src/errors.ts';

/** Everything that Node reads, WebDAV's methods too; CONNECT never reaches a route. */
const others = METHODS.filter((method) => !['GET', 'HEAD', 'CONNECT'].includes(method));

/** A route for GET and HEAD; every other method is told so with 405 and `Allow`. */
export function reads(
  app: FastifyInstance,
  url: string,
  options: RouteShorthandOptions,
  handler: RouteHandlerMethod,
): void {
  app.route({ ...options, method: ['GET', 'HEAD'], url, handler });
  app.route({
    method: others,
    url,
    onRequest: (_request, reply, done) => {
      reply.header('allow', 'GET, HEAD');
      done(new BridgeError('BRIDGE_METHOD'));
    },
    handler: () => undefined,
  });
}
