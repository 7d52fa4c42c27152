import { createHash, timingSafeEqual } from 'node:crypto';
import basicAuth from '@fastify/basic-auth';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/errors.ts';

/** Basic authentication as `app.basicAuth`, for the routes that people browse. */
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
  },
  { name: 'auth', dependencies: ['bridge', 'errors'] },
);

/** Compares in constant time, whatever the lengths. */
function equal(given: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}
