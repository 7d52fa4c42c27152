import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { serversView } from '../../../src/views/servers.ts';
import { readRoute } from '../../support/routes.ts';

/** `/api/v1/notify`: the media servers of the settings, and how telling them went last. */
export const notify = fp(
  async (app: FastifyInstance) => {
    const { notify } = app.bridge;
    readRoute(app, '/api/v1/notify', { onRequest: app.adminAuth }, async (_request, reply) =>
      reply.header('cache-control', 'no-store').send({ servers: serversView(await notify.state()) }),
    );
  },
  { name: 'notify', dependencies: ['bridge', 'errors', 'auth'] },
);
