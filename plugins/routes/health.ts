import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { readRoute } from '../support/routes.ts';

const quiet = { config: { isHealthCheck: true } };

/** `/healthz`: the process answers. `/readyz`: the catalog answers too; no sync need have run. */
export const health = fp(
  async (app: FastifyInstance) => {
    readRoute(app, '/healthz', quiet, async (_request, reply) =>
      reply.header('cache-control', 'no-store').send({ status: 'ok' }),
    );
    readRoute(app, '/readyz', quiet, async (_request, reply) => {
      await app.bridge.catalog.alive();
      return reply.header('cache-control', 'no-store').send({ status: 'ready' });
    });
  },
  { name: 'health', dependencies: ['bridge', 'errors'] },
);
