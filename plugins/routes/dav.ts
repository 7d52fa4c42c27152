import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError, isBridgeError } from '../../src/core/errors.ts';
import { traitsOf } from '../../src/delivery/policy/client-traits.ts';
import { davRules } from '../../src/delivery/policy/rules.ts';
import {
  createResponse,
  finiteDepth,
  lockAnswer,
  multistatusHead,
  multistatusTail,
  patchAnswer,
} from '../../src/views/propfind.ts';
import { hrefOf } from '../../src/views/xml.ts';
import { namesIn, sendEntry, streamed } from '../support/answers/send-entry.ts';
import { checkLockInfo, maxBody, readPropfind, readProppatch } from '../support/dav/dav-body.ts';
import { createLocking } from '../support/dav/dav-locking.ts';
import { hrefFor } from '../support/dav/files-alias.ts';
import { listingDepth } from '../support/dav/listing-depth.ts';

const door = '/dav';
const xml = 'application/xml; charset=utf-8';

const allowed = ['OPTIONS', 'GET', 'HEAD', 'PROPFIND', 'PROPPATCH', 'LOCK', 'UNLOCK'];
/** What would change something. */
const writing = ['PUT', 'DELETE', 'MKCOL', 'MOVE', 'COPY', 'PATCH'];

/** Locks are given so that clients that insist on one go on; nothing can be written, so none of them is kept. */
const lockSeconds = 3600;

/**
 * `/dav/`: the same two views as `/browse/` for WebDAV (RFC 4918, classes 1 and 2, read-only). What clients need is in
 * facts/media-servers 6.1.
 */
