import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { readBytes } from '../../../src/api/files.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { isFileId } from '../../../src/delivery/address.ts';
import { answered, serveEndpoint } from '../../support/endpoints.ts';

/** All downloads together are one viewer: films keep the rest of the connections. */
const viewer = 'downloads';

/** `/api/v1/files/<id>/bytes`: what `passerelle get` writes to a disk. */
export const downloads = fp(
  async (app: FastifyInstance) => {
    const { catalog, delivery } = app.bridge;
    const { reader, versions } = delivery;

    serveEndpoint(app, readBytes, async ({ params: { id }, query: { from, to, etag } }, exchange) => {
      const { request, reply, gone } = exchange;
      const file = isFileId(id) ? await catalog.files.byId(id) : undefined;
      if (!file) throw new BridgeError('BRIDGE_NOT_FOUND');
      if (from >= to || to > file.sizeBytes) throw new BridgeError('BRIDGE_RANGE');
      const now = versions.etagOf(file);
      if (etag !== undefined && etag !== now) throw new BridgeError('BRIDGE_PRECONDITION');
      reply
        .type('application/octet-stream')
        .header('etag', now)
        .header('content-length', String(to - from));
      if (request.method === 'HEAD') {
        reply.send();
        return answered;
      }
      const body = await reader.open(
        file,
        { start: from, end: to - 1 },
        { urgency: 'refresh', viewer, etag: now, isOneOfSeveral: true, signal: gone },
      );
      gone.addEventListener('abort', () => body.destroy(), { once: true });
      reply.send(body);
      return answered;
    });
  },
  { name: 'downloads', dependencies: ['api-routes'] },
);
