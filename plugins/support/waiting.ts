import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';

/** Requests of one connection that may wait for their answers. A player sends the next when it has the last one's. */
const maxOfConnection = 8;
/** Answers that one address may be owed, films at `/stream` aside. A media server asks for some ten at once. */
const maxOfAddress = 64;
/** A text of which nothing was taken for so long is not read any more. */
const stallMs = 60_000;

/**
 * What one client may have waiting: each answer in the making takes memory and turns of the event loop, also where
 * nobody reads it.
 */
export const waiting = fp(
  async (app: FastifyInstance) => {
    const requestsOf = new WeakMap<Socket, number>();
    const ofConnection = new WeakMap<Socket, Set<() => void>>();
    const ofAddress = new Map<string, number>();

    // In place of Fastify's own listener, not before it: a connection may bring hundreds of requests in one piece, and
    // each would be looked at although its connection is gone.
    const handlers = app.server.listeners('request') as RequestListener[];
    app.server.removeAllListeners('request');
    app.server.on('request', (request, response) => {
      const { socket } = request;
      const count = requestsOf.get(socket) ?? 0;
      // The answers of those before would have to go out first: there is no way to say it.
      if (count >= maxOfConnection) return void socket.destroy();
      requestsOf.set(socket, count + 1);
      hold(socket, response, () => requestsOf.set(socket, (requestsOf.get(socket) ?? 1) - 1));
      for (const handle of handlers) handle(request, response);
    });

    /** What is given back when the connection goes: an answer behind others is never told of that. */
    function heldOf(socket: Socket): Set<() => void> {
      const known = ofConnection.get(socket);
      if (known) return known;
      const held = new Set<() => void>();
      ofConnection.set(socket, held);
      socket.once('close', () => {
        for (const giveBack of [...held]) giveBack();
      });
      return held;
    }

    /** Calls back once: when all of an answer was given away, or its connection is gone. */
    function hold(socket: Socket, response: ServerResponse, done: () => void): void {
      const held = heldOf(socket);
      const over = () => {
        if (!held.delete(over)) return;
        response.off('finish', over).off('close', over);
        done();
      };
      held.add(over);
      response.on('finish', over).on('close', over);
    }

    app.addHook('onRoute', (route) => {
      // Whoever looks after this process is told of it, whatever others of its address do.
      if (route.config?.bypassHooks || route.config?.isHealthCheck) return;
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
          hold(socket, reply.raw, () => {
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
  { name: 'waiting', dependencies: ['bridge', 'who-asks', 'request-log'] },
);
