import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Bridge } from '../../src/bridge.ts';

declare module 'fastify' {
  interface FastifyInstance {
    bridge: Bridge;
    /** Set when the process has been told to stop: new requests are refused, running films go on for a while. */
    stopping: { now: boolean };
  }
}

/** Hands the bridge to every route. */
export const bridgeDecorator = fp(
  async (app: FastifyInstance, { bridge }: { bridge: Bridge }) => {
    app.decorate('bridge', bridge);
    app.decorate('stopping', { now: false });
  },
  { name: 'bridge' },
);
