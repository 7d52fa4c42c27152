import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';
import { mediaType } from '../../src/delivery/media-type.ts';
import { autoindex } from '../../src/views/autoindex.ts';
import { hrefOf } from '../../src/views/xml.ts';
import { readTreeFile } from '../support/answers/tree-file.ts';
import { readRoute } from '../support/routes.ts';

/** `/strm/`: the (first) STRM tree over HTTP. Only what the manifest names is served. */
export const strm = fp(
  async (app: FastifyInstance) => {
    const { catalog, publisher, basePath, undatedAt } = app.bridge;
    const prefix = `${basePath}/strm`;
    const [tree] = publisher.trees;
    const titles = catalog.placementsOf(tree.name);
    const listings = catalog.listings.ofTree(tree.name);

    readRoute(app, '/strm', { onRequest: app.basicAuth }, async (_request, reply) =>
      reply.redirect(`${prefix}/`, 302),
    );
    readRoute(app, '/strm/*', { onRequest: app.basicAuth }, async (request, reply) => {
      const path = (request.params as { '*': string })['*'];
      const dir = path.replace(/(?<!\/)\/+$/, '');
      if (path === '' || path.endsWith('/')) {
        const { folders, files } = await titles.treeChildren(dir);
        if (dir !== '' && folders.length + files.length === 0) throw new BridgeError('BRIDGE_NOT_FOUND');
        const dates = await listings.foldersChanged(dir);
        const entries = [
          ...folders.map((name) => ({ name, isFolder: true, modifiedAt: dates.get(name) ?? undatedAt })),
          ...files.map((file) => ({
            name: file.path.slice(file.path.lastIndexOf('/') + 1),
            isFolder: false,
            modifiedAt: file.mtimeMs,
            sizeBytes: file.sizeBytes,
          })),
        ];
        return reply.type('text/html; charset=utf-8').send(autoindex(`${prefix}/${path}`, entries));
      }
      const file = await titles.treeAt(path);
      if (!file) {
        const { folders, files } = await titles.treeChildren(dir);
        if (folders.length + files.length === 0) throw new BridgeError('BRIDGE_NOT_FOUND');
        return reply.redirect(`${hrefOf(prefix, dir.split('/'))}/`, 302);
      }
      const content = await readTreeFile(app.bridge, tree.dir, file.path, {
        sizeBytes: file.sizeBytes,
        modifiedAt: file.mtimeMs,
      });
      const type = path.endsWith('.strm') ? 'text/plain; charset=utf-8' : mediaType(path);
      return reply
        .header('last-modified', new Date(file.mtimeMs).toUTCString())
        .header('content-length', String(content.length))
        .type(type)
        .send(content);
    });
  },
  { name: 'strm', dependencies: ['bridge', 'errors', 'auth'] },
);