export const dav = fp(
  async (app: FastifyInstance) => {
    const { browse, host, delivery, settings, basePath } = app.bridge;
    const prefix = basePath + door;
    const ours = davRules(delivery.rules);
    const { shown } = createLocking(app);

    // Whatever a body says that it is, it is XML or nothing.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: maxBody }, (_request, body, done) =>
      done(null, body),
    );

    for (const url of [door, `${door}/*`]) {
      const route = (
        method: string | string[],
        handler: (request: FastifyRequest, reply: FastifyReply) => unknown,
      ) => app.route({ method, url, bodyLimit: maxBody, onRequest: app.basicAuth, handler });
      route('OPTIONS', options);
      route(['GET', 'HEAD'], read);
      route('PROPFIND', propfind);
      route('PROPPATCH', proppatch);
      route('LOCK', lock);
      route('UNLOCK', unlock);
      app.route({
        method: writing,
        url,
        config: { isUnlisted: true },
        // Before the body: nobody waits for a film to arrive that is not taken.
        onRequest: [app.basicAuth, (request, _reply, done) => done(refusal(request))],
        handler: () => undefined,
      });
    }
    // Windows asks at the top of the server before it asks where it was sent (facts/media-servers 6.1).
    app.route({
      method: 'OPTIONS',
      url: '/',
      config: { isUnlisted: true },
      onRequest: app.basicAuth,
      handler: options,
    });
    app.route({
      method: 'PROPFIND',
      url: '/',
      config: { isUnlisted: true },
      onRequest: app.basicAuth,
      handler: top,
    });

    function options(_request: FastifyRequest, reply: FastifyReply) {
      return describe(reply).header('allow', allowed.join(', ')).header('content-length', '0').send();
    }

    async function read(request: FastifyRequest, reply: FastifyReply) {
      const { names, isFolder } = namesIn(request);
      const found = await browse.find(names);
      const isTop = names.length === 0 && !('*' in (request.params as object));
      if (found.is === 'folder' && (!isFolder || isTop))
        return reply.redirect(`${hrefFor(request, names)}/`, 302);
      // Who cannot follow is not sent on, whatever the settings prefer.
      const { followsOnDav } = traitsOf(request.headers['user-agent'] ?? '');
      const { mode } = settings.delivery;
      const table = { mode: mode === 'redirect' && !followsOnDav ? ('auto' as const) : mode, rules: ours };
      return sendEntry(app, found, request, reply, { path: [prefix, ...names, ''].join('/'), table });
    }

    async function propfind(request: FastifyRequest, reply: FastifyReply) {
      const depth = listingDepth(request);
      const asked = readPropfind(request.body as string | undefined);
      if (depth === 'infinity') return describe(reply).code(403).type(xml).send(finiteDepth);
      const { names } = namesIn(request);
      const found = await browse.find(names);
      const respond = createResponse(asked, quota());
      const { entry } = found;
      const href = hrefFor(request, names);
      describe(reply).code(207).type(xml).header('cache-control', 'no-cache');
      const locksOf = locksOfEntries(names);
      if (found.is !== 'folder')
        return reply.send(multistatusHead + respond('', { ...entry, ...locksOf() }, href) + multistatusTail);
      const base = `${href}/`;
      const self = respond('', { ...entry, name: entry.name || 'dav', ...locksOf() }, base);
      if (depth === 0) return reply.send(multistatusHead + self + multistatusTail);
      const pages = await found.pages();
      return reply.send(
        streamed(
          pages,
          multistatusHead + self,
          (one) => respond(base, { ...one, ...locksOf(one.name) }),
          multistatusTail,
        ),
      );
    }

    /** The locks on what was asked for and on what lies in it, where it can be locked. */
    function locksOfEntries([view, ...names]: readonly string[]) {
      if (settings.dav.write === 'off' || view !== 'account') return () => ({});
      return (name?: string) => ({ locks: shown(name === undefined ? names : [...names, name]) });
    }

    async function top(request: FastifyRequest, reply: FastifyReply) {
      const depth = listingDepth(request);
      const respond = createResponse(readPropfind(request.body as string | undefined), quota());
      if (depth === 'infinity') return describe(reply).code(403).type(xml).send(finiteDepth);
      const { entry } = await browse.find([]);
      const top = `${basePath}/`;
      const children = depth === 0 ? '' : respond(top, { ...entry, name: 'dav' });
      const body = multistatusHead + respond('', { ...entry, name: '' }, top) + children + multistatusTail;
      return describe(reply).code(207).type(xml).send(body);
    }

    async function proppatch(request: FastifyRequest, reply: FastifyReply) {
      const refused = readProppatch(request.body as string | undefined).map((one) => ({
        ...one,
        fate: 'refused' as const,
      }));
      const { names } = namesIn(request);
      await browse.find(names).catch(readOnly);
      return describe(reply)
        .code(207)
        .type(xml)
        .send(patchAnswer(hrefFor(request, names), refused, 'This view is read-only'));
    }

    async function lock(request: FastifyRequest, reply: FastifyReply) {
      const { names } = namesIn(request);
      const body = request.body as string | undefined;
      if (body) checkLockInfo(body);
      // Without a body it is asked for longer (RFC 4918 section 9.10.2).
      const held = /\(\s*<([a-z]+:[^<>\s]{1,200})>/i.exec(String(request.headers.if ?? ''))?.[1];
      if (!body && !held) throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'no lock to refresh' });
      // A lock of what is not there would make it (RFC 4918 section 9.10.4).
      const found = await browse.find(names).catch(readOnly);
      const token = body ? `opaquelocktoken:${randomUUID()}` : (held as string);
      if (body) reply.header('lock-token', `<${token}>`);
      return describe(reply)
        .type(xml)
        .send(lockAnswer(hrefOf(prefix, names), token, found.entry.isFolder, lockSeconds));
    }

    function unlock(request: FastifyRequest, reply: FastifyReply) {
      if (!/^<[^<>]+>$/.test(String(request.headers['lock-token'] ?? '').trim()))
        throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'no Lock-Token' });
      return describe(reply).code(204).send();
    }

    /** As it was last heard from the host; nobody is asked for it. */
    function quota() {
      const known = host.knownAccount();
      if (!known) return {};
      const { hotStorageBytes, coldStorageBytes, availableStorageBytes } = known;
      const isUsedKnown = hotStorageBytes !== undefined || coldStorageBytes !== undefined;
      return {
        ...(availableStorageBytes === undefined
          ? {}
          : { availableBytes: Math.max(0, Math.floor(availableStorageBytes)) }),
        ...(isUsedKnown ? { usedBytes: Math.floor((hotStorageBytes ?? 0) + (coldStorageBytes ?? 0)) } : {}),
      };
    }
  },
  { name: 'dav', dependencies: ['bridge', 'errors', 'auth', 'delivery'], encapsulate: true },
);

/** Why nothing is written. RFC 4918 section 9.3: a body that MKCOL cannot read has an answer of its own. */
function refusal({ method, headers }: FastifyRequest): BridgeError {
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  return new BridgeError(method === 'MKCOL' && hasBody ? 'BRIDGE_MEDIA_TYPE' : 'BRIDGE_READ_ONLY');
}

/** What would be made if it were written to. */
function readOnly(error: unknown): never {
  throw isBridgeError(error, 'BRIDGE_NOT_FOUND') ? new BridgeError('BRIDGE_READ_ONLY') : error;
}

function describe(reply: FastifyReply): FastifyReply {
  return reply.header('dav', '1, 2').header('ms-author-via', 'DAV');
}
