import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type Caller, createCallerReader } from '../../src/edge/caller.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Who asks, as {@link FastifyRequest.caller} tells it. */
    callerOf(request: IncomingMessage): Caller;
  }
  interface FastifyRequest {
    /** Who asks, behind the proxies that `server.trustProxy` names. */
    readonly caller: Caller;
  }
}

/** Proxies that are told of when they are none of ours: the first that is seen, for a person who forgot his own. */
export const caller = fp(
  async (app: FastifyInstance) => {
    const { settings, log } = app.bridge;
    const { trustProxy } = settings.server;
    const read = createCallerReader(trustProxy);
    let isTold = trustProxy === false || typeof trustProxy === 'number';
    app.decorate('callerOf', ({ socket, headers }: IncomingMessage) => {
      const found = read(socket.remoteAddress, headers);
      if (!isTold && found.isForwarder && read(socket.remoteAddress, {}).address === found.address) {
        isTold = true;
        log.warn(
          { ip: found.address },
          'the X-Forwarded-For of this address is not believed; if it is a proxy of yours, name it in server.trustProxy',
        );
      }
      return found;
    });
    app.decorateRequest('caller', {
      getter(this: FastifyRequest) {
        return app.callerOf(this.raw);
      },
    });
  },
  { name: 'who-asks', dependencies: ['bridge'] },
);
