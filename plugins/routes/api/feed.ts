import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { listChanges } from '../../../src/api/feed.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** `/api/v1/changes`: what happened in the library last. */
export const feed = fp(
  async (app: FastifyInstance) => {
    const { treeChanges } = app.bridge.catalog;

    serveEndpoint(app, listChanges, async ({ query: { limit, before } }) => {
      const found = await treeChanges.list(limit + 1, before);
      const changes = found.slice(0, limit);
      const last = changes.at(-1);
      return {
        changes: changes.map(({ titleKey, former, ...change }) => ({
          ...change,
          ...(titleKey !== undefined && { key: titleKey }),
          ...(former !== undefined && { former }),
        })),
        ...(found.length > limit && last && { next: last.id }),
      };
    });
  },
  { name: 'feed', dependencies: ['api-routes'] },
);
