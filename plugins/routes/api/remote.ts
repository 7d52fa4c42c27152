import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { fetchRemote, listRemote } from '../../../src/api/remote.ts';
import { saidIn } from '../../../src/api/words/said.ts';
import { serveEndpoint } from '../../support/endpoints.ts';
import { errorReply } from '../../support/errors.ts';
import { toldAsEvents } from '../../support/told-as-events.ts';

/** `/api/v1/remote`: addresses that the host fetches by itself. */
export const remote = fp(
  async (app: FastifyInstance) => {
    const { remote: fetches, notify } = app.bridge;

    serveEndpoint(app, listRemote, async ({ query: { limit } }) => ({
      addresses: (await fetches.newest(limit)).map(shown),
    }));

    serveEndpoint(app, fetchRemote, ({ body }, asked) =>
      toldAsEvents(app, fetchRemote, asked, {
        failed: 'what the host was to fetch failed inside',
        async run(put) {
          const { lines, stoppedBy } = await fetches.run({
            ...body,
            signal: asked.gone,
            onLine: (line) => put('address', shown(line)),
            onProgress: (progress) => put('progress', progress),
          });
          await notify.flush();
          return { addresses: lines.map(shown), ...(stoppedBy && { stoppedBy: errorReply(stoppedBy) }) };
        },
      }),
    );
  },
  { name: 'remote', dependencies: ['api-routes'] },
);

function shown<L extends { why?: string }>(line: L) {
  return { ...line, ...(line.why !== undefined && { whySaid: saidIn(line.why) }) };
}
