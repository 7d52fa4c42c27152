import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { hrefOf } from '../../src/views/xml.ts';
import { namesIn, sendEntry } from '../support/answers/send-entry.ts';
import { readRoute } from '../support/routes.ts';

const door = '/browse';

/** `/browse/`: the library with its films, and the account, as plain listings. */
export const browse = fp(
  async (app: FastifyInstance) => {
    const prefix = app.bridge.basePath + door;
    const locked = { onRequest: app.basicAuth };

    readRoute(app, door, locked, async (_request, reply) => reply.redirect(`${prefix}/`, 302));
    readRoute(app, `${door}/*`, locked, async (request, reply) => {
      const { names, isFolder } = namesIn(request);
      const found = await app.bridge.browse.find(names);
      if (found.is === 'folder' && !isFolder) return reply.redirect(`${hrefOf(prefix, names)}/`, 302);
      return sendEntry(app, found, request, reply, { path: [prefix, ...names, ''].join('/') });
    });
  },
  { name: 'browse', dependencies: ['bridge', 'errors', 'auth', 'delivery'] },
);
