import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { acceptProposal, listProposals, refuseProposal, undoProposal } from '../../../src/api/proposals.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** Deletions that wait for a person's word, and the words about them. */
export const proposals = fp(
  async (app: FastifyInstance) => {
    const { proposals } = app.bridge.curation;
    // What is decided is decided, also for a client that has left: no signal of the request.
    const { signal } = new AbortController();

    serveEndpoint(app, listProposals, async ({ query: { state, limit } }) => ({
      proposals: await proposals.list(limit, state),
    }));

    serveEndpoint(app, acceptProposal, async ({ params: { id } }) => proposals.decide('accept', id, signal));

    serveEndpoint(app, refuseProposal, async ({ params: { id } }) => proposals.decide('refuse', id, signal));

    serveEndpoint(app, undoProposal, async ({ params: { id } }) =>
      proposals.decide('undo', id === 'last' ? undefined : id, signal),
    );
  },
  { name: 'proposals', dependencies: ['api-routes'] },
);
