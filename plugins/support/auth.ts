import { createHash, timingSafeEqual } from 'node:crypto';
import basicAuth from '@fastify/basic-auth';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Lets in who has the admin token, and who came through the door of the owner. */
    adminAuth(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void;
    /** From now on, what comes over this connection comes from the owner of the data, and needs no token. */
    trust(socket: object): void;
  }
}

/** Wrong passwords from one address in one minute; after them nothing is compared until the minute is over. */
const triesAMinute = 20;

/** Addresses that are remembered for the right password. */
const addressesKept = 1000;

/** `app.basicAuth` for the routes that people browse, `app.adminAuth` for the API. */
export const auth = fp(
  async (app: FastifyInstance) => {
    const { settings, secrets, clock } = app.bridge;
    await app.register(rateLimit, { global: false });
    const tries = app.createRateLimit({ max: triesAMinute, timeWindow: 60_000 });
    const proven = new Set<string>();

    /**
     * Whoever guesses from one address gets no answer to the guesses after the first twenty, the right one among them.
     * An address that has had the right password is not held up by a neighbour who has not, or by its own old client.
     */
    async function refuseGuessing(request: FastifyRequest, increment: boolean): Promise<void> {
      const limit = await tries(request, { increment });
      if (!limit.isAllowed && limit.isExceeded)
        throw new BridgeError('BRIDGE_TOO_MANY_TRIES', { retryAt: clock.now() + limit.ttl });
    }

    await app.register(basicAuth, {
      authenticate: { realm: 'Passerelle' },
      utf8: true,
      validate: async (user, password, request) => {
        if (!proven.has(request.ip)) await refuseGuessing(request, false);
        // Both are always compared, so that the time tells nothing.
        const userRight = equal(user, settings.auth.user);
        const passwordRight = equal(password, secrets.password);
        if (userRight && passwordRight) {
          if (proven.size >= addressesKept) proven.clear();
          proven.add(request.ip);
          return;
        }
        await refuseGuessing(request, true);
        throw new BridgeError('BRIDGE_UNAUTHORIZED');
      },
    });
    // The connection itself, which no header can speak for.
    const trusted = new WeakSet<object>();
    app.decorate('trust', (socket) => void trusted.add(socket));
    app.decorate('adminAuth', (request, reply, done) => {
      if (trusted.has(request.raw.socket)) return done();
      const [, token = ''] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
      if (equal(token, secrets.adminToken)) return done();
      reply.header('www-authenticate', 'Bearer realm="Passerelle"');
      done(new BridgeError('BRIDGE_UNAUTHORIZED'));
    });
  },
  { name: 'auth', dependencies: ['bridge', 'errors'] },
);

/** Compares in constant time, whatever the lengths. */
function equal(given: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}
