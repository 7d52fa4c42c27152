import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../../src/core/errors.ts';
import { parseFolderId } from '../../../src/core/ids.ts';
import type { Fixed } from '../../../src/curation/overrides.ts';
import { isFileId } from '../../../src/delivery/address.ts';
import { methodRoutes, readRoute } from '../../support/routes.ts';

const maxReviewed = 1000;

/** A folder may hold a whole account: the answer shows so many moves, and counts the rest. */
const maxShown = 100;

/** `/api/v1/overrides`: what a person says that a file or a folder of the account is; `/api/v1/review`: of what to say so. */
export const overrides = fp(
  async (app: FastifyInstance) => {
    const { overrides: overrideEditor } = app.bridge.curation;
    // What is said is said, also by a client that has left: no signal of the request.
    const { signal } = new AbortController();

    // What a person should look at: `?limit=` 1 to 1000.
    readRoute(app, '/api/v1/review', { onRequest: app.adminAuth }, async (request, reply) => {
      const { limit = '200' } = request.query as { limit?: string };
      const count = /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
      if (count < 1 || count > maxReviewed) throw bad(`limit must be 1 to ${maxReviewed}`);
      const files = await app.bridge.curation.review(count, signal);
      return reply.header('cache-control', 'no-store').send({ files });
    });

    methodRoutes(
      app,
      '/api/v1/overrides',
      { onRequest: app.adminAuth },
      {
        GET: async (_request, reply) =>
          reply.header('cache-control', 'no-store').send({ overrides: await overrideEditor.list() }),
        // {"path": "/Films/x.mkv", "title": ..., "year": ...}; instead of the path a fileId or a folderId.
        PUT: async (request, reply) => {
          const { path, fileId, folderId, ...said } = objectOf(request.body);
          const override = overrideEditor.read(said);
          if ('wrong' in override) throw bad(override.wrong);
          return reply.send(
            shown(await overrideEditor.set(targetOf({ path, fileId, folderId }), override, signal)),
          );
        },
        DELETE: async (request, reply) => {
          const { path, fileId, folderId } = objectOf(request.query);
          return reply.send(shown(await overrideEditor.clear(targetOf({ path, fileId, folderId }), signal)));
        },
      },
    );
  },
  { name: 'overrides', dependencies: ['bridge', 'errors', 'auth'] },
);

function shown({ targets, files, moves }: Fixed) {
  return {
    targets: targets.slice(0, maxShown),
    files,
    moved: moves.length,
    moves: moves.slice(0, maxShown),
  };
}

function objectOf(raw: unknown): Record<string, unknown> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw bad('a JSON object is needed');
  return raw as Record<string, unknown>;
}

function targetOf({ path, fileId, folderId }: Record<'path' | 'fileId' | 'folderId', unknown>) {
  if (typeof path === 'string' && path.startsWith('/')) return { path };
  if (typeof fileId === 'string' && isFileId(fileId)) return { fileId };
  const folder = parseFolderId(folderId);
  if (folder !== undefined) return { folderId: folder };
  throw bad('say which: path (begins with /), fileId or folderId');
}

function bad(detail: string): BridgeError {
  return new BridgeError('BRIDGE_BAD_REQUEST', { detail });
}
