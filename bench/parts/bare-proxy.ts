import httpProxy from '@fastify/http-proxy';
import { fastify } from 'fastify';
import { runPart, type Shape } from '../stage/part.ts';

export interface BareProxyPart extends Shape {
  options: { upstream: string };
  facts: { url: string };
}

/** @fastify/http-proxy as it comes: what a proxy in front of a media server costs at least. */
runPart<BareProxyPart>(async ({ upstream }) => {
  const app = fastify({ logger: false });
  await app.register(httpProxy, { upstream, disableRequestLogging: true });
  return { facts: { url: await app.listen({ host: '127.0.0.1', port: 0 }) } };
});
