import type { Readable } from 'node:stream';
import httpProxy from '@fastify/http-proxy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { BridgeError } from '../../src/core/errors.ts';
import { METHODS } from '../../src/core/http/http.ts';
import { readCredentials } from '../../src/gateway/credentials.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import type { ItemId } from '../../src/gateway/item-id.ts';
import { isStatic, type RequestKind } from '../../src/gateway/request-kind.ts';
import { ofFilm, preflight } from '../support/answers/answer.ts';
import { whenGone } from '../support/answers/when-gone.ts';
import { sendError, toBridgeError } from '../support/errors.ts';
import { drop, readUpTo } from './bodies.ts';
import { readableEncodings } from './encodings.ts';
import { answerHeaders, requestHeaders, type SeenRequest, seenBy } from './headers.ts';
import { isPartOfText, mayNameAddress, sendBytes, sendMasked } from './masking.ts';
import { goneSignal, isBulk, type Origin, whenOver } from './origin.ts';
import { createPlayReports } from './play-reports.ts';
import { createPlaybackAnswers } from './playback-info.ts';
import { forget, pathOf, queryOf } from './replies.ts';
import { sendSystemInfo } from './system-info.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the gateway takes a request for. */
    kind: RequestKind;
    /** Who asks, and where that app has found us. */
    seen: SeenRequest;
    /** The gateway as this app reaches it, with whatever stands before the address itself; no slash at its end. */
    gatewayUrl: string;
    /** The type that the app sent, where Fastify could not have read it. */
    ownType: string | undefined;
    /** Asks the server. */
    ask(reply: FastifyReply): FastifyReply;
    /**
     * Whether the server is asked for the part that the app asked for; undefined = as for the most part: a download may
     * be ours, a list is a text, and in a part of a text an address could be cut.
     */
    inPart: boolean | undefined;
  }
}

/** Addresses of the API at which there is no text. */
const ofBytes = /\/(?:images|videos|audio|livetv|livestreams)\//i;
/** A `.strm` holds one address. */
const maxStrmBytes = 8192;

/**
 * Everything that comes to the gateway: what is ours is answered by the bridge's own delivery, the rest goes to the
 * media server as it came and comes back as it is. Never a second try, and never an exception without a catch.
 */
