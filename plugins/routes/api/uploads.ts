import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { putFile } from '../../../src/api/uploads.ts';
import { minuteMs } from '../../../src/core/durations.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { serveEndpoint } from '../../support/endpoints.ts';
import { toldAsEvents } from '../../support/told-as-events.ts';

/** Nothing is removed here because it is there. */
const believesListingsForMs = 10 * minuteMs;

/** Nobody sees more of it, and a film that is played meanwhile waits for each. */
const progressMs = 250;

/** `/api/v1/uploads`: files of this machine. */
export const uploads = fp(
  async (app: FastifyInstance) => {
    const { uploader, notify, clock } = app.bridge;

    serveEndpoint(app, putFile, async ({ body }, asked) => {
      // Whoever has the token may read the account, and not every file of this machine.
      if (!app.isOwner(asked.request))
        throw new BridgeError('BRIDGE_BAD_REQUEST', {
          detail: 'files of this machine are sent by passerelle put, on this machine',
        });
      const { replace, dryRun, ...wish } = body;
      return toldAsEvents(app, putFile, asked, {
        failed: 'an upload failed inside',
        async run(put) {
          let toldAt = Number.NEGATIVE_INFINITY;
          const onBytes = (sent: number, total: number) => {
            const now = clock.now();
            if (sent < total && now - toldAt < progressMs) return;
            toldAt = now;
            put('progress', { sent, total });
          };
          const all = { ...wish, replaces: replace, believesListingsForMs, signal: asked.gone, onBytes };
          if (dryRun) return uploader.plan(all);
          const result = await uploader.put(all);
          await notify.flush();
          return result;
        },
      });
    });
  },
  { name: 'uploads', dependencies: ['api-routes'] },
);
