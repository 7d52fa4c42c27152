import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { checkAll, explainClient, type ShownFinding } from '../../../src/api/doctor.ts';
import { saidIn } from '../../../src/api/words/said.ts';
import type { NamedFinding } from '../../../src/doctor/doctor.ts';
import { answered, serveEndpoint } from '../../support/endpoints.ts';
import { createEventFeed } from '../../support/event-feed.ts';

/** What has to be right, and why a player gets what it gets. */
export const doctor = fp(
  async (app: FastifyInstance) => {
    const { doctor, clock, log } = app.bridge;

    serveEndpoint(app, checkAll, async (_received, { request, reply, gone, keep }) => {
      if (!request.headers.accept?.includes('text/event-stream')) {
        const findings: ShownFinding[] = [];
        for await (const finding of doctor.check(gone)) findings.push(shown(finding));
        return { findings };
      }
      const feed = createEventFeed(checkAll, clock);
      reply.type('text/event-stream').send(Readable.from(feed.texts(), { objectMode: false }));
      const tell = async () => {
        try {
          for await (const finding of doctor.check(gone)) feed.put('finding', shown(finding));
          feed.put('done', {});
        } catch (error) {
          // Without `done`, whoever reads it knows that it broke off.
          if (!gone.aborted) log.error({ err: error }, 'a check failed inside');
        } finally {
          feed.end();
        }
      };
      keep(tell());
      return answered;
    });

    serveEndpoint(app, explainClient, async ({ body }) => doctor.explain(body));
  },
  { name: 'doctor', dependencies: ['api-routes'] },
);

/** In words, and by the codes of its sentences for who says them in others. */
function shown(finding: NamedFinding): ShownFinding {
  const { words, remedy } = finding;
  return {
    ...finding,
    said: saidIn(words),
    ...(remedy !== undefined && { remedySaid: saidIn(remedy) }),
  };
}
