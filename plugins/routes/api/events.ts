import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { followEvents, type LiveStateAnswer } from '../../../src/api/live.ts';
import { answered, serveEndpoint } from '../../support/endpoints.ts';

/** Proxies on the way close what is silent for a minute: so many turns without news, and a line for nobody goes out. */
const silentTurns = 15;

/** `/api/v1/events`: what goes on, for as long as somebody looks on. */
export const events = fp(
  async (app: FastifyInstance) => {
    const { live, log } = app.bridge;

    serveEndpoint(app, followEvents, async (_received, { request, reply, gone, keep }) => {
      const wantsEvents = request.headers.accept?.includes('text/event-stream') && request.method === 'GET';
      if (!wantsEvents) return live.read();
      // Who logs out sees nothing more, also of what was begun before.
      const byLogIn = request.headers.authorization === undefined && app.sessionOf(request) !== undefined;
      const mayGoOn = () => !byLogIn || app.sessionOf(request) !== undefined;
      const stream = Readable.from(texts(gone, mayGoOn), { objectMode: false });
      stream.on('error', (error) => log.debug({ err: error }, 'events ended'));
      keep(new Promise<void>((resolve) => stream.once('close', resolve)));
      // A proxy that gathers answers before it passes them on would keep them all.
      reply.header('x-accel-buffering', 'no').type('text/event-stream').send(stream);
      return answered;
    });

    /** Made when it is read: a slow reader is told where things stand, not of every step. */
    async function* texts(gone: AbortSignal, mayGoOn: () => boolean): AsyncGenerator<string> {
      const told = new Map<string, string>();
      let silent = 0;
      try {
        for (let now = await live.read(); mayGoOn(); now = await live.next(gone)) {
          const text = newsOf(now, told);
          silent = text === '' ? silent + 1 : 0;
          if (text !== '') yield text;
          else if (silent % silentTurns === 0) yield ': still there\n\n';
        }
      } catch (error) {
        if (!gone.aborted) throw error;
      }
    }
  },
  { name: 'events', dependencies: ['api-routes'] },
);

/** The parts that are others than were told, as events. */
function newsOf(now: LiveStateAnswer, told: Map<string, string>): string {
  return Object.entries(now)
    .map(([name, part]) => {
      const data = JSON.stringify(part);
      if (told.get(name) === data) return '';
      told.set(name, data);
      return `event: ${name}\ndata: ${data}\n\n`;
    })
    .join('');
}
