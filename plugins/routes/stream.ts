import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { CatalogFile } from '../../src/catalog/content.ts';
import { isFileId, streamPrefix } from '../../src/delivery/address.ts';
import { clientOf } from '../../src/delivery/client.ts';
import type { Validators } from '../../src/delivery/conditions.ts';
import { type Decision, decide } from '../../src/delivery/decide.ts';
import { mediaType } from '../../src/delivery/media-type.ts';
import { type ByteRange, contentRange } from '../../src/delivery/range.ts';
import { BridgeError } from '../../src/errors.ts';
import type { Lease } from '../../src/links/lease.ts';
import { reads } from '../support/reads.ts';

/** A player that is given a max-age must come back before the lease ends: this much before. */
const reuseMarginMs = 10_000;

interface Params {
  fileId: string;
  signature: string;
  '*': string;
}

/** `GET HEAD /stream/<fileId>/<signature>/<name.ext>`: what a STRM file holds. */
export const stream = fp(
  async (app: FastifyInstance) => {
    const { catalog, signer, broker, reader, settings } = app.bridge;
    const { mode } = settings.delivery;

    reads(app, `${streamPrefix}/:fileId/:signature/*`, { config: { lean: true } }, (request, reply) => {
      const { fileId, signature, '*': name } = request.params as Params;
      const refusal = app.refusal(request);
      const isKnown = name !== '' && isFileId(fileId) && signer.verify(fileId, signature);
      const file = isKnown && !refusal ? catalog.content.byIdAtHand(fileId) : undefined;
      const answer = file && decideFor(file, request);
      const lease = answer?.kind === 'redirect' ? broker.atHand(fileId) : undefined;
      // The hot path: a film and a link at hand, an answer without a body.
      if (lease && answer?.kind === 'redirect') {
        redirect(lease, reply, answer.mayReuse);
        app.logRequest(request, reply);
        // Sent already: a reply that is returned is waited for.
        return undefined;
      }
      reply.raw.once('close', () => app.logRequest(request, reply));
      if (refusal) throw refusal;
      // A wrong signature and an unknown file look the same from outside.
      if (!isKnown) throw new BridgeError('BRIDGE_NOT_FOUND');
      return file && answer ? deliver(file, answer, reply) : findAndDeliver(fileId, request, reply);
    });

    async function findAndDeliver(
      fileId: string,
      request: FastifyRequest,
      reply: FastifyReply,
    ): Promise<FastifyReply> {
      const file = await catalog.content.byId(fileId);
      if (!file) throw new BridgeError('BRIDGE_NOT_FOUND');
      return deliver(file, decideFor(file, request), reply);
    }

    function decideFor(file: CatalogFile, request: FastifyRequest): Decision {
      const decision = decide({
        method: request.method as 'GET' | 'HEAD',
        headers: request.headers,
        file: { sizeBytes: file.sizeBytes, ...validatorsOf(file) },
        mode,
        client: clientOf(request.headers, request.ip, settings.server.trustProxy),
      });
      request.delivery = decision.kind;
      return decision;
    }

    function deliver(
      file: CatalogFile,
      decision: Decision,
      reply: FastifyReply,
    ): FastifyReply | Promise<FastifyReply> {
      const { sizeBytes } = file;
      // A redirect says nothing of the file: the host's own answer will.
      if (decision.kind !== 'redirect') validate(reply, validatorsOf(file));
      switch (decision.kind) {
        case 'preconditionFailed':
          throw new BridgeError('BRIDGE_PRECONDITION');
        case 'notModified':
          return reply.code(304).send();
        case 'unsatisfiable':
          reply.header('content-range', `bytes */${sizeBytes}`);
          throw new BridgeError('BRIDGE_RANGE');
        case 'head':
        case 'empty':
          describe(reply, file).header('content-length', String(sizeBytes));
          return reply.send(decision.kind === 'empty' ? '' : undefined);
        case 'redirect': {
          const lease = broker.atHand(file.id);
          return lease
            ? redirect(lease, reply, decision.mayReuse)
            : redirectLater(file, reply, decision.mayReuse);
        }
        case 'proxy':
          return proxy(file, decision.range, decision.status, reply);
      }
    }

    async function redirectLater(
      file: CatalogFile,
      reply: FastifyReply,
      mayReuse: boolean,
    ): Promise<FastifyReply> {
      const lease = await broker.acquire(file, { urgency: 'play', signal: whenGone(reply) });
      return redirect(lease, reply, mayReuse);
    }

    /**
     * The lease does not count as used: nobody tells us whether the player follows, and a link that the host has
     * forgotten must not be handed out for longer than the start window.
     */
    function redirect(lease: Lease, reply: FastifyReply, mayReuse: boolean): FastifyReply {
      const seconds = mayReuse ? Math.floor((broker.remainingMs(lease) - reuseMarginMs) / 1000) : 0;
      reply.header('cache-control', seconds > 0 ? `private, max-age=${seconds}` : 'no-store');
      return reply.code(302).header('location', lease.url).send();
    }

    async function proxy(
      file: CatalogFile,
      range: ByteRange,
      status: 200 | 206,
      reply: FastifyReply,
    ): Promise<FastifyReply> {
      const body = await reader.open(file, range, { urgency: 'play', signal: whenGone(reply) });
      describe(reply, file).header('content-length', String(range.end - range.start + 1));
      if (status === 206) reply.header('content-range', contentRange(range, file.sizeBytes));
      return reply.code(status).send(body);
    }
  },
  { name: 'stream', dependencies: ['bridge', 'errors'] },
);

/** What the client may ask with the next time. */
function validate(reply: FastifyReply, { etag, lastModified }: Validators): void {
  reply.header('etag', etag).header('accept-ranges', 'bytes');
  if (lastModified !== undefined) reply.header('last-modified', new Date(lastModified).toUTCString());
}

/** Constant for the life of the file: players come back with it. */
function validatorsOf({ id, sizeBytes, sentAt }: CatalogFile): Validators {
  return { etag: `"${id}-${sizeBytes.toString(36)}"`, lastModified: sentAt };
}

/** What the bytes are; the host's own type is no help to a television. */
function describe(reply: FastifyReply, file: CatalogFile): FastifyReply {
  return reply
    .header('content-type', mediaType(file.name))
    .header('content-disposition', `inline; filename*=UTF-8''${rfc8187(file.name)}`);
}

/** RFC 8187 section 3.2: header values are latin1, names are not. */
function rfc8187(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Aborts when the player closes its connection before the answer is complete. */
function whenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const leave = () => gone.abort(new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'the player has gone' }));
  if (reply.raw.destroyed) leave();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) leave();
  });
  return gone.signal;
}
