import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { secondMs } from '../../../src/core/durations.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { networkOf } from '../../../src/edge/caller.ts';

/** Files that come in at one time from one address, and from all of them. */
const maxOfAddress = 32;
const maxOfAll = 96;
const againInMs = 10 * secondMs;

/** As Fastify calls one before the body. */
export type BodyHook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Takes bodies that may come for hours: they are counted by themselves, so that others are answered meanwhile. */
    takesFiles?: boolean;
  }
}

/** Counts who sends files, behind the hook that lets in: one too many is told so before its body, and comes again. */
export function createBodyTurns(app: FastifyInstance): BodyHook {
  const ofNetwork = new Map<string, number>();
  let all = 0;
  return (request, reply, done) => {
    const network = networkOf(request.caller.address);
    const count = ofNetwork.get(network) ?? 0;
    if (count >= maxOfAddress || all >= maxOfAll)
      return done(new BridgeError('BRIDGE_TOO_MANY_BODIES', { retryAt: app.bridge.clock.now() + againInMs }));
    ofNetwork.set(network, count + 1);
    all++;
    app.whenGivenAway(request.raw.socket, reply.raw, () => {
      all--;
      const left = (ofNetwork.get(network) ?? 1) - 1;
      if (left > 0) ofNetwork.set(network, left);
      else ofNetwork.delete(network);
    });
    done();
  };
}
