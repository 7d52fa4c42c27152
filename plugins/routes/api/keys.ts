import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { rotateKeys } from '../../../src/api/keys.ts';
import { dayMs } from '../../../src/core/durations.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** Keys that sign stream addresses. */
export const keys = fp(
  async (app: FastifyInstance) => {
    const { keys } = app.bridge;
    // A new key is there when it is there: no signal of the request.
    const { signal } = new AbortController();

    serveEndpoint(app, rotateKeys, async () => {
      const { overlapMs, rewritten } = await keys.rotate(signal);
      return {
        oldKeysForDays: Math.round(overlapMs / dayMs),
        tree: rewritten === undefined ? ('later' as const) : ('written' as const),
        files: rewritten ?? 0,
      };
    });
  },
  { name: 'keys', dependencies: ['api-routes'] },
);
