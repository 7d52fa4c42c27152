import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';
import { header } from '../../src/core/http/headers.ts';
import { ownHosts, readDestination } from '../../src/uploads/dav/destination.ts';
import { readOcChecksum } from '../../src/uploads/pieces/checksum.ts';
import { namesIn } from '../support/answers/send-entry.ts';
import { accountDoor } from '../support/dav/account-door.ts';
import { createLocking, lockPath } from '../support/dav/dav-locking.ts';
import { saidDate, tellDate } from '../support/dav/oc-mtime.ts';
import { bodyOf, closingUnlessRead, takeRawBodies } from '../support/dav/tus.ts';

/** What a client calls the whole of its chunks. */
const wholeName = '.file';

/**
 * Large files in chunks, as rclone and others send them to a Nextcloud: a folder of one's own below
 * `/dav/uploads/<user>/`, chunks in it, and a MOVE of the whole to where it is to lie.
 */
export const davChunks = fp(
  async (app: FastifyInstance) => {
    const { davWriter, davLocks, chunkUploads, basePath, baseUrl, settings } = app.bridge;
    if (settings.dav.write === 'off') return;
    const { tokensOf, entryAt, route: accountRoute } = createLocking(app);
    takeRawBodies(app);

    const route = (
      method: string,
      handler: (names: Named, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
      options: Pick<RouteOptions, 'onRequest' | 'config'> = { onRequest: app.basicAuth },
    ) =>
      app.route({
        method,
        url: '/dav/uploads/:user/*',
        ...options,
        handler: (request, reply) => handler(namedBy(request), request, reply),
      });
    route('MKCOL', async ({ dir, name }, _request, reply) => {
      if (name !== undefined) throw new BridgeError('BRIDGE_CONFLICT');
      await chunkUploads.make(dir);
      return reply.code(201).send();
    });
    route('PUT', put, {
      config: { takesFiles: true },
      onRequest: [closingUnlessRead, app.basicAuth, app.bodyDoor.enter],
    });
    route('MOVE', move);
    route('DELETE', async ({ dir, name }, _request, reply) => {
      if (name !== undefined) throw new BridgeError('BRIDGE_METHOD');
      await chunkUploads.remove(dir);
      return reply.code(204).send();
    });

    // Asked by rclone after each upload: there is no checksum of its kind here, and every other answer ends the copy.
    accountRoute('PATCH', async (request, reply) => {
      if (request.headers['x-recalculate-hash'] === undefined) throw new BridgeError('BRIDGE_METHOD');
      const { there } = await davWriter.target(namesIn(request).names);
      if (there.is === 'nothing' || there.is === 'folder') throw new BridgeError('BRIDGE_NOT_FOUND');
      return reply.code(204).send();
    });

    interface Named {
      dir: string;
      name: string | undefined;
    }

    function namedBy(request: FastifyRequest): Named {
      const { user } = request.params as { user: string };
      const [dir, name, ...more] = namesIn(request).names;
      if (user !== settings.auth.user || dir === undefined || more.length > 0)
        throw new BridgeError('BRIDGE_NOT_FOUND');
      return { dir, name };
    }

    async function put({ dir, name }: Named, request: FastifyRequest, reply: FastifyReply) {
      if (name === undefined) throw new BridgeError('BRIDGE_METHOD');
      const length = header(request.headers, 'content-length');
      const isAgain = await chunkUploads.put(dir, name, {
        body: bodyOf(request, reply),
        lengthBytes: length === undefined ? undefined : Number(length),
        giveUp: () => request.raw.destroy(),
      });
      reply.removeHeader('connection');
      return reply.code(isAgain ? 204 : 201).send();
    }

    async function move({ dir, name }: Named, request: FastifyRequest, reply: FastifyReply) {
      const { headers } = request;
      if (name !== wholeName) throw new BridgeError('BRIDGE_METHOD');
      const names = readDestination(
        headers.destination,
        `${basePath}${accountDoor}/`,
        ownHosts(headers, baseUrl),
      );
      const { there, wanted } = await davWriter.target(names);
      if (there.is === 'folder') throw new BridgeError('BRIDGE_METHOD');
      if (there.is !== 'nothing' && String(headers.overwrite).trim().toUpperCase() === 'F')
        throw new BridgeError('BRIDGE_PRECONDITION');
      const tokens = await tokensOf(request, names);
      davLocks.mustBeFree(lockPath(names), { tokens });
      if (there.is === 'nothing') davLocks.mustBeFreeForMember(lockPath(names), { tokens });
      const total = header(headers, 'oc-total-length');
      if (total !== undefined && !/^\d{1,15}$/.test(total))
        throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'OC-Total-Length is no whole number' });
      const datedAt = saidDate(request);
      await chunkUploads.assemble(dir, {
        path: wanted,
        sizeBytes: total === undefined ? undefined : Number(total),
        checksum: readOcChecksum(header(headers, 'oc-checksum')),
        datedAt,
      });
      tellDate(reply, await entryAt(names), datedAt);
      return reply.code(there.is === 'nothing' ? 201 : 204).send();
    }
  },
  { name: 'dav-chunks', dependencies: ['bridge', 'errors', 'auth'], encapsulate: true },
);
