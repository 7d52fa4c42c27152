import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';
import { readDateChanges } from '../../src/uploads/dav/patched-dates.ts';
import { type PatchFate, patchAnswer } from '../../src/views/propfind.ts';
import { namesIn } from '../support/answers/send-entry.ts';
import { maxBody, type PropertyChange, readProppatch } from '../support/dav/dav-body.ts';
import { createLocking, lockPath } from '../support/dav/dav-locking.ts';
import { hrefFor } from '../support/dav/files-alias.ts';

/** PROPPATCH of `/dav/account/`, where it can be written to: the date of a file, and no property of a client's own. */
export const davDates = fp(
  async (app: FastifyInstance) => {
    const { davLocks, davWriter, settings } = app.bridge;
    if (settings.dav.write === 'off') return;
    const { route, tokensOf } = createLocking(app);

    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: maxBody }, (_request, body, done) =>
      done(null, body),
    );
    route('PROPPATCH', proppatch, { bodyLimit: maxBody, onRequest: app.basicAuth });

    async function proppatch(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
      const asked = readProppatch(request.body as string | undefined);
      const { names } = namesIn(request);
      const target = await davWriter.target(names);
      const { is } = target.there;
      if (is === 'nothing') throw new BridgeError('BRIDGE_NOT_FOUND');
      davLocks.mustBeFree(lockPath(names), { tokens: await tokensOf(request, names) });
      const { changes, datedAt } = is === 'folder' ? refusedAll(asked) : readDateChanges(asked);
      const isDone = changes.every(({ fate }) => fate === 'done');
      if (isDone && datedAt !== undefined) await davWriter.date(target, datedAt);
      const told = changes.map((one): PropertyChange & { fate: PatchFate } => ({
        ...one,
        fate: isDone || one.fate !== 'done' ? one.fate : 'dependency',
      }));
      return reply
        .code(207)
        .header('dav', '1, 2')
        .type('application/xml; charset=utf-8')
        .send(patchAnswer(hrefFor(request, ['account', ...names]), told, 'Only the date of a file is kept'));
    }
  },
  { name: 'dav-dates', dependencies: ['bridge', 'errors', 'auth'], encapsulate: true },
);

/** A folder has the date of what changed in it last. */
function refusedAll(changes: readonly PropertyChange[]) {
  return { changes: changes.map((one) => ({ ...one, fate: 'refused' as const })), datedAt: undefined };
}
