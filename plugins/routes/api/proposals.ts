import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../../src/core/errors.ts';
import { methodRoutes, readRoute } from '../../support/routes.ts';

const maxListed = 200;

/** `/api/v1/proposals`: deletions that wait for a person's word, and the words about them. */
export const proposals = fp(
  async (app: FastifyInstance) => {
    const { proposals } = app.bridge.curation;
    const locked = { onRequest: app.adminAuth };

    // Newest first; `?state=` open, accepted, refused, undone or settled.
    readRoute(app, '/api/v1/proposals', locked, async (request, reply) => {
      const { state } = request.query as { state?: string };
      const known = states.find((one) => one === state);
      if (state !== undefined && known === undefined)
        throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: `state must be one of ${states.join(', ')}` });
      reply.header('cache-control', 'no-store');
      return reply.send({ proposals: await proposals.list(maxListed, known) });
    });

    for (const decision of ['accept', 'refuse', 'undo'] as const) {
      const url = `/api/v1/proposals/:id/${decision}`;
      methodRoutes(app, url, locked, {
        POST: async (request, reply) => {
          const { id } = request.params as { id: string };
          if (!/^[1-9]\d{0,14}$/.test(id))
            throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'the id of a proposal is a number' });
          // What is decided is decided, also for a client that has left: no signal of the request.
          const decided = await proposals.decide(decision, Number(id), new AbortController().signal);
          return reply.header('cache-control', 'no-store').send(decided);
        },
      });
    }
  },
  { name: 'proposals', dependencies: ['bridge', 'errors', 'auth'] },
);

const states = ['open', 'accepted', 'refused', 'undone', 'settled'] as const;
