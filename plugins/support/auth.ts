import { createHash, timingSafeEqual } from 'node:crypto';
import basicAuth from '@fastify/basic-auth';
import type { FastifyInstance, FastifyReply } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Lets in who has the admin token. */
    adminAuth(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void;
  }
}

/** `app.basicAuth` for the routes that people browse, `app.adminAuth` for the API. */
export const auth = fp(
  async (app: FastifyInstance) => {
    const { settings, secrets } = app.bridge;
    await app.register(basicAuth, {
      authenticate: { realm: 'Passerelle' },
      utf8: true,
      validate: async (user, password) => {
        // Both are always compared, so that the time tells nothing.
        const userRight = equal(user, settings.auth.user);
        const passwordRight = equal(password, secrets.password);
        if (!userRight || !passwordRight) throw new BridgeError('BRIDGE_UNAUTHORIZED');
      },
    });
    app.decorate('adminAuth', (request, reply, done) => {
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
