import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../../src/core/errors.ts';
import { isFileId } from '../../../src/delivery/address.ts';
import { fileView, mediaView } from '../../../src/views/media.ts';
import { readRoute } from '../../support/routes.ts';

/** `/api/v1/media` and `/api/v1/files/`: what the headers of videos say. */
export const mediaInformation = fp(
  async (app: FastifyInstance) => {
    const { catalog, media, settings } = app.bridge;
    const locked = { onRequest: app.adminAuth };

    // How many videos were read, wait, were given up; calls of today.
    readRoute(app, '/api/v1/media', locked, async (_request, reply) => {
      const state = { ...media.state(), isEnabled: settings.media.probe };
      return reply.header('cache-control', 'no-store').send(mediaView(await catalog.media.counts(), state));
    });

    // One file: what the catalog knows of it.
    readRoute(app, '/api/v1/files/:id', locked, async (request, reply) => {
      const { id } = request.params as { id: string };
      const file = isFileId(id) ? await catalog.files.byId(id) : undefined;
      if (!file) throw new BridgeError('BRIDGE_NOT_FOUND');
      const [folder, recognition, facts] = await Promise.all([
        catalog.files.folderPaths([file.folderId]).then((paths) => paths.get(file.folderId)),
        catalog.recognitions.ofFiles([file.id]).then((known) => known.get(file.id)),
        catalog.media.factsOf([file.id]).then((known) => known.get(file.id)),
      ]);
      const known = {
        ...(folder !== undefined && { folder }),
        ...(recognition !== undefined && { recognition }),
        ...(facts !== undefined && { facts }),
      };
      return reply.header('cache-control', 'no-store').send(fileView(file, known));
    });
  },
  { name: 'media', dependencies: ['bridge', 'errors', 'auth'] },
);
