import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import {
  fetchRemote,
  listRemote,
  type RemoteAnswer,
  type RemoteProgressAnswer,
} from '../../../src/api/remote.ts';
import { answered, serveEndpoint } from '../../support/endpoints.ts';
import { errorReply, toBridgeError } from '../../support/errors.ts';
import { createEventFeed } from '../../support/event-feed.ts';

interface Told {
  onLine: (line: RemoteAnswer) => void;
  onProgress?: (progress: RemoteProgressAnswer) => void;
}

/** `/api/v1/remote`: addresses that the host fetches by itself. */
export const remote = fp(
  async (app: FastifyInstance) => {
    const { remote: fetches, notify, clock, log } = app.bridge;

    serveEndpoint(app, listRemote, async ({ query: { limit } }) => ({
      addresses: await fetches.newest(limit),
    }));

    serveEndpoint(app, fetchRemote, async ({ body }, { request, reply, gone, keep }) => {
      const run = async (told: Told) => {
        const { lines, stoppedBy } = await fetches.run({ ...body, signal: gone, ...told });
        await notify.flush();
        return { addresses: lines, ...(stoppedBy && { stoppedBy: errorReply(stoppedBy) }) };
      };
      if (!request.headers.accept?.includes('text/event-stream')) return run({ onLine: () => undefined });
      const feed = createEventFeed(fetchRemote, clock);
      reply.type('text/event-stream').send(Readable.from(feed.texts(), { objectMode: false }));
      const told = run({
        onLine: (line) => feed.put('address', line),
        onProgress: (progress) => feed.put('progress', progress),
      })
        .then((result) => feed.put('result', result))
        .catch((error: unknown) => {
          const known = toBridgeError(error);
          if (known.code === 'BRIDGE_INTERNAL')
            log.error({ err: error }, 'what the host was to fetch failed inside');
          feed.put('error', errorReply(known));
        })
        .finally(() => feed.end());
      keep(told);
      return answered;
    });
  },
  { name: 'remote', dependencies: ['api-routes'] },
);
