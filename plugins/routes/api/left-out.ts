import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { listLeftOut } from '../../../src/api/left-out.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** What of the account is in no tree, and why. */
export const leftOut = fp(
  async (app: FastifyInstance) => {
    const { leftOut } = app.bridge.curation;

    serveEndpoint(app, listLeftOut, async ({ query: { limit, after } }, { gone }) => ({
      ...(await leftOut.page(after, limit, gone)),
      ...(after === '' && { counts: await leftOut.count(gone) }),
    }));
  },
  { name: 'left-out', dependencies: ['api-routes'] },
);
