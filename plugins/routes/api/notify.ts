import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { listServers, testPeople } from '../../../src/api/notify.ts';
import { peopleView, serversView } from '../../../src/views/servers.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** The media servers and the people of the settings, and how telling them went last. */
export const notify = fp(
  async (app: FastifyInstance) => {
    const { notify, people } = app.bridge;
    serveEndpoint(app, listServers, async () => ({
      servers: serversView(await notify.state()),
      people: peopleView(await people.state()),
    }));
    serveEndpoint(app, testPeople, async (_received, { gone }) => ({ results: await people.test(gone) }));
  },
  { name: 'notify', dependencies: ['api-routes'] },
);
