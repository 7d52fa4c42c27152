import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { acceptProposal, listProposals, refuseProposal, undoProposal } from '../../../src/api/proposals.ts';
import { saidIn } from '../../../src/api/words/said.ts';
import type { Decisions } from '../../../src/curation/proposal-decisions.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** Deletions that wait for a person's word, and the words about them. */
export const proposals = fp(
  async (app: FastifyInstance) => {
    const { proposals } = app.bridge.curation;
    // What is decided is decided, also for a client that has left: no signal of the request.
    const { signal } = new AbortController();

    serveEndpoint(app, listProposals, async ({ query: { state, limit } }) => ({
      proposals: (await proposals.list(limit, state)).map(shown),
    }));

    serveEndpoint(app, acceptProposal, async ({ params: { id } }) =>
      decided(await proposals.decide('accept', id, signal)),
    );

    serveEndpoint(app, refuseProposal, async ({ params: { id } }) =>
      decided(await proposals.decide('refuse', id, signal)),
    );

    serveEndpoint(app, undoProposal, async ({ params: { id } }) =>
      decided(await proposals.decide('undo', id === 'last' ? undefined : id, signal)),
    );
  },
  { name: 'proposals', dependencies: ['api-routes'] },
);

type DecidedProposalFacts = Awaited<ReturnType<Decisions['decide']>>;

function decided({ proposal, ...rest }: DecidedProposalFacts) {
  return { ...rest, proposal: shown(proposal) };
}

function shown<P extends { why: string }>(proposal: P) {
  return { ...proposal, whySaid: saidIn(proposal.why) };
}
