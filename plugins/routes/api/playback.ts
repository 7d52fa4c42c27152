import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../../src/core/errors.ts';
import { playbackView } from '../../../src/views/playback.ts';
import { readRoute } from '../../support/routes.ts';

const maxPlays = 200;

/** `/api/v1/`: JSON for scripts. */
export const api = fp(
  async (app: FastifyInstance) => {
    const { links, delivery, host } = app.bridge;
    const locked = { onRequest: app.adminAuth };

    // The last plays, newest first; `?limit=` 1 to 200.
    readRoute(app, '/api/v1/plays', locked, async (request, reply) => {
      const { limit = String(maxPlays) } = request.query as { limit?: string };
      const count = /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
      if (count < 1 || count > maxPlays)
        throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: `limit must be 1 to ${maxPlays}` });
      return reply.header('cache-control', 'no-store').send({ plays: await delivery.plays.recent(count) });
    });

    // What was learned of links, and how much of everything is in use.
    readRoute(app, '/api/v1/playback', locked, async (_request, reply) =>
      reply.header('cache-control', 'no-store').send(
        playbackView({
          linkTtl: links.ttl.state(),
          kept: delivery.rangeCache.state(),
          connections: { used: delivery.slots.used(), limit: host.limits.connections },
          isLocationLocked: links.locationLock.isLocked(),
          host: host.state(),
        }),
      ),
    );
  },
  { name: 'api', dependencies: ['bridge', 'errors', 'auth'] },
);
