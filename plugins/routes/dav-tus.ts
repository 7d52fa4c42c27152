import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';
import { seenBy } from '../gateway/headers.ts';
import { namesIn } from '../support/answers/send-entry.ts';
import { createLocking, lockPath } from '../support/dav/dav-locking.ts';
import { closingUnlessRead, createTusDoor, takeRawBodies } from '../support/dav/tus.ts';

/** Where uploads go on that began on a folder. */
const door = '/dav/tus';

/**
 * tus 1.0.0 on the folders of `/dav/account/`, as rclone sends it to an ownCloud Infinite Scale. The last answer waits for
 * the host, since the client looks for the file next.
 */
export const davTus = fp(
  async (app: FastifyInstance) => {
    const { davWriter, davLocks, basePath, settings } = app.bridge;
    if (settings.dav.write === 'off') return;
    const { route, tokensOf } = createLocking(app);
    takeRawBodies(app);

    async function mayCome(request: FastifyRequest, path: string): Promise<void> {
      const names = path.split('/').filter(Boolean);
      const { there } = await davWriter.target(names);
      if (there.is === 'folder') throw new BridgeError('BRIDGE_METHOD');
      const tokens = await tokensOf(request, names);
      davLocks.mustBeFree(lockPath(names), { tokens });
      if (there.is === 'nothing') davLocks.mustBeFreeForMember(lockPath(names), { tokens });
    }

    const tus = createTusDoor(app, {
      door: 'dav',
      // Whole: rclone knows no other form.
      locationOf(request, id) {
        const { protocol, host } = seenBy(request);
        const path = `${basePath}${door}/${id}`;
        return /^[\w.:[\]-]{1,300}$/.test(host) ? `${protocol}://${host}${path}` : path;
      },
      replaces: () => true,
      mayCome,
      isAwaited: true,
    });
    const config = { takesFiles: true };
    const onRequest = [closingUnlessRead, app.basicAuth, app.bodyDoor.enter];

    route(
      'POST',
      (request, reply) => {
        if (request.headers['tus-resumable'] === undefined) throw new BridgeError('BRIDGE_METHOD');
        return tus.create(request, reply, `/${namesIn(request).names.join('/')}`);
      },
      { config, onRequest },
    );
    const url = `${door}/:id`;
    app.route({ method: 'HEAD', url, onRequest: app.basicAuth, handler: tus.head });
    app.route({ method: 'PATCH', url, config, onRequest, handler: tus.patch });
    app.route({ method: 'POST', url, config, onRequest, handler: tus.meant });
    app.route({ method: 'DELETE', url, onRequest: app.basicAuth, handler: tus.remove });
    app.route({ method: 'OPTIONS', url, onRequest: app.basicAuth, handler: tus.describe });
  },
  { name: 'dav-tus', dependencies: ['bridge', 'errors', 'auth'], encapsulate: true },
);
