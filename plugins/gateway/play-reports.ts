import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Bridge } from '../../src/bridge.ts';
import { basePathOf } from '../../src/edge/base-path.ts';
import { readCredentials } from '../../src/gateway/credentials.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import { createHeldReports, type HeldReports } from '../../src/gateway/held-reports.ts';
import { type ItemId, readItemId } from '../../src/gateway/item-id.ts';
import { readUpTo } from './bodies.ts';
import type { Origin } from './origin.ts';
import { queryOf } from './replies.ts';

export interface PlayReportsOptions {
  gateway: Gateway;
  origin: Origin;
  bridge: Bridge;
  /** What the media server is told instead of the app's own headers. */
  headersOf: (request: FastifyRequest) => FastifyRequest['headers'];
}

/** What apps tell of plays, on its way to the server. */
export interface PlayReports extends Pick<HeldReports, 'hold'> {
  /** Answers a report that has to wait; any other goes on as it came. */
  read(request: FastifyRequest, reply: FastifyReply): Promise<unknown>;
}

/** A report has some 2 KB, with the list of what is to be played next 40. */
const maxReportBytes = 64 * 1024;

export function createPlayReports({ gateway, origin, bridge, headersOf }: PlayReportsOptions): PlayReports {
  const { kind, url } = gateway.setting;
  const held = createHeldReports(bridge);

  /** Which film it is about. */
  function itemsIn(body: Buffer): ItemId[] {
    try {
      const told: unknown = JSON.parse(body.toString('utf8'));
      const { ItemId, MediaSourceId } = Object(told) as Record<string, unknown>;
      return [ItemId, MediaSourceId].flatMap((id) =>
        typeof id === 'string' ? (readItemId(id, kind) ?? []) : [],
      );
    } catch {
      return [];
    }
  }

  async function send(request: FastifyRequest, body: Buffer): Promise<void> {
    const { host: _host, 'content-length': _length, ...headers } = headersOf(request);
    const answer = await origin.dispatcher.request({
      origin: new URL(url).origin,
      path: basePathOf(url) + request.url,
      method: request.method as 'POST' | 'DELETE',
      headers,
      body,
    });
    await answer.body.dump();
  }

  return {
    hold: held.hold,

    async read(request, reply) {
      if (request.kind.is !== 'playReport') return;
      let body = Buffer.alloc(0);
      if (request.body instanceof Readable) {
        const read = await readUpTo(request.body, maxReportBytes);
        request.body = 'text' in read ? read.text : read.rest;
        if (!('text' in read)) return;
        body = read.text as Buffer<ArrayBuffer>;
      }
      const { itemId, isProgress } = request.kind;
      const isHeld = held.take({
        itemIds: itemId === undefined ? itemsIn(body) : [itemId],
        token: readCredentials(request.headers, queryOf(request)).token,
        isProgress,
        send: () => send(request, body),
      });
      if (isHeld) return reply.code(204).send();
    },
  };
}
