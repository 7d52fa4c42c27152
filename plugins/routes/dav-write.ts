import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError, isBridgeError } from '../../src/core/errors.ts';
import { weighConditions } from '../../src/delivery/policy/conditions.ts';
import { ownHosts, readDestination } from '../../src/uploads/dav/destination.ts';
import type { WriteTarget } from '../../src/uploads/dav/write-targets.ts';
import type { DavOutcome } from '../../src/uploads/dav/writer.ts';
import { namesIn } from '../support/answers/send-entry.ts';
import { accountDoor } from '../support/dav/account-door.ts';
import { atPace } from '../support/dav/body-pace.ts';
import { createLocking, lockPath } from '../support/dav/dav-locking.ts';
import { saidDate, tellDate } from '../support/dav/oc-mtime.ts';

type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void;

/**
 * `/dav/account/`, where the settings let it be written to: RFC 4918 over the account itself. What was written is at the
 * host when it is answered, and in the library.
 */
export const davWrite = fp(
  async (app: FastifyInstance) => {
    const { davWriter, davLocks, basePath, baseUrl, settings, notify, clock } = app.bridge;
    if (settings.dav.write === 'off') return;
    const { route, tokensOf, entryAt } = createLocking(app);
    const stopping = new AbortController();
    // Who sent all of it and left has sent it: an upload ends with this process alone.
    const { signal } = stopping;
    app.addHook('preClose', async () => stopping.abort(new BridgeError('BRIDGE_STOPPING')));

    // Bodies are read by the routes, whatever they say that they are.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, body, done) => done(null, body));

    /** What is refused before its body was read is not read: the connection ends with the answer. */
    const closing: Hook = (_request, reply, done) => {
      reply.header('connection', 'close');
      done();
    };
    /** What is not known is no reason to refuse what is sent. */
    const untyped: Hook = (request, _reply, done) => {
      delete request.headers['content-type'];
      done();
    };
    const options = { onRequest: [app.basicAuth, untyped] };
    route('PUT', put, {
      config: { takesFiles: true },
      onRequest: [closing, ...options.onRequest, app.bodyDoor.enter],
    });
    route('MKCOL', makeFolder, options);
    route('DELETE', remove, options);
    route('MOVE', (request, reply) => carry(request, reply, 'move'), options);
    route('COPY', (request, reply) => carry(request, reply, 'copy'), options);

    /** RFC 9110 section 13: If-None-Match that holds refuses what would change something. */
    async function mustBeAsExpected(request: FastifyRequest, names: readonly string[], target: WriteTarget) {
      const { headers } = request;
      if (headers['if-match'] === undefined && headers['if-none-match'] === undefined) return;
      const isThere = target.there.is !== 'nothing';
      if (!isThere) {
        if (headers['if-match'] !== undefined) throw new BridgeError('BRIDGE_PRECONDITION');
        return;
      }
      const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
      const asked = {
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...(ifNoneMatch !== undefined && { 'if-none-match': ifNoneMatch }),
      };
      const { etag = '' } = (await entryAt(names)) ?? {};
      if (weighConditions(asked, { etag, lastModified: undefined }) !== undefined)
        throw new BridgeError('BRIDGE_PRECONDITION');
    }

    async function put(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
      const { headers } = request;
      const { names, isFolder } = namesIn(request);
      if (isFolder) throw new BridgeError('BRIDGE_METHOD');
      // RFC 9110 section 14.5: a part must not be taken for the whole.
      if (headers['content-range'] !== undefined)
        throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'a part of a file cannot be written' });
      const mayBe = async () => {
        const target = await davWriter.target(names);
        if (target.there.is === 'folder') throw new BridgeError('BRIDGE_METHOD');
        await mustBeAsExpected(request, names, target);
        mustBeFreeFor(names, target, await tokensOf(request, names), false);
        return target;
      };
      const target = await mayBe();
      const [length, announced] = [headers['content-length'], headers['x-expected-entity-length']].map(
        lengthOf,
      );
      const expected = announced ?? length;
      await davWriter.mustFit(target, expected);
      if (headers.expect !== undefined) reply.raw.writeContinue();
      app.bodyDoor.admit(request.raw);
      const pieces = atPace((request.body as Readable | undefined) ?? request.raw, clock);
      const datedAt = saidDate(request);
      const body = { pieces, sizeBytes: expected, datedAt };
      const written = await davWriter.put(target, body, mayBe, signal);
      reply.removeHeader('connection');
      const entry = await entryAt(names);
      if (entry?.etag !== undefined) reply.header('etag', entry.etag);
      tellDate(reply, entry, datedAt);
      return done(reply, written);
    }

    async function makeFolder(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
      if (hasBody(request)) throw new BridgeError('BRIDGE_MEDIA_TYPE');
      const { names } = namesIn(request);
      const target = await davWriter.target(names);
      mustBeFreeFor(names, target, await tokensOf(request, names), false);
      await davWriter.makeFolder(target, signal);
      return done(reply, 'created');
    }

    async function remove(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
      const { names } = namesIn(request);
      const target = await targetThere(names);
      readDepth(request.headers.depth, target, ['infinity']);
      await mustBeAsExpected(request, names, target);
      const tokens = await tokensOf(request, names);
      mustBeFreeFor(names, target, tokens, true);
      davLocks.mustBeFreeForMember(lockPath(names), { tokens });
      await davWriter.remove(target, signal);
      davLocks.removed(lockPath(names));
      return done(reply, 'replaced');
    }

    /** What is locked is written by who shows the lock's token; so is the folder that something new comes into. */
    function mustBeFreeFor(
      names: readonly string[],
      { there }: WriteTarget,
      tokens: readonly string[],
      deep: boolean,
    ): void {
      davLocks.mustBeFree(lockPath(names), { tokens, deep });
      if (there.is === 'nothing') davLocks.mustBeFreeForMember(lockPath(names), { tokens });
    }

    /** What is to be there: where there is no folder for it, it is not there either. */
    async function targetThere(names: readonly string[]): Promise<WriteTarget> {
      return davWriter.target(names).catch((error: unknown) => {
        throw isBridgeError(error, 'BRIDGE_CONFLICT') ? new BridgeError('BRIDGE_NOT_FOUND') : error;
      });
    }

    async function carry(
      request: FastifyRequest,
      reply: FastifyReply,
      how: 'move' | 'copy',
    ): Promise<FastifyReply> {
      const { headers } = request;
      const { names } = namesIn(request);
      const to = readDestination(
        headers.destination,
        `${basePath}${accountDoor}/`,
        ownHosts(headers, baseUrl),
      );
      if (names.join('/') === to.join('/'))
        throw new BridgeError('BRIDGE_READ_ONLY', { detail: 'it would lie on itself' });
      const mayReplace = readOverwrite(headers.overwrite);
      const [from, target] = [await targetThere(names), await davWriter.target(to)];
      const isDeep = readDepth(headers.depth, from, how === 'move' ? ['infinity'] : ['0', 'infinity']);
      const tokens = await tokensOf(request, names);
      if (how === 'move') {
        mustBeFreeFor(names, from, tokens, true);
        davLocks.mustBeFreeForMember(lockPath(names), { tokens });
      }
      mustBeFreeFor(to, target, tokens, true);
      const written =
        how === 'move'
          ? await davWriter.move(from, target, mayReplace, signal)
          : await davWriter.copy(from, target, mayReplace, isDeep, signal);
      if (how === 'move') davLocks.moved(lockPath(names));
      await dateCopy(request, reply, to);
      return done(reply, written);
    }

    /** What was moved or copied has the date that it had. Of what had none, clients say which one they want to see. */
    async function dateCopy(request: FastifyRequest, reply: FastifyReply, names: readonly string[]) {
      const datedAt = saidDate(request);
      if (datedAt === undefined) return;
      const before = await entryAt(names);
      if (before && !before.isDated) await davWriter.date(await davWriter.target(names), datedAt);
      tellDate(reply, await entryAt(names), datedAt);
    }

    async function done(reply: FastifyReply, written: DavOutcome): Promise<FastifyReply> {
      await notify.flush();
      return reply.code(written === 'created' ? 201 : 204).send();
    }
  },
  { name: 'dav-write', dependencies: ['bridge', 'errors', 'auth'], encapsulate: true },
);

function hasBody({ headers }: FastifyRequest): boolean {
  return Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
}

function lengthOf(value: string | string[] | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** RFC 4918 section 10.6: T or F, and T where it is not said. @throws BridgeError BRIDGE_BAD_REQUEST */
function readOverwrite(value: unknown): boolean {
  const said = String(value ?? 'T')
    .trim()
    .toUpperCase();
  if (said === 'T') return true;
  if (said === 'F') return false;
  throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'Overwrite is T or F' });
}

/**
 * RFC 4918 sections 9.6.1, 9.8.3 and 9.9.2: a folder is moved and removed with all that is in it, and copied so or
 * without. Of a file, Depth says nothing.
 * @returns whether all that is in it is meant. @throws BridgeError BRIDGE_BAD_REQUEST
 */
function readDepth(value: unknown, { there }: WriteTarget, allowed: readonly string[]): boolean {
  const depth = String(value ?? 'infinity')
    .trim()
    .toLowerCase();
  if (there.is === 'folder' && !allowed.includes(depth))
    throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: `Depth is ${allowed.join(' or ')} here` });
  return depth !== '0';
}
