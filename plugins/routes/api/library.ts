import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { getTitle, listTitles } from '../../../src/api/library.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { streamPath } from '../../../src/delivery/address.ts';
import { titleFilesView, titlesView } from '../../../src/views/titles.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** Films and shows, as they stand in the first tree. */
export const library = fp(
  async (app: FastifyInstance) => {
    const { catalog, titleSearch, signer, baseUrl } = app.bridge;

    serveEndpoint(app, listTitles, async ({ query: { kind, only, ...query } }) =>
      titlesView(await titleSearch.find({ ...query, kind, only })),
    );

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
      const [folders, facts] = await Promise.all([
        catalog.files.folderPaths([...new Set(page.map(({ file }) => file.folderId))]),
        catalog.media.factsOf(page.map(({ file }) => file.id)),
      ]);
      return {
        total: all.length,
        files: titleFilesView(
          page.map(({ row, file }) => ({
            ...file,
            stem: row.stem,
            folder: folders.get(file.folderId),
            recognition: row.recognition,
            facts: facts.get(file.id),
            url: `${baseUrl}${streamPath(file.id, signer.sign(file.id), row.name ?? file.name)}`,
          })),
        ),
      };
    });
  },
  { name: 'library', dependencies: ['api-routes'] },
);

/** As people count: `S1E10` behind `S1E9`. */
const { compare: order } = new Intl.Collator('en', { numeric: true });
