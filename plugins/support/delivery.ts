import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { CatalogFile } from '../../src/catalog/account/files.ts';
import { minuteMs } from '../../src/core/durations.ts';
import { BridgeError, isBridgeError } from '../../src/core/errors.ts';
import type { Play } from '../../src/delivery/plays.ts';
import { clientOf, networkZoneOf } from '../../src/delivery/policy/client.ts';
import { familyOf } from '../../src/delivery/policy/client-traits.ts';
import {
  type Decision,
  type Deliverable,
  type DeliveryMode,
  decide,
} from '../../src/delivery/policy/decide.ts';
import type { Circumstances, Rule, WantedPart } from '../../src/delivery/policy/rules.ts';
import type { ServerAnswer } from './answers/answer.ts';
import { type BytesDecision, createSendBytes } from './answers/bytes.ts';
import { createRedirect, type RedirectDecision } from './answers/redirect.ts';
import { deliverableOf, describeFile, giveValidators } from './file-headers.ts';

/** What decides how films are given out at an address. */
export interface DeliveryTable {
  mode: DeliveryMode;
  /** For `auto`, first match wins. */
  rules: readonly Rule[];
}

/** A request for a file, seen by the framework or before it: who asks, and what is decided of it. */
export type FileRequest = Pick<
  FastifyRequest,
  'method' | 'headers' | 'caller' | 'client' | 'delivery' | 'play' | 'rule'
>;

/** How files of the account are given out, whatever address they were asked for at: decides, and then does that. */
export interface Delivery {
  /** Pure but for `request`, which is told who asks and what was decided. @param table the usual one when absent */
  decideFor(file: CatalogFile, request: FileRequest, table?: DeliveryTable): Decision;
  /**
   * Answers at once where a link is at hand and nothing has to be waited for: the hot path, which makes no promise.
   * @returns whether it has answered; what decides otherwise than for a redirect is never answered here
   */
  deliverNow(file: CatalogFile, decision: Decision, request: FileRequest, answer: ServerAnswer): boolean;
  /**
   * Answers. @throws BridgeError: 412, 416, or that of the broker or the reader before the first byte
   * @param table the one that `decision` was made by
   */
  deliver(
    file: CatalogFile,
    decision: Decision,
    request: FastifyRequest,
    reply: FastifyReply,
    table?: DeliveryTable,
  ): FastifyReply | Promise<FastifyReply>;
}

declare module 'fastify' {
  interface FastifyInstance {
    delivery: Delivery;
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

function createDelivery(app: FastifyInstance): Delivery {
  const { links, clock, settings } = app.bridge;
  const { rangeCache, versions, plays, rules } = app.bridge.delivery;
  const usual = (): DeliveryTable => ({ mode: settings.delivery.mode, rules });
  const redirect = createRedirect(app.bridge);
  const sendBytes = createSendBytes(app.bridge);

  function circumstancesOf(file: Deliverable, position: number): Circumstances {
    const lease = links.broker.livingLease(file.id);
    const leftMs = lease ? links.ttl.provenResumeUntil(lease) - clock.now() : 0;
    return {
      asks: wantedPart(rangeCache.sideOf(file, position)),
      isLocked: links.locationLock.isLocked(),
      // Whether a player that stays with one link may see its film to the end, as far as links were seen to live.
      ttlOutlivesFilm: leftMs >= settings.delivery.filmMinutes * minuteMs,
    };
  }

  /** Asked before the request is {@link joined} to its play. */
  const comebackOf = (file: CatalogFile, { start }: RedirectDecision, { client }: FileRequest) =>
    plays.comeback(file.id, client, start);

  /** The play that the request belongs to. */
  function joined(file: CatalogFile, decision: RedirectDecision | BytesDecision, request: FileRequest): Play {
    const { client } = request;
    const start = decision.kind === 'redirect' ? decision.start : decision.range.start;
    const play = plays.join({ file, client, family: familyOf(client.userAgent), start, rule: decision.rule });
    request.play = play.record.id;
    request.rule = decision.rule.name;
    return play;
  }

  /**
   * Bytes of the version that the headers tell of. Where the host turns out to have another one, the request is decided
   * once more, by the entity tag that the file has from then on: who goes on with an older part begins anew.
   */
  async function bytes(
    file: CatalogFile,
    decision: BytesDecision,
    request: FastifyRequest,
    reply: FastifyReply,
    table: DeliveryTable | undefined,
  ): Promise<FastifyReply> {
    const { etag } = deliverableOf(file, versions);
    const play = joined(file, decision, request);
    try {
      return await sendBytes(file, decision, play, reply, etag);
    } catch (error) {
      const isOther = isBridgeError(error, 'BRIDGE_UPSTREAM_CHANGED') && versions.etagOf(file) !== etag;
      if (!isOther) throw error;
    }
    const now = deliverableOf(file, versions);
    reply.removeHeader('last-modified');
    giveValidators(reply, now);
    const again = delivery.decideFor(file, request, table);
    return again.kind === 'proxy'
      ? sendBytes(file, again, play, reply, now.etag)
      : delivery.deliver(file, again, request, reply, table);
  }

  const delivery: Delivery = {
    decideFor(file, request, { mode, rules } = usual()) {
      const { address, isForwarder } = request.caller;
      // Where somebody else's proxy is far away, so is whoever asks through it, and its address tells viewers apart.
      const isPlaced = !isForwarder || networkZoneOf(address) === 'elsewhere';
      request.client = clientOf(request.headers, address, isPlaced);
      const decision = decide({
        method: request.method as 'GET' | 'HEAD',
        headers: request.headers,
        file: deliverableOf(file, versions),
        mode,
        client: request.client,
        rules,
        circumstancesOf,
      });
      request.delivery = decision.kind;
      return decision;
    },

    deliverNow(file, decision, request, answer) {
      if (decision.kind !== 'redirect') return false;
      const lease = redirect.livingLease(file.id, comebackOf(file, decision, request));
      if (!lease) return false;
      redirect.now(file, lease, decision, joined(file, decision, request), answer);
      return true;
    },

    deliver(file, decision, request, reply, table) {
      // A redirect says nothing of the file: the host's own answer will.
      if (decision.kind !== 'redirect') giveValidators(reply, deliverableOf(file, versions));
      switch (decision.kind) {
        case 'preconditionFailed':
          throw new BridgeError('BRIDGE_PRECONDITION');
        case 'notModified':
          return reply.code(304).send();
        case 'unsatisfiable':
          reply.header('content-range', `bytes */${file.sizeBytes}`);
          throw new BridgeError('BRIDGE_RANGE');
        case 'head':
        case 'empty':
          describeFile(reply, file).header('content-length', String(file.sizeBytes));
          return reply.send(decision.kind === 'empty' ? '' : undefined);
        case 'redirect': {
          const comeback = comebackOf(file, decision, request);
          return redirect.later(file, decision, joined(file, decision, request), reply, comeback);
        }
        case 'proxy':
          return bytes(file, decision, request, reply, table);
      }
    },
  };
  return delivery;
}

function wantedPart(side: 'head' | 'tail' | undefined): WantedPart {
  if (side === 'head') return 'start';
  return side === 'tail' ? 'end' : 'jump';
}
