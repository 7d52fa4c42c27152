import { fastify } from 'fastify';
import { runPart, type Shape } from '../stage/part.ts';

export interface BareFastifyPart extends Shape {
  options: { location: string };
  facts: { url: string };
}

/** Fastify with one route that answers 302: what a redirect costs at least. */
runPart<BareFastifyPart>(async ({ location }) => {
  const app = fastify({ logger: false });
  app.get('/film', (_request, reply) => reply.redirect(location, 302));
  return { facts: { url: `${await app.listen({ host: '127.0.0.1', port: 0 })}/film` } };
});
