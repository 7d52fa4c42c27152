import { join } from 'node:path';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { addToInbox, listInbox } from '../../../src/api/inbox.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { serveEndpoint } from '../../support/endpoints.ts';
import { errorReply } from '../../support/errors.ts';

/** `/api/v1/inbox`: folders of this machine whose finished files are sent. */
export const inbox = fp(
  async (app: FastifyInstance) => {
    const { inbox, notify } = app.bridge;

    /** Whoever has the token may read the account, and learns nothing of the files of this machine. */
    function onlyOwner(request: FastifyRequest): void {
      if (!app.isOwner(request))
        throw new BridgeError('BRIDGE_BAD_REQUEST', {
          detail: 'inboxes are told and filled by passerelle inbox, on this machine',
        });
    }

    serveEndpoint(app, listInbox, async ({ query: { limit } }, { request, gone }) => {
      onlyOwner(request);
      const { inboxes, waiting, waitingCount, done, paused } = await inbox.list(limit, gone);
      return {
        inboxes: inboxes.map(({ dir, to, after }) => ({ dir, to, after })),
        waiting: waiting.map(({ error, ...one }) => ({ ...one, error: error && errorReply(error) })),
        waitingCount,
        done: done.map(({ dir, path, became, accountPath, fileId, sizeBytes, doneAt }) => ({
          path: join(dir, path),
          became,
          accountPath,
          fileId,
          sizeBytes,
          doneAt,
        })),
        paused: paused && { error: errorReply(paused.error), until: paused.until },
      };
    });

    serveEndpoint(app, addToInbox, async ({ body: { paths, wait } }, { request, gone }) => {
      onlyOwner(request);
      const files = await inbox.add(paths, { wait, signal: gone });
      if (wait) await notify.flush();
      return {
        files: files.map(({ error, ...one }) => ({ ...one, error: error && errorReply(error) })),
        isServed: inbox.isRunning(),
      };
    });
  },
  { name: 'inbox', dependencies: ['api-routes'] },
);
