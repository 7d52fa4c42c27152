import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Bridge } from '../../src/bridge.ts';
import { readCredentials } from '../../src/gateway/credentials.ts';
import { readWish, type Wish } from '../../src/gateway/device-profile.ts';
import type { AskedPlaybackInfo, Gateway } from '../../src/gateway/gateway.ts';
import type { HeldReports } from '../../src/gateway/held-reports.ts';
import { whenGone } from '../support/answers/when-gone.ts';
import { drop, readUpTo } from './bodies.ts';
import { sendMasked } from './masking.ts';
import { forget, isPlainJson, queryOf } from './replies.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the app wants to play, where it asks for PlaybackInfo. */
    wish: Wish | undefined;
    /** The server's own answer has come: nobody else's is given. */
    isAnswered: boolean;
    /** Called when the server has looked into a film that was answered for by us meanwhile. */
    isLookedInto: (() => void) | undefined;
  }
}

/** Requests for PlaybackInfo on their way to the server and back. */
export interface PlaybackAnswers {
  /** Reads what the app wants. Its body goes on as it came, byte for byte. */
  read(request: FastifyRequest): Promise<void>;
  /** From now on the server has {@link maxWaitMs}; then the answer is ours, where it can be. */
  hurry(request: FastifyRequest, reply: FastifyReply): void;
  /** The answer of our own instead of a fault of the server. @returns whether it was given */
  instead(request: FastifyRequest, reply: FastifyReply): Promise<boolean>;
  /** The server's own answer, in which films of ours lead to us. */
  send(request: FastifyRequest, reply: FastifyReply, body: Readable): Promise<unknown>;
}

/** Kodi waits for 5 seconds, and the server has to be asked who may see the film (facts/gateway 4). */
const maxWaitMs = 2000;
/** The profile of an app has some 10 KB. What is longer is passed on unread. */
const maxBodyBytes = 256 * 1024;
/** A larger answer is taken apart piece by piece: a source with its tracks has some 5 KB, and 1 MB takes 40 ms to read. */
const maxAnswerBytes = 1024 * 1024;
/** What is larger still is passed on without our addresses. */
const maxLargeBytes = 16 * 1024 * 1024;
const pieceBytes = 64 * 1024;
/** A proxy before a server that is down, or the server while it starts. */
const isAway = (status: number) => [502, 503, 504].includes(status);

export function createPlaybackAnswers(
  gateway: Gateway,
  { clock, log }: Bridge,
  reports: Pick<HeldReports, 'hold'>,
): PlaybackAnswers {
  function askedBy(request: FastifyRequest): AskedPlaybackInfo | undefined {
    const { kind, wish, gatewayUrl } = request;
    if (kind.is !== 'playbackInfo' || wish === undefined) return undefined;
    const credentials = readCredentials(request.headers, queryOf(request));
    return { itemId: kind.itemId, credentials, gatewayUrl, wish };
  }

  async function own(
    request: FastifyRequest,
    reply: FastifyReply,
    { isAway, signal }: { isAway: boolean; signal: AbortSignal },
  ): Promise<boolean> {
    const asked = askedBy(request);
    if (!asked || !['GET', 'POST'].includes(request.method)) return false;
    const text = await gateway.ownPlaybackInfo(asked, signal, !isAway);
    const isLate = !isAway && request.isAnswered;
    if (text === undefined || isLate || reply.sent || reply.raw.destroyed) return false;
    // A server that is away looks into nothing.
    if (!isAway) request.isLookedInto = reports.hold(asked.itemId, asked.credentials.token);
    forget(reply);
    reply.code(200).type('application/json; charset=utf-8').header('cache-control', 'no-store');
    reply.send(gateway.mask.whole(Buffer.from(text)));
    return true;
  }

  const playback: PlaybackAnswers = {
    async read(request) {
      const { body } = request;
      let told: unknown;
      if (body instanceof Readable) {
        const read = await readUpTo(body, maxBodyBytes);
        request.body = 'text' in read ? read.text : read.rest;
        if (!('text' in read)) return;
        told = jsonOf(read.text);
        // Of a body that cannot be read here nothing is known.
        if (told === undefined && read.text.length > 0) return;
      }
      request.wish = readWish(queryOf(request), told as never);
    },

    hurry(request, reply) {
      const over = new AbortController();
      reply.raw.once('close', () => over.abort());
      clock
        .sleep(maxWaitMs, over.signal)
        .then(() => own(request, reply, { isAway: false, signal: over.signal }))
        .then((isOurs) => {
          if (isOurs) log.debug({ server: gateway.setting.url }, 'a slow answer to PlaybackInfo was our own');
        })
        .catch((error: unknown) => {
          if (!over.signal.aborted) log.warn({ err: error }, 'no answer of our own to PlaybackInfo');
        });
    },

    async instead(request, reply) {
      return own(request, reply, { isAway: true, signal: whenGone(reply) });
    },

    async send(request, reply, body) {
      request.isAnswered = true;
      if (isAway(reply.statusCode) && (await playback.instead(request, reply))) return drop(body);
      const asked = askedBy(request) ?? blind(request);
      const isAnswer = reply.statusCode === 200 && request.method !== 'HEAD' && isPlainJson(reply);
      if (!asked || !isAnswer) return sendMasked(reply, body, gateway.mask);
      const read = await readUpTo(body, maxLargeBytes);
      if (!('text' in read)) return sendMasked(reply, read.rest, gateway.mask);
      if (read.text.length > maxAnswerBytes) {
        const pieces = await gateway.showLargePlaybackInfo(read.text, asked);
        if (pieces) reply.removeHeader('content-length').removeHeader('etag');
        return sendMasked(reply, Readable.from(pieces ?? inPieces(read.text)), gateway.mask);
      }
      const shown = await gateway.showPlaybackInfo(read.text.toString('utf8'), asked);
      if (shown === undefined) return reply.send(gateway.mask.whole(read.text));
      return reply
        .removeHeader('content-length')
        .removeHeader('etag')
        .send(gateway.mask.whole(Buffer.from(shown)));
    },
  };
  return playback;

  /** Of an app whose profile could not be read nothing is decided but where the bytes are. */
  function blind(request: FastifyRequest): AskedPlaybackInfo | undefined {
    request.wish = { ...readWish(queryOf(request), undefined), wantsDirectPlay: false };
    return askedBy(request);
  }
}

/** To be looked through in turns of the event loop. */
function* inPieces(text: Buffer): Generator<Buffer> {
  for (let at = 0; at < text.length; at += pieceBytes) yield text.subarray(at, at + pieceBytes);
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
