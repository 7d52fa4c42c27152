import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { minuteMs } from '../../src/core/durations.ts';
import { BridgeError } from '../../src/core/errors.ts';

/** Answers that one address may be owed, films at `/stream` aside. A media server asks for some ten at once. */
const maxOfAddress = 64;
/** A text of which nothing was taken for so long is not read any more. */
const stallMs = minuteMs;

/**
 * What one client may have waiting over all its connections: each answer in the making takes memory and turns of the
 * event loop, also where nobody reads it.
 */
export const waiting = fp(
  async (app: FastifyInstance) => {
    const ofAddress = new Map<string, number>();

    app.addHook('onRoute', (route) => {
      // Whoever looks after this process is told of it, whatever others of its address do.
      if (route.config?.bypassHooks || route.config?.isHealthCheck || route.config?.takesFiles) return;
      const own = route.onRequest === undefined ? [] : [route.onRequest].flat();
      // Behind the others, which tell who asks and let nobody else in.
      route.onRequest = [
        ...own,
        (request, reply, done) => {
          const { socket } = request.raw;
          // A command beside this process comes over a socket that has no address.
          const address = socket.remoteAddress === undefined ? undefined : request.caller.address;
          if (address === undefined) return done();
          const count = ofAddress.get(address) ?? 0;
          if (count >= maxOfAddress)
            return done(
              new BridgeError('BRIDGE_TOO_MANY_REQUESTS', { retryAt: app.bridge.clock.now() + 1000 }),
            );
          ofAddress.set(address, count + 1);
          app.whenGivenAway(socket, reply.raw, () => {
            const left = (ofAddress.get(address) ?? 1) - 1;
            if (left > 0) ofAddress.set(address, left);
            else ofAddress.delete(address);
          });
          done();
        },
      ];
    });

    app.addHook('onSend', (request, reply, payload, done) => {
      const type = String(reply.getHeader('content-type') ?? '');
      if (/^(?:text\/(?!event-stream)|application\/(?:xml|json)|audio\/x-mpegurl)/.test(type))
        reply.raw.setTimeout(stallMs, () => request.raw.socket.destroy());
      done(null, payload);
    });
  },
  { name: 'waiting', dependencies: ['bridge', 'who-asks', 'request-log', 'pipelining'] },
);
