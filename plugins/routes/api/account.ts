import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { getFile, getMedia, listFiles, refreshFolder } from '../../../src/api/files.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import type { FolderId } from '../../../src/core/ids.ts';
import { isFileId } from '../../../src/delivery/address.ts';
import { entriesView } from '../../../src/views/entries.ts';
import { fileView, mediaView } from '../../../src/views/media.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** What the catalog holds of the account. */
export const account = fp(
  async (app: FastifyInstance) => {
    const { catalog, media, settings, lookup, discovery, delivery } = app.bridge;

    serveEndpoint(app, listFiles, async ({ query: { path, limit, offset } }) => {
      const found = await lookup.entries(path);
      const dates = await catalog.fileDates.of(found.files.map(({ id }) => id));
      return entriesView(found, offset, limit, dates);
    });

    serveEndpoint(app, getFile, async ({ params: { id } }) => {
      const file = isFileId(id) ? await catalog.files.byId(id) : undefined;
      if (!file) throw new BridgeError('BRIDGE_NOT_FOUND');
      const [folder, recognition, facts, checksum] = await Promise.all([
        catalog.files.folderPaths([file.folderId]).then((paths) => paths.get(file.folderId)),
        catalog.recognitions.ofFiles([file.id]).then((known) => known.get(file.id)),
        catalog.media.factsOf([file.id]).then((known) => known.get(file.id)),
        catalog.files.checksums([file.id]).then((known) => known.get(file.id)),
      ]);
      const etag = delivery.versions.etagOf(file);
      return fileView(
        { ...file, checksum, etag },
        {
          ...(folder !== undefined && { folder }),
          ...(recognition !== undefined && { recognition }),
          ...(facts !== undefined && { facts }),
        },
      );
    });

    serveEndpoint(app, getMedia, async () =>
      mediaView(await catalog.media.counts(), { ...media.state(), isEnabled: settings.media.probe }),
    );

    // Somebody knows that a folder of the account changed.
    serveEndpoint(app, refreshFolder, async ({ body: { path } }) => {
      const folderId = await folderToList(path);
      const at = folderId === undefined ? undefined : discovery.hint(folderId);
      if (at === undefined)
        throw new BridgeError('BRIDGE_NOT_FOUND', {
          detail: 'the library has no such folder yet, and none that it could come to',
        });
      // It is listed later: the host wants its pause.
      return { path, listedFrom: new Date(at).toISOString() };
    });

    /** What stands there, or is to come there, is found by listing the folder that it lies in. */
    async function folderToList(path: string): Promise<FolderId | undefined> {
      const { folder, files } = await catalog.files.byPath(path);
      const known = folder?.id ?? files[0]?.folderId;
      if (known !== undefined) return known;
      const names = path.split('/').filter((name) => name !== '');
      return (await catalog.files.byPath(`/${names.slice(0, -1).join('/')}`)).folder?.id;
    }
  },
  { name: 'account', dependencies: ['api-routes'] },
);
