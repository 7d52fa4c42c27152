import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { listServers } from '../../../src/api/notify.ts';
import { serversView } from '../../../src/views/servers.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** The media servers of the settings, and how telling them went last. */
export const notify = fp(
  async (app: FastifyInstance) => {
    const { notify } = app.bridge;
    serveEndpoint(app, listServers, async () => ({ servers: serversView(await notify.state()) }));
  },
  { name: 'notify', dependencies: ['api-routes'] },
);
