import type { FastifyInstance, FastifyReply, onSendHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { minuteMs } from '../../src/core/durations.ts';
import { BridgeError } from '../../src/core/errors.ts';

/** Answers that one address may be owed, films at `/stream` aside. A media server asks for some ten at once. */
const maxOfAddress = 64;
/** A text of which nothing was taken for so long is not read any more. */
const stallMs = minuteMs;

const textTypes = /^(?:text\/(?!event-stream)|application\/(?:xml|json)|audio\/x-mpegurl)/;

const endStalledTexts: onSendHookHandler = (_request, reply, payload, done) => {
  if (textTypes.test(String(reply.getHeader('content-type') ?? ''))) endWhereStalled(reply);
  done(null, payload);
};

/** Ends the connection where nothing is taken of a text for a minute. */
export function endWhereStalled({ raw, request }: FastifyReply): void {
  raw.setTimeout(stallMs, () => request.raw.socket.destroy());
}

/**
 * What one client may have waiting over all its connections: each answer in the making takes memory and turns of the
 * event loop, also where nobody reads it.
 */
export const waiting = fp(
  async (app: FastifyInstance) => {
    const ofAddress = new Map<string, number>();

    app.addHook('onRoute', (route) => {
      // The way to a film goes without hooks: what of it is a text sees to that itself.
      if (!route.config?.bypassHooks) route.onSend = [...[route.onSend ?? []].flat(), endStalledTexts];
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
  },
  { name: 'waiting', dependencies: ['bridge', 'who-asks', 'request-log', 'pipelining'] },
);
