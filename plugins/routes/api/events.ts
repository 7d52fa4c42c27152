import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { followEvents, type LiveStateAnswer } from '../../../src/api/live.ts';
import { answerLive, wantsEvents } from '../../support/answers/live-answer.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** `/api/v1/events`: what goes on, for as long as somebody looks on. */
export const events = fp(
  async (app: FastifyInstance) => {
    const { live } = app.bridge;

    serveEndpoint(app, followEvents, async (_received, exchange) =>
      wantsEvents(exchange.request) ? answerLive(app, exchange, turns) : live.read(),
    );

    /** Made when it is read: a slow reader is told where things stand, not of every step. */
    async function* turns(gone: AbortSignal): AsyncGenerator<string> {
      const told = new Map<string, string>();
      for (let now = await live.read(); ; now = await live.next(gone)) yield newsOf(now, told);
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
