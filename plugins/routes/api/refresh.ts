import { METHODS } from 'node:http';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../../src/core/errors.ts';

/** `POST /api/v1/refresh {"path"}`: somebody knows that a folder of the account changed. */
export const refresh = fp(
  async (app: FastifyInstance) => {
    const { catalog, discovery } = app.bridge;
    const url = '/api/v1/refresh';

    app.route({
      method: 'POST',
      url,
      onRequest: app.adminAuth,
      handler: async (request, reply) => {
        const { path } = (request.body ?? {}) as { path?: unknown };
        if (typeof path !== 'string' || !path.startsWith('/'))
          throw new BridgeError('BRIDGE_BAD_REQUEST', {
            detail: 'send {"path": "/a folder of the account"} as application/json',
          });
        const { folder, files } = await catalog.files.byPath(path);
        const folderId = folder?.id ?? files[0]?.folderId;
        const at = folderId === undefined ? undefined : discovery.hint(folderId);
        if (at === undefined)
          throw new BridgeError('BRIDGE_NOT_FOUND', { detail: 'the library has no such folder (yet)' });
        // It is listed later: the host wants its pause.
        return reply
          .code(202)
          .header('cache-control', 'no-store')
          .send({ path, listedFrom: new Date(at).toISOString() });
      },
    });
    app.route({
      method: METHODS.filter((method) => !['POST', 'CONNECT'].includes(method)),
      url,
      onRequest: (_request, reply, done) => {
        reply.header('allow', 'POST');
        done(new BridgeError('BRIDGE_METHOD', { detail: 'use POST' }));
      },
      handler: () => undefined,
    });
  },
  { name: 'refresh', dependencies: ['bridge', 'errors', 'auth'] },
);
