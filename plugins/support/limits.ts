import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';

/** Longest address, in characters as sent: a name of 255 bytes takes 765. */
export const maxUrl = 8192;

declare module 'fastify' {
  interface FastifyInstance {
    /** Why a request is refused before any route looks at it. */
    refusal(request: FastifyRequest): BridgeError | undefined;
  }
}

/** What is refused before any route looks at it. */
export const limits = fp(
  async (app: FastifyInstance) => {
    app.decorate('refusal', (request: FastifyRequest) => {
      if (app.stopping.now) return new BridgeError('BRIDGE_STOPPING');
      return (request.raw.url ?? '').length > maxUrl ? new BridgeError('BRIDGE_URI_TOO_LONG') : undefined;
    });
    app.addHook('onRoute', (route) => {
      if (route.config?.bypassHooks) return;
      const own = route.onRequest === undefined ? [] : [route.onRequest].flat();
      route.onRequest = [(request, _reply, done) => done(app.refusal(request)), ...own];
    });
  },
  { name: 'limits', dependencies: ['bridge', 'request-log'] },
);
