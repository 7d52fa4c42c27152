import { fastify } from 'fastify';
import { streamPrefix } from '../../src/delivery/address.ts';
import { runPart, type Shape } from '../stage/part.ts';

export interface BareFastifyPart extends Shape {
  options: { location: string; headers?: Record<string, string> };
  facts: { url: string };
}

/** Fastify with one route, for the addresses that players ask for, that answers 302: what a redirect costs at least. */
runPart<BareFastifyPart>(async ({ location, headers = {} }) => {
  const app = fastify({ logger: false });
  app.get(`${streamPrefix}/:fileId/:signature/*`, (_request, reply) =>
    reply.headers(headers).redirect(location, 302),
  );
  return { facts: { url: await app.listen({ host: '127.0.0.1', port: 0 }) } };
});
