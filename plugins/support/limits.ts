import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/errors.ts';

/** Longest address, in characters as sent: a name of 255 bytes takes 765. */
export const longestUrl = 8192;

/** What is refused before any route looks at it. */
export const limits = fp(
  async (app: FastifyInstance) => {
    app.addHook('onRequest', (request, _reply, done) => {
      if (app.stopping.now) done(new BridgeError('BRIDGE_STOPPING'));
      else if (request.raw.url !== undefined && request.raw.url.length > longestUrl)
        done(new BridgeError('BRIDGE_URI_TOO_LONG'));
      else done();
    });
  },
  { name: 'limits', dependencies: ['bridge', 'errors'] },
);
