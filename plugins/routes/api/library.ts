import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { getPoster, getTitle, listTitles } from '../../../src/api/library.ts';
import { saidIn } from '../../../src/api/words/said.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { streamPath } from '../../../src/delivery/address.ts';
import { subtitlesOfStems, titleFilesView, titlesView } from '../../../src/views/titles.ts';
import { answered, serveEndpoint } from '../../support/endpoints.ts';

/** Films and shows, as they stand in the first tree. */
export const library = fp(
  async (app: FastifyInstance) => {
    const { catalog, titleSearch, posters, signer, baseUrl } = app.bridge;

    serveEndpoint(app, listTitles, async ({ query: { kind, only, ...query } }) => {
      posters.refresh();
      return titlesView(await titleSearch.find({ ...query, kind, only }), posters.versionOf);
    });

    serveEndpoint(app, getTitle, async ({ query: { key, offset, limit } }) => {
      const rows = await catalog.placements.ofKeys([key]);
      const known = await catalog.files.filesByIds(rows.map(({ fileId }) => fileId));
      if (known.length === 0) throw new BridgeError('BRIDGE_NOT_FOUND', { detail: 'no title has this key' });
      const byId = new Map(known.map((file) => [file.id, file]));
      const all = rows
        .flatMap((row) => {
          const file = byId.get(row.fileId);
          return file ? [{ row, file }] : [];
        })
        .sort((a, b) => order(a.row.stem ?? a.file.name, b.row.stem ?? b.file.name));
      const page = all.slice(offset, offset + limit);
      const [folders, facts, written] = await Promise.all([
        catalog.files.folderPaths([...new Set(page.map(({ file }) => file.folderId))]),
        catalog.media.factsOf(page.map(({ file }) => file.id)),
        catalog.placements.treeOfKeys([key]),
      ]);
      const beside = subtitlesOfStems(written);
      const poster = posters.versionOfWritten(written);
      return {
        total: all.length,
        ...(poster !== undefined && { poster }),
        files: titleFilesView(
          page.map(({ row, file }) => ({
            ...file,
            stem: row.stem,
            folder: folders.get(file.folderId),
            recognition: row.recognition,
            facts: facts.get(file.id),
            subtitles: beside.get(row.stem ?? '') ?? [],
            url: `${baseUrl}${streamPath(file.id, signer.sign(file.id), row.name ?? file.name)}`,
          })),
        ).map((file) => ({ ...file, becauseSaid: file.recognition.because.map(saidIn) })),
      };
    });

    serveEndpoint(app, getPoster, async ({ query: { key, v } }, { request, reply }) => {
      const poster = await posters.read(key);
      if (!poster) throw new BridgeError('BRIDGE_NOT_FOUND', { detail: 'this title has no picture' });
      const { bytes, type, version } = poster;
      const etag = `"${version}"`;
      reply.headers({
        etag,
        'cache-control': v === version ? 'private, max-age=31536000, immutable' : 'private, no-cache',
        'cross-origin-resource-policy': 'same-origin',
      });
      if (request.headers['if-none-match'] === etag) reply.code(304).send();
      else reply.type(type).send(bytes);
      return answered;
    });
  },
  { name: 'library', dependencies: ['api-routes'] },
);

/** As people count: `S1E10` behind `S1E9`. */
const { compare: order } = new Intl.Collator('en', { numeric: true });
