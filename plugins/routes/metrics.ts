import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { readRoute } from '../support/routes.ts';

/** `/metrics`: what Prometheus reads, with the admin token unless the settings open it. */
export const metrics = fp(
  async (app: FastifyInstance) => {
    const { metrics, settings } = app.bridge;
    const options = {
      // Asked every few seconds, and no news.
      config: { isHealthCheck: true },
      onRequest(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) {
        if (settings.metrics.open) done();
        else app.adminAuth(request, reply, done);
      },
    };
    readRoute(app, '/metrics', options, async (_request, reply) => {
      const { contentType, text } = await metrics.read();
      return reply.header('cache-control', 'no-store').header('content-type', contentType).send(text);
    });
  },
  { name: 'metrics', dependencies: ['bridge', 'errors', 'auth'] },
);
