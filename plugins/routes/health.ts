import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';
import { readRoute } from '../support/routes.ts';

const quiet = { config: { isHealthCheck: true } };

/**
 * `/healthz`: the process answers. `/readyz`: the catalog answers too, and the host has accepted the key; no sync need
 * have run.
 */
export const health = fp(
  async (app: FastifyInstance) => {
    readRoute(app, '/healthz', quiet, async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      if (!app.guide) return reply.send({ status: 'ok' });
      // The page tries addresses of this machine, and sees whether it is this process that answers there.
      return reply
        .header('access-control-allow-origin', '*')
        .send({ status: 'ok', id: app.guide.state().id });
    });
    readRoute(app, '/readyz', quiet, async (_request, reply) => {
      if (app.guide) throw new BridgeError('BRIDGE_NOT_SET_UP');
      const { catalog, keyWatch } = app.bridge;
      await catalog.alive();
      const doubt = keyWatch.doubt();
      if (doubt !== undefined) throw new BridgeError('BRIDGE_NOT_READY', { detail: doubt });
      return reply.header('cache-control', 'no-store').send({ status: 'ready' });
    });
  },
  { name: 'health', dependencies: ['bridge', 'errors', 'guide'] },
);
