import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { hrefOf } from '../../src/views/xml.ts';
import { readRoute } from '../support/routes.ts';
import { namesIn, sendEntry } from '../support/send-entry.ts';

const prefix = '/browse';

/** `/browse/`: the library with its films, and the account, as plain listings. */
export const browse = fp(
  async (app: FastifyInstance) => {
    const locked = { onRequest: app.basicAuth };

    readRoute(app, prefix, locked, async (_request, reply) => reply.redirect(`${prefix}/`, 302));
    readRoute(app, `${prefix}/*`, locked, async (request, reply) => {
      const { names, isFolder } = namesIn(request);
      const found = await app.bridge.browse.find(names);
      if (found.is === 'folder' && !isFolder) return reply.redirect(`${hrefOf(prefix, names)}/`, 302);
      return sendEntry(app, found, request, reply, { path: [prefix, ...names, ''].join('/') });
    });
  },
  { name: 'browse', dependencies: ['bridge', 'errors', 'auth', 'delivery'] },
);