export const proxy = fp(
  async (app: FastifyInstance, { gateway, origin }: { gateway: Gateway; origin: Origin }) => {
    const { clock, log } = app.bridge;
    const { url, knownProxy } = gateway.setting;
    const upstream = new URL(url).origin;
    app.decorateRequest('kind');
    app.decorateRequest('seen');
    app.decorateRequest('gatewayUrl', '');
    app.decorateRequest('ownType');
    app.decorateRequest('ask');
    app.decorateRequest('inPart');
    app.decorateRequest('wish');
    app.decorateRequest('isAnswered', false);
    app.decorateRequest('isLookedInto');
    const reports = createPlayReports({ gateway, origin, bridge: app.bridge, headersOf });
    const playback = createPlaybackAnswers(gateway, app.bridge, reports);
    app.addHook('onRequest', async (request) => {
      const { headers } = request.raw;
      const path = pathOf(request);
      request.kind = gateway.kindOf(path);
      const before = path.slice(0, Math.max(0, path.toLowerCase().lastIndexOf('/items/')));
      request.seen = seenBy(request);
      const { seen } = request;
      // By the time of an answer the connection may tell nothing any more.
      request.gatewayUrl = `${seen.protocol}://${seen.host}${before}`;
      // What Fastify cannot read as a type it refuses, and it is none of our business.
      request.ownType = headers['content-type'];
      if (request.ownType !== undefined) headers['content-type'] = 'application/octet-stream';
    });

    app.addHook('onSend', (request, reply, payload, done) => {
      const shown = reply.getHeader('content-disposition');
      if (request.kind?.is === 'download' && /\/download\b/i.test(request.url) && typeof shown === 'string')
        reply.header('content-disposition', shown.replace(/^inline;/, 'attachment;'));
      done(null, payload);
    });

    await app.register(httpProxy, {
      upstream,
      httpMethods: METHODS.filter((method) => app.supportedMethods.includes(method)),
      undici: origin as never,
      disableRequestLogging: true,
      preHandler: (request, reply) => before(request, reply),
      handler(request, reply, dest, options) {
        if (request.kind.is === 'playbackInfo') playback.hurry(request, reply);
        request.ask = (reply) =>
          reply.from(dest, {
            ...options,
            retryDelay: () => null,
            rewriteRequestHeaders: (_request, headers) => asked(request, reply, headers),
            rewriteHeaders: (headers) => answerHeaders(headers, upstream),
            onResponse: (_request, _reply, answer) => void answered(request, reply, answer),
            onError: (_reply, { error }) => void failed(request, reply, error),
          });
        return request.ask(reply);
      },
    });

    async function failed(request: FastifyRequest, reply: FastifyReply, error: Error) {
      if (reply.sent || reply.raw.destroyed) return;
      log.warn({ err: error, server: url }, 'the media server behind the gateway does not answer');
      request.isAnswered = true;
      const isOurs = request.kind.is === 'playbackInfo' && playback.instead(request, reply);
      if (await Promise.resolve(isOurs).catch(() => false)) return;
      if (reply.sent || reply.raw.destroyed) return;
      const code = /timeout/i.test(error.message) ? 'BRIDGE_ORIGIN_TIMEOUT' : 'BRIDGE_ORIGIN_DOWN';
      sendError(reply, new BridgeError(code), clock.now());
    }

    /** Bytes of a film of ours, for whoever may have them. */
    async function before(request: FastifyRequest, reply: FastifyReply) {
      const { kind } = request;
      if (kind.is === 'playbackInfo') return playback.read(request);
      if (kind.is === 'playReport') return reports.read(request, reply);
      if (kind.is !== 'stream' || !['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return;
      const query = queryOf(request);
      if (request.method === 'OPTIONS') return answerPreflight(kind.itemId, query, reply);
      if (!kind.isOriginal && !isStatic(query)) return;
      const credentials = readCredentials(request.headers, query);
      const file = await gateway.fileForStream(kind.itemId, query, credentials, whenGone(reply));
      if (!file) return;
      reply.headers(ofFilm);
      return app.delivery.deliver(file, app.delivery.decideFor(file, request), request, reply);
    }

    /** A browser brings a page's ticket before it asks with headers of its own, and no token with it. */
    async function answerPreflight(itemId: ItemId, query: URLSearchParams, reply: FastifyReply) {
      const nobody = { token: '', client: '' };
      const file = await gateway.fileForStream(itemId, query, nobody, whenGone(reply));
      if (file) return reply.code(204).headers(ofFilm).headers(preflight).send();
    }

    /** Of a request as the server is told them. */
    function headersOf(request: FastifyRequest, headers = request.headers) {
      const passed = requestHeaders(knownProxy ? request.seen : undefined, headers);
      if (request.ownType !== undefined) passed['content-type'] = request.ownType;
      else delete passed['content-type'];
      return passed;
    }

    function asked(request: FastifyRequest, reply: FastifyReply, headers: FastifyRequest['headers']) {
      const passed = headersOf(request, headers);
      // It was read whole, and goes on with its length.
      if (Buffer.isBuffer(request.body)) delete passed['transfer-encoding'];
      if (request.kind.is === 'playbackInfo' || request.kind.is === 'download')
        passed['accept-encoding'] = 'identity';
      else if (passed['accept-encoding'] !== undefined && request.kind.is !== 'stream')
        passed['accept-encoding'] = readableEncodings(String(passed['accept-encoding']));
      if (request.kind.is === 'systemInfo') passed['accept-encoding'] = 'identity';
      if (passed.range !== undefined && !isInPart(request, passed.range)) delete passed.range;
      const isApi = ['playbackInfo', 'api', 'systemInfo'].includes(request.kind.is);
      return Object.assign(passed, {
        [goneSignal]: whenGone(reply),
        [isBulk]: !isApi,
        [whenOver]: () => request.isLookedInto?.(),
      });
    }

    function isInPart(request: FastifyRequest, range: string): boolean {
      const { kind, inPart } = request;
      // It is meant for the film, and would cut the text that leads to it.
      const isOfFilm = kind.is === 'download';
      // Whoever could have an answer in parts could have an address in two of them.
      const isList = kind.is === 'api' && !ofBytes.test(pathOf(request));
      return !range.includes(',') && (inPart ?? !(isOfFilm || isList));
    }

    /** Where the first answer shows that the other one of a part and the whole is needed. */
    function askAgain(reply: FastifyReply, body: Readable, inPart: boolean): void {
      drop(body);
      forget(reply);
      reply.request.inPart = inPart;
      reply.request.ask(reply.code(200));
    }

    async function answered(request: FastifyRequest, reply: FastifyReply, answer: { stream: unknown }) {
      const body = answer.stream as Readable;
      try {
        gateway.heard({
          method: request.method,
          path: pathOf(request),
          status: reply.statusCode,
          credentials: () => readCredentials(request.headers, queryOf(request)),
        });
        // Ours was given already: with this one the server has looked into the film, which is all that it was for.
        if (reply.sent) return drop(body);
        if (request.kind.is === 'playbackInfo') return await playback.send(request, reply, body);
        if (request.kind.is === 'download') return await sendDownload(request, reply, body);
        if (request.kind.is === 'systemInfo') return await sendSystemInfo(request, reply, body, gateway);
        await sendOther(reply, body);
      } catch (error) {
        drop(body);
        if (reply.sent || reply.raw.headersSent) return void reply.raw.destroy();
        forget(reply);
        sendError(reply, toBridgeError(error), clock.now());
      }
    }

    async function sendOther(reply: FastifyReply, body: Readable) {
      const { request } = reply;
      if (request.inPart !== false && isPartOfText(reply)) return askAgain(reply, body, false);
      return mayNameAddress(reply) ? sendMasked(reply, body, gateway.mask) : sendBytes(reply, body);
    }

    /** What the server would give is the text of a `.strm`: that it gives it at all is its yes to this person. */
    async function sendDownload(request: FastifyRequest, reply: FastifyReply, body: Readable) {
      const length = Number(reply.getHeader('content-length') ?? 0);
      const isAnswer = reply.statusCode === 200 && request.method === 'GET';
      if (!isAnswer) return sendOther(reply, body);
      const read = length > maxStrmBytes ? { rest: body } : await readUpTo(body, maxStrmBytes);
      if (!('text' in read)) {
        const isCut = request.headers.range !== undefined && request.inPart === undefined;
        return isCut ? askAgain(reply, body, true) : sendOther(reply, read.rest);
      }
      const file = await gateway.fileOf(read.text.toString('utf8').trim());
      if (!file) return reply.send(gateway.mask.whole(read.text));
      forget(reply);
      reply.headers(ofFilm);
      await app.delivery.deliver(file, app.delivery.decideFor(file, request), request, reply);
    }
  },
  { name: 'gateway-proxy', dependencies: ['bridge', 'delivery'] },
);
