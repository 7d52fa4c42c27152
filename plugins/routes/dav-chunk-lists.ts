import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';
import { createResponse, finiteDepth, multistatusHead, multistatusTail } from '../../src/views/propfind.ts';
import { hrefOf } from '../../src/views/xml.ts';
import { namesIn } from '../support/answers/send-entry.ts';
import { maxBody, readPropfind } from '../support/dav/dav-body.ts';
import { listingDepth } from '../support/dav/listing-depth.ts';

const xml = 'application/xml; charset=utf-8';

/** PROPFIND of a folder of chunks: a client that comes back looks which of them are here, and sends the others. */
export const davChunkLists = fp(
  async (app: FastifyInstance) => {
    const { chunkUploads, basePath, settings } = app.bridge;
    if (settings.dav.write === 'off') return;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: maxBody }, (_request, body, done) =>
      done(null, body),
    );
    app.route({
      method: 'PROPFIND',
      url: '/dav/uploads/:user/*',
      bodyLimit: maxBody,
      onRequest: app.basicAuth,
      async handler(request, reply) {
        const { user } = request.params as { user: string };
        const depth = listingDepth(request);
        const respond = createResponse(readPropfind(request.body as string | undefined), {});
        const [dir, name, ...more] = namesIn(request).names;
        if (user !== settings.auth.user || dir === undefined || more.length > 0)
          throw new BridgeError('BRIDGE_NOT_FOUND');
        const { touchedAt, chunks } = await chunkUploads.list(dir);
        const entries = chunks.map((chunk) => ({ ...chunk, isFolder: false, modifiedAt: touchedAt }));
        reply.code(207).header('dav', '1, 2').type(xml).header('cache-control', 'no-cache');
        const base = `${hrefOf(`${basePath}/dav/uploads`, [user, dir])}/`;
        if (name !== undefined) {
          const one = entries.find((entry) => entry.name === name);
          if (!one) throw new BridgeError('BRIDGE_NOT_FOUND');
          return reply.send(multistatusHead + respond(base, one) + multistatusTail);
        }
        if (depth === 'infinity') return reply.code(403).send(finiteDepth);
        const self = respond('', { name: dir, isFolder: true, modifiedAt: touchedAt }, base);
        const inside = depth === 0 ? '' : entries.map((entry) => respond(base, entry)).join('');
        return reply.send(multistatusHead + self + inside + multistatusTail);
      },
    });
  },
  { name: 'dav-chunk-lists', dependencies: ['bridge', 'errors', 'auth'], encapsulate: true },
);
