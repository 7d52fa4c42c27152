import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { applyTree, planTree, undoTree } from '../../../src/api/tree.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** The paths of the trees, which stay as they are until a person moves them. */
export const tree = fp(
  async (app: FastifyInstance) => {
    const { moves } = app.bridge.curation;
    // What was begun is ended, also for a client that has left: no signal of the request.
    const { signal } = new AbortController();

    serveEndpoint(app, planTree, async ({ query }, { gone }) => {
      const planned = await moves.plan(gone);
      return { moved: planned.length, moves: planned.slice(0, query.moves) };
    });

    serveEndpoint(app, applyTree, async ({ query }) => {
      const { moves: done, result } = await moves.apply(signal);
      return { moved: done.length, moves: done.slice(0, query.moves), failed: result.counts.failed };
    });

    serveEndpoint(app, undoTree, async () => {
      const batch = await moves.undo(signal);
      if (!batch) return {};
      const { at, why, moves: undone, said } = batch;
      return { batch: { at, why, moved: undone.length, said: said.length } };
    });
  },
  { name: 'tree', dependencies: ['api-routes'] },
);
