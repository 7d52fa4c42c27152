import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import {
  copyEntry,
  emptyTrash,
  listTrash,
  makeFolder,
  moveEntry,
  type PurgeAnswer,
  removeEntry,
  removeTrashed,
  restoreTrashed,
  shareEntry,
} from '../../../src/api/changes.ts';
import { serveEndpoint } from '../../support/endpoints.ts';
import { toldAsEvents } from '../../support/told-as-events.ts';

/** Folders, names and removals in the account. */
export const changes = fp(
  async (app: FastifyInstance) => {
    const { accountChanges, notify } = app.bridge;

    /** What was changed is told before the answer, so that a command that ends with it has told it. */
    async function told<T>(work: Promise<T>): Promise<T> {
      const result = await work;
      await notify.flush();
      return result;
    }

    serveEndpoint(app, makeFolder, ({ body: { path, parents } }, { gone }) =>
      accountChanges.makeFolder(path, parents, gone),
    );
    serveEndpoint(app, moveEntry, async ({ body: { from, to, dryRun } }, { gone }) => ({
      entries: await told(accountChanges.move({ from, to, isDry: dryRun, signal: gone })),
    }));
    serveEndpoint(app, copyEntry, async ({ body: { from, to, dryRun, recursive } }, { gone }) => ({
      entries: await told(accountChanges.copy({ from, to, isDry: dryRun, isDeep: recursive, signal: gone })),
    }));
    serveEndpoint(app, removeEntry, ({ body: { path, recursive, dryRun } }, asked) =>
      toldAsEvents(app, removeEntry, asked, {
        failed: 'a removal failed inside',
        async run(put) {
          const wish = { path, isDeep: recursive, isDry: dryRun, signal: asked.gone };
          const onPurge = (progress: PurgeAnswer) => put('progress', progress);
          const removed = await told(accountChanges.remove({ ...wish, onPurge }));
          return {
            entries: removed.map(({ kind, path, files, sizeBytes, trashId }) => ({
              kind,
              path,
              files,
              sizeBytes,
              ...(trashId !== undefined && { trashId }),
            })),
          };
        },
      }),
    );
    serveEndpoint(app, shareEntry, async ({ body: { path, share } }, { gone }) => {
      const url = await accountChanges.share(path, share, gone);
      return url === undefined ? {} : { url };
    });
    serveEndpoint(app, listTrash, async () => ({
      entries: (await accountChanges.trash()).map(({ id, kind, path, files, sizeBytes, trashedAt }) => ({
        id,
        kind,
        path,
        files,
        sizeBytes,
        removedAt: new Date(trashedAt).toISOString(),
      })),
    }));
    serveEndpoint(app, restoreTrashed, async ({ params: { id } }, { gone }) => ({
      path: await told(accountChanges.restore(id, gone)),
    }));
    serveEndpoint(app, removeTrashed, ({ params: { id } }, asked) =>
      toldAsEvents(app, removeTrashed, asked, {
        failed: 'something in the trash could not be removed',
        run: async (put) => ({
          removed: await accountChanges.purgeOne(id, asked.gone, {
            onProgress: (progress) => put('progress', progress),
          }),
        }),
      }),
    );
    serveEndpoint(app, emptyTrash, ({ body: { all } }, asked) =>
      toldAsEvents(app, emptyTrash, asked, {
        failed: 'the trash could not be emptied',
        run: async (put) => ({
          removed: await accountChanges.purge(all, asked.gone, {
            onProgress: (progress) => put('progress', progress),
          }),
        }),
      }),
    );
  },
  { name: 'changes', dependencies: ['api-routes'] },
);
