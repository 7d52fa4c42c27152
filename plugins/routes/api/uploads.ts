import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { type PutAnswer, putFile } from '../../../src/api/uploads.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { answered, serveEndpoint } from '../../support/endpoints.ts';
import { errorReply, toBridgeError } from '../../support/errors.ts';
import { createEventFeed } from '../../support/event-feed.ts';

/** `/api/v1/uploads`: files of this machine. */
export const uploads = fp(
  async (app: FastifyInstance) => {
    const { uploader, notify, clock, log } = app.bridge;

    serveEndpoint(app, putFile, async ({ body }, { request, reply, gone, keep }) => {
      // Whoever has the token may read the account, and not every file of this machine.
      if (!app.isOwner(request))
        throw new BridgeError('BRIDGE_BAD_REQUEST', {
          detail: 'files of this machine are sent by passerelle put, on this machine',
        });
      const run = async (onBytes: (sent: number, total: number) => void): Promise<PutAnswer> => {
        const result = await uploader.put({ ...body, signal: gone, onBytes });
        await notify.flush();
        return result;
      };
      if (!request.headers.accept?.includes('text/event-stream')) return run(() => undefined);
      const feed = createEventFeed(putFile, clock);
      reply.type('text/event-stream').send(Readable.from(feed.texts(), { objectMode: false }));
      const told = run((sent, total) => feed.put('progress', { sent, total }))
        .then((result) => feed.put('result', result))
        .catch((error: unknown) => {
          const known = toBridgeError(error);
          if (known.code === 'BRIDGE_INTERNAL') log.error({ err: error }, 'an upload failed inside');
          feed.put('error', errorReply(known));
        })
        .finally(() => feed.end());
      keep(told);
      return answered;
    });
  },
  { name: 'uploads', dependencies: ['api-routes'] },
);
