import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { minuteMs } from '../../src/core/durations.ts';
import { BridgeError } from '../../src/core/errors.ts';
import { pathOf } from './replies.ts';

/** Answers of one address that are on their way from the server at one time. */
const maxUnderWay = 128;
/** Those that wait for a place among them: people behind one proxy who open a page with a hundred pictures each. */
const maxWaiting = 2048;
/** Streams of one address. A player that is paused takes nothing for hours, so that nobody can wait for its place. */
const maxStreams = 128;
/** An answer that nobody takes for so long gives its place to another. */
const stallMs = minuteMs;

declare module 'fastify' {
  interface FastifyRequest {
    /** How many answers its address was owed when the server was asked for its own, this one among them. */
    crowd: number;
  }
}

interface Places {
  underWay: number;
  streams: number;
  /** Oldest first. */
  waiting: Set<() => void>;
}

/** Addresses at which bytes come for as long as somebody watches. */
const ofStreams = /\/(?:videos|audio|livetv|livestreams)\//i;

function isStream(request: FastifyRequest): boolean {
  return ['stream', 'download'].includes(request.kind.is) || ofStreams.test(pathOf(request));
}

/**
 * What one address may have under way at the media server, which knows its apps by us alone and would take all that
 * come. Whoever asks for more waits, as at a server that is busy; only who has thousands waiting is refused.
 */
export const places = fp(
  async (app: FastifyInstance) => {
    const ofAddress = new Map<string, Places>();
    app.decorateRequest('crowd', 0);

    app.addHook('onRequest', (request, reply, done) => {
      const { address } = request.caller;
      const place = ofAddress.get(address) ?? { underWay: 0, streams: 0, waiting: new Set() };
      const count = isStream(request) ? 'streams' : 'underWay';
      const begin = () => {
        place.waiting.delete(begin);
        place[count] += 1;
        request.crowd = place.underWay + place.streams;
        if (count === 'underWay') endWhenStalled(reply.raw, stallMs);
        done();
      };
      const mustWait = count === 'underWay' && place.underWay >= maxUnderWay;
      const isFull = mustWait ? place.waiting.size >= maxWaiting : place.streams >= maxStreams;
      if (isFull && (mustWait || count === 'streams')) {
        const retryAt = app.bridge.clock.now() + 1000;
        return done(new BridgeError('BRIDGE_TOO_MANY_REQUESTS', { retryAt }));
      }
      ofAddress.set(address, place);
      app.whenGivenAway(request.raw.socket, reply.raw, () => {
        // Whoever leaves while waiting had no place.
        if (!place.waiting.delete(begin)) {
          place[count] -= 1;
          const [next] = count === 'underWay' ? place.waiting : [];
          next?.();
        }
        if (place.underWay + place.streams + place.waiting.size === 0) ofAddress.delete(address);
      });
      if (mustWait) place.waiting.add(begin);
      else begin();
    });
  },
  { name: 'gateway-places', dependencies: ['bridge', 'who-asks', 'pipelining', 'gateway-proxy'] },
);

/** Ends the connection of an answer that is there and that nobody takes; a server that says nothing ends none. */
export function endWhenStalled(response: ServerResponse, ms: number): void {
  response.setTimeout(ms, () => {
    if (response.writableLength > 0) response.destroy();
  });
}
