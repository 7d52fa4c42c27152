import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';
import { streamPath } from '../../src/delivery/address.ts';
import { playlistHead, playlistLine } from '../../src/views/playlist.ts';
import { readRoute } from '../support/routes.ts';

/** `?kind=`: the folder of the tree that its films lie in. */
const folders: Readonly<Record<string, string>> = { movie: 'Movies', episode: 'Shows', unsorted: 'Unsorted' };
const pageRows = 200;
/** About one page. */
const heldBytes = 32 * 1024;

/** `/library.m3u`: every film and episode of the library with the address that its STRM file holds. */
export const playlist = fp(
  async (app: FastifyInstance) => {
    const { catalog, publisher, signer, baseUrl, ownTurn } = app.bridge;
    const listings = catalog.listings.ofTree(publisher.trees[0]?.name ?? '');

    readRoute(app, '/library.m3u', { onRequest: app.basicAuth }, async (request, reply) => {
      const { kind } = request.query as { kind?: string };
      if (kind !== undefined && !Object.hasOwn(folders, kind))
        throw new BridgeError('BRIDGE_BAD_REQUEST', {
          detail: `kind is one of ${Object.keys(folders).join(', ')}`,
        });
      reply.type('audio/x-mpegurl; charset=utf-8').header('cache-control', 'no-cache');
      return request.method === 'HEAD' ? reply.send() : reply.send(streamed(kind));
    });

    /** No more of it is made than the reader takes. */
    const streamed = (kind: string | undefined) =>
      Readable.from(lines(kind), { objectMode: false, highWaterMark: heldBytes });

    async function* lines(kind: string | undefined) {
      yield playlistHead;
      await ownTurn();
      for (let after = ''; ; ) {
        const rows = await listings.videosAfter(after, pageRows);
        const shown = rows.filter(
          ({ path, isExtra }) => !isExtra && (kind === undefined || path.startsWith(`${folders[kind]}/`)),
        );
        const durations = await catalog.media.durationsOf(shown.flatMap(({ file }) => file?.id ?? []));
        const text = shown.flatMap(({ path, file }) => {
          const [group = ''] = path.split('/');
          if (!file) return [];
          const title = path.slice(path.lastIndexOf('/') + 1).replace(/\.strm$/, '');
          const url = baseUrl + streamPath(file.id, signer.sign(file.id), file.name);
          const ms = durations.get(file.id);
          return playlistLine({
            title,
            group,
            url,
            ...(ms === undefined ? {} : { durationSeconds: ms / 1000 }),
          });
        });
        if (text.length > 0) yield text.join('');
        const last = rows.at(-1);
        if (!last || rows.length < pageRows) return;
        after = last.path;
        // A signature each, and the database without a turn of the event loop: films must not wait for all of them.
        await ownTurn();
      }
    }
  },
  { name: 'playlist', dependencies: ['bridge', 'errors', 'auth'] },
);
