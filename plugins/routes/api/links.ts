import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import {
  findLinks,
  getLink,
  type ImportedLine,
  importLinks,
  makeDirectLink,
} from '../../../src/api/links.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import type { FileId } from '../../../src/core/ids.ts';
import { isFileId, streamPath } from '../../../src/delivery/address.ts';
import { serveEndpoint } from '../../support/endpoints.ts';
import { errorReply } from '../../support/errors.ts';
import { toldAsEvents } from '../../support/told-as-events.ts';

interface Linked {
  id: FileId;
  name: string;
  sizeBytes: number;
}

/** Addresses of files: our own, and for who asks for it the host's. */
export const links = fp(
  async (app: FastifyInstance) => {
    const { catalog, lookup, baseUrl, signer, links, linkImport, notify } = app.bridge;

    async function fileOf(id: string) {
      const file = isFileId(id) ? await catalog.files.byId(id) : undefined;
      if (!file) throw new BridgeError('BRIDGE_NOT_FOUND', { detail: 'no file has this id' });
      return file;
    }

    const linkOf = ({ id, name, sizeBytes }: Linked) => ({
      id,
      name,
      sizeBytes,
      url: `${baseUrl}${streamPath(id, signer.sign(id), name)}`,
    });

    serveEndpoint(app, findLinks, async ({ query: { path } }) => ({
      links: (await lookup.files(path)).map(linkOf),
    }));

    serveEndpoint(app, getLink, async ({ params: { id } }) => linkOf(await fileOf(id)));

    serveEndpoint(app, makeDirectLink, async ({ params: { id } }, { gone }) => {
      const file = await fileOf(id);
      const { url } = await links.broker.acquire(file, { urgency: 'play', signal: gone });
      return { ...linkOf(file), url };
    });

    serveEndpoint(app, importLinks, ({ body: { dryRun, ...wish } }, asked) =>
      toldAsEvents(app, importLinks, asked, {
        failed: 'an import failed inside',
        async run(put) {
          const lines: ImportedLine[] = [];
          const { calls, stoppedBy } = await linkImport.run({
            ...wish,
            isDry: dryRun,
            signal: asked.gone,
            onLink({ link, fate, file, error }) {
              const line = { link, fate, ...(file && { file }), ...(error && { error: errorReply(error) }) };
              lines.push(line);
              put('link', line);
            },
          });
          await notify.flush();
          return { links: lines, calls, ...(stoppedBy && { stoppedBy: errorReply(stoppedBy) }) };
        },
      }),
    );
  },
  { name: 'links', dependencies: ['api-routes'] },
);
