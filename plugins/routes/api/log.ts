import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { type LogQuery, readLog } from '../../../src/api/log.ts';
import { secondMs } from '../../../src/core/durations.ts';
import { answerLive, wantsEvents } from '../../support/answers/live-answer.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** `/api/v1/log`: what the log said last, and what it says from now on. */
export const log = fp(
  async (app: FastifyInstance) => {
    const { recentLog, clock } = app.bridge;

    serveEndpoint(app, readLog, async ({ query }, exchange) =>
      wantsEvents(exchange.request)
        ? answerLive(app, exchange, (gone) => turns(query, gone))
        : recentLog.read(query),
    );

    /** Looked for once a second while somebody looks on: whoever writes a line does nothing for it. */
    async function* turns(query: LogQuery, gone: AbortSignal): AsyncGenerator<string> {
      for (let { after } = query; ; await clock.sleep(secondMs, gone)) {
        const found = recentLog.read({ ...query, after });
        after = found.newest;
        yield found.lines.length === 0 ? '' : `event: lines\ndata: ${JSON.stringify(found)}\n\n`;
      }
    }
  },
  { name: 'log', dependencies: ['api-routes'] },
);
