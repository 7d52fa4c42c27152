import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Entry } from '../../../src/browse/entry.ts';
import { BridgeError, isBridgeError } from '../../../src/core/errors.ts';
import { readDestination } from '../../../src/uploads/dav/destination.ts';
import { evaluateIf, parseIf } from '../../../src/uploads/dav/if-header.ts';
import { LockedError } from '../../../src/uploads/dav/locks.ts';
import { lockRefusal, type ShownLock } from '../../../src/views/dav-locks.ts';
import { hrefOf } from '../../../src/views/xml.ts';
import { accountDoor } from './account-door.ts';

/** The lock table's word for a path: Macs ask in one form of Unicode for what was locked in the other. */
export function lockPath(names: readonly string[]): string {
  return `/${names.map((name) => name.normalize('NFC')).join('/')}`;
}

/** What the routes that write ask of locks and of the If header (RFC 4918, sections 6, 7 and 10.4). */
export interface Locking {
  /** Tokens that the request shows. @throws BridgeError BRIDGE_PRECONDITION where what it says of the state is not so */
  tokensOf(request: FastifyRequest, names: readonly string[]): Promise<string[]>;
  /** The locks on this path, for an answer. */
  shown(names: readonly string[]): ShownLock[];
  /** What is at a path of the account; undefined where nothing is. */
  entryAt(names: readonly string[]): Promise<Entry | undefined>;
  /** A route of the account; what a lock refused is answered as RFC 4918 says. @param options more than Fastify needs */
  route(
    method: string,
    handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
    options?: Pick<RouteOptions, 'bodyLimit' | 'onRequest' | 'config'>,
  ): void;
}

export function createLocking(app: FastifyInstance): Locking {
  const { davLocks, browse, basePath } = app.bridge;
  const prefix = `${basePath}${accountDoor}`;
  const hrefOfPath = (path: string) => hrefOf(prefix, path.split('/').filter(Boolean));

  async function entryAt(names: readonly string[]): Promise<Entry | undefined> {
    const found = await browse.find(['account', ...names]).catch((error: unknown) => {
      if (isBridgeError(error, 'BRIDGE_NOT_FOUND') || isBridgeError(error, 'BRIDGE_NOT_INDEXED'))
        return undefined;
      throw error;
    });
    return found?.entry;
  }

  /** What a tagged list of an If header speaks of. */
  function namesOf(resource: string): string[] | undefined {
    try {
      return readDestination(resource, `${prefix}/`);
    } catch {
      return undefined;
    }
  }

  function refused(error: unknown, reply: FastifyReply): FastifyReply {
    if (!(error instanceof LockedError)) throw error;
    return reply
      .code(error.status)
      .type('application/xml; charset=utf-8')
      .send(lockRefusal(error.condition, hrefOfPath(error.path)));
  }

  return {
    entryAt,

    async tokensOf({ headers }, names) {
      if (headers.if === undefined) return [];
      const { holds, tokens } = await evaluateIf(parseIf(String(headers.if)), async (resource) => {
        const asked = resource === undefined ? names : namesOf(resource);
        if (!asked) return { tokens: [] };
        const etag = (await entryAt(asked))?.etag;
        return {
          ...(etag !== undefined && { etag }),
          tokens: davLocks.of(lockPath(asked)).map(({ token }) => token),
        };
      });
      if (!holds) throw new BridgeError('BRIDGE_PRECONDITION');
      return tokens;
    },

    shown: (names) => davLocks.of(lockPath(names)).map((lock) => ({ ...lock, href: hrefOfPath(lock.path) })),

    route: (method, handler, options = { onRequest: app.basicAuth }) =>
      void app.route({
        method,
        url: `${accountDoor}/*`,
        ...options,
        handler: (request, reply) => handler(request, reply).catch((error: unknown) => refused(error, reply)),
      }),
  };
}
