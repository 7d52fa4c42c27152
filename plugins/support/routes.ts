import type { FastifyInstance, RouteHandlerMethod, RouteShorthandOptions } from 'fastify';

/** A route for GET and HEAD. */
export function readRoute(
  app: FastifyInstance,
  url: string,
  options: RouteShorthandOptions,
  handler: RouteHandlerMethod,
): void {
  app.route({ ...options, method: ['GET', 'HEAD'], url, handler });
}
