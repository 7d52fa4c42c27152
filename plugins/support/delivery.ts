import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { CatalogFile } from '../../src/catalog/account/files.ts';
import { BridgeError } from '../../src/core/errors.ts';
import { etagOf } from '../../src/delivery/etag.ts';
import { mediaType } from '../../src/delivery/media-type.ts';
import type { Play } from '../../src/delivery/plays.ts';
import { clientOf, familyOf, mayProbe } from '../../src/delivery/policy/client.ts';
import type { Validators } from '../../src/delivery/policy/conditions.ts';
import {
  type Decision,
  type Deliverable,
  type DeliveryMode,
  decide,
} from '../../src/delivery/policy/decide.ts';
import { contentRange } from '../../src/delivery/policy/range.ts';
import type { Ask, Rule } from '../../src/delivery/policy/rules.ts';
import type { Lease } from '../../src/links/lease.ts';

/** A player that is given a max-age must come back before links like this one were last seen: at least so long. */
const reuseMarginMs = 1000;

type Redirect = Extract<Decision, { kind: 'redirect' }>;
type Bytes = Extract<Decision, { kind: 'proxy' }>;
type Delivered = Redirect | Bytes;

declare module 'fastify' {
  interface FastifyInstance {
    /** How files of the account are given out, whatever address they were asked for at. */
    delivery: ReturnType<typeof createDelivery>;
  }
}

/** Decorates `app.delivery`. */
export const delivery = fp(
  async (app: FastifyInstance) => {
    await app.bridge.delivery.rangeCache.load();
    app.decorate('delivery', createDelivery(app));
  },
  { name: 'delivery', dependencies: ['bridge'] },
);

/** Decides, and then does what was decided. */
function createDelivery(app: FastifyInstance) {
  const { links, clock, settings } = app.bridge;
  const { rangeCache, reader, plays, prefetch } = app.bridge.delivery;
  const { mode, filmMinutes } = settings.delivery;
  /** What decides at most addresses. */
  const usual: { mode: DeliveryMode; rules: readonly Rule[] } = { mode, rules: app.bridge.delivery.rules };

  return { decideFor, joined, deliver, redirect };

  function decideFor(file: CatalogFile, request: FastifyRequest, { mode, rules } = usual): Decision {
    request.client = clientOf(request.headers, request.ip, settings.server.trustProxy);
    const decision = decide({
      method: request.method as 'GET' | 'HEAD',
      headers: request.headers,
      file: deliverableOf(file),
      mode,
      client: request.client,
      rules,
      look: lookAt,
    });
    request.delivery = decision.kind;
    return decision;
  }

  function lookAt(file: Deliverable, position: number) {
    const lease = links.broker.atHand(file.id);
    const leftMs = lease ? links.ttl.provenResumeUntil(lease) - clock.now() : 0;
    return {
      asks: askOf(rangeCache.sideOf(file, position)),
      isLocked: links.locationLock.isLocked(),
      // Whether a player that stays with one link may see its film to the end, as far as links were seen to live.
      ttlOutlivesFilm: leftMs >= filmMinutes * 60_000,
    };
  }

  function joined(file: CatalogFile, answer: Delivered, request: FastifyRequest): Play {
    const { client } = request;
    const start = answer.kind === 'redirect' ? answer.start : answer.range.start;
    const play = plays.join({ file, client, family: familyOf(client.userAgent), start, rule: answer.rule });
    request.play = play.record.id;
    request.rule = answer.rule.name;
    return play;
  }

  function deliver(
    file: CatalogFile,
    decision: Decision,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply | Promise<FastifyReply> {
    const { sizeBytes } = file;
    // A redirect says nothing of the file: the host's own answer will.
    if (decision.kind !== 'redirect') validate(reply, deliverableOf(file));
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
      case 'redirect':
        return redirectLater(file, decision, joined(file, decision, request), reply);
      case 'proxy':
        return proxy(file, decision, joined(file, decision, request), reply);
    }
  }

  async function redirectLater(
    file: CatalogFile,
    decision: Redirect,
    play: Play,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const signal = whenGone(reply);
    const acquire = () =>
      links.broker.acquire(file, { urgency: 'play', signal, onSource: (source) => play.source(source) });
    try {
      const lease = await links.probe.acquire(acquire);
      return redirect(file, lease, decision, play, reply);
    } catch (error) {
      play.failed(error);
      throw error;
    }
  }

  function redirect(
    file: CatalogFile,
    lease: Lease,
    { mayReuse, start }: Redirect,
    play: Play,
    reply: FastifyReply,
  ): FastifyReply {
    play.sentOn();
    // Where the last minutes begin is a jump; the very end is what a probe reads.
    if (!rangeCache.sideOf(file, start)) prefetch.passed(file, 0, start);
    reply.header('cache-control', mayReuse ? reuse(lease) : 'no-store');
    return reply.code(302).header('location', lease.url).send();
  }

  /** A player that asks again may keep the link for as long as links were seen to live. */
  function reuse(lease: Lease): string {
    const leftMs = links.ttl.provenResumeUntil(lease) - clock.now();
    const seconds = Math.floor((leftMs - Math.max(reuseMarginMs, leftMs / 10)) / 1000);
    return seconds > 0 ? `private, max-age=${seconds}` : 'no-store';
  }

  async function proxy(
    file: CatalogFile,
    { range, status }: Bytes,
    play: Play,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const { client } = reply.request;
    const reading = play.reads(clock.now());
    try {
      const body = await reader.open(file, range, {
        urgency: 'play',
        keeps: true,
        mayBeProbe: mayProbe(familyOf(client.userAgent)),
        signal: whenGone(reply),
        // A media server asks for many people from one address: whoever watches a film is one viewer.
        viewer: `${client.address} ${client.userAgent} ${file.id}`,
        onSource: (source) => play.source(source),
        onKept: (bytes) => play.kept(bytes),
        onFirstByte: () => reading.firstByte(clock.now()),
        onResume: () => play.resumed(),
        onPassed(from, to) {
          play.passed(from, to);
          prefetch.passed(file, from, to);
        },
      });
      body.once('close', () => reading.over(clock.now(), body.errored));
      describe(reply, file).header('content-length', String(range.end - range.start + 1));
      if (status === 206) reply.header('content-range', contentRange(range, file.sizeBytes));
      return reply.code(status).send(body);
    } catch (error) {
      reading.over(clock.now(), error as Error);
      throw error;
    }
  }
}

function askOf(side: 'head' | 'tail' | undefined): Ask {
  if (side === 'head') return 'start';
  return side === 'tail' ? 'end' : 'jump';
}

/** What the client may ask with the next time. */
function validate(reply: FastifyReply, { etag, lastModified }: Validators): void {
  reply.header('etag', etag).header('accept-ranges', 'bytes');
  if (lastModified !== undefined) reply.header('last-modified', new Date(lastModified).toUTCString());
}

const deliverables = new WeakMap<CatalogFile, Deliverable>();

/** What is decided by. The tag is constant for the life of the file: players come back with it. */
function deliverableOf(file: CatalogFile): Deliverable {
  let deliverable = deliverables.get(file);
  if (!deliverable) {
    const { id, sizeBytes, sentAt } = file;
    deliverable = { id, sizeBytes, etag: etagOf(file), lastModified: sentAt };
    deliverables.set(file, deliverable);
  }
  return deliverable;
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
