import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';
import { readLockTimeout } from '../../src/uploads/dav/lock-timeout.ts';
import { heldLocksAnswer, lockRefusal } from '../../src/views/dav-locks.ts';
import { readLockInfo } from '../../src/views/lock-info.ts';
import { namesIn } from '../support/answers/send-entry.ts';
import { maxBody } from '../support/dav/dav-body.ts';
import { createLocking, lockPath } from '../support/dav/dav-locking.ts';

const xml = 'application/xml; charset=utf-8';

/** LOCK and UNLOCK of `/dav/account/`, where it can be written to (RFC 4918 sections 9.10 and 9.11). */
export const davLocking = fp(
  async (app: FastifyInstance) => {
    const { davLocks, davWriter, settings } = app.bridge;
    if (settings.dav.write === 'off') return;
    const { route, tokensOf, shown } = createLocking(app);

    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: maxBody }, (_request, body, done) =>
      done(null, body),
    );
    const options = { bodyLimit: maxBody, onRequest: app.basicAuth };
    route('LOCK', lock, options);
    route('UNLOCK', unlock, options);

    async function lock(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
      const { headers } = request;
      const { names } = namesIn(request);
      const path = lockPath(names);
      const timeoutMs = readLockTimeout(headers.timeout === undefined ? undefined : String(headers.timeout));
      const body = request.body as string | undefined;
      const tokens = await tokensOf(request, names);
      if (!body) {
        const [token] = tokens;
        if (token === undefined || tokens.length > 1)
          throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'no lock to refresh' });
        davLocks.refresh(token, path, timeoutMs);
        return reply.type(xml).send(heldLocksAnswer(shown(names)));
      }
      const info = readLockInfo(body);
      const target = await davWriter.target(names);
      const isThere = target.there.is !== 'nothing';
      if (!isThere) davLocks.mustBeFreeForMember(path, { tokens });
      const held = davLocks.take({ path, ...info, depth: depthOf(headers.depth), timeoutMs });
      // RFC 4918 section 9.10.4: an empty file comes to be.
      if (!isThere)
        await davWriter.makeEmpty(target).catch((error: unknown) => {
          davLocks.release(held.token, path);
          throw error;
        });
      return reply
        .code(isThere ? 200 : 201)
        .header('lock-token', `<${held.token}>`)
        .type(xml)
        .send(heldLocksAnswer(shown(names)));
    }

    async function unlock(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
      const [, token] = /^<([^<>]{1,200})>$/.exec(String(request.headers['lock-token'] ?? '').trim()) ?? [];
      if (token === undefined) throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'no Lock-Token' });
      if (davLocks.release(token, lockPath(namesIn(request).names))) return reply.code(204).send();
      return reply.code(409).type(xml).send(lockRefusal('lock-token-matches-request-uri'));
    }
  },
  { name: 'dav-locks', dependencies: ['bridge', 'errors', 'auth'], encapsulate: true },
);

function depthOf(value: unknown): 0 | 'infinity' {
  const depth = String(value ?? 'infinity')
    .trim()
    .toLowerCase();
  if (depth === '0') return 0;
  if (depth === 'infinity') return 'infinity';
  throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'Depth of a lock is 0 or infinity' });
}
