import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { getPlayback, listPlays } from '../../../src/api/plays.ts';
import { saidIn } from '../../../src/api/words/said.ts';
import { playbackView, playView } from '../../../src/views/playback.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** What was played, what was learned of links, and how much of everything is in use. */
export const playback = fp(
  async (app: FastifyInstance) => {
    const { links, delivery, host } = app.bridge;

    serveEndpoint(app, listPlays, async ({ query: { limit } }) => ({
      plays: (await delivery.plays.recent(limit)).map((play) => ({
        ...playView(play),
        endedSaid: saidIn(play.ended),
      })),
    }));

    serveEndpoint(app, getPlayback, async () =>
      playbackView({
        linkTtl: links.ttl.state(),
        kept: delivery.rangeCache.state(),
        connections: { used: delivery.slots.used(), limit: host.limits.connections },
        isLocationLocked: links.locationLock.isLocked(),
        host: host.state(),
      }),
    );
  },
  { name: 'playback', dependencies: ['api-routes'] },
);
