import type { OutgoingHttpHeaders } from 'node:http';
import { pipeline, Readable, Transform } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { BridgeError } from '../../src/core/errors.ts';
import type { AddressMask, MaskedRun } from '../../src/gateway/address-mask.ts';
import { readUpTo } from './bodies.ts';
import { encodingOf } from './encodings.ts';
import { passBytes } from './pass-bytes.ts';

/** What no address can stand in. */
const media = /^(?:image|video|audio|font)\//i;
/** Of the server's own pages, these come packed and in megabytes, and tell nothing of items. */
const ofPages = /^(?:text|application)\/(?:javascript|css|wasm)\b/i;
const texts = /^text\/|\b(?:json|xml|javascript|csv|mpegurl)\b/i;
/** A part of something smaller is taken for one of a text: a `.strm` has no type of its own. */
const maxSmallBytes = 64 * 1024;

/** So much of an encoded answer is looked through before a byte of it is sent, to send it as it came. */
const maxEncodedBytes = 128 * 1024;
const maxDecodedBytes = 2 * 1024 * 1024;

/** Whether an answer can name addresses of ours: a server tells of an item in whatever form it is asked for. */
export function mayNameAddress(reply: FastifyReply): boolean {
  const type = String(reply.getHeader('content-type') ?? '');
  const { kind } = reply.request;
  return !media.test(type) && !(kind.is === 'other' && kind.isWeb && ofPages.test(type));
}

/** Whether an answer is a part of a text, as it was asked for: an address may be cut in it. */
export function isPartOfText(reply: FastifyReply): boolean {
  const { method, headers } = reply.request;
  const isAsked = method === 'GET' && headers.range !== undefined;
  if (!isAsked || reply.statusCode !== 206 || !mayNameAddress(reply)) return false;
  const all = /\/(\d{1,15})$/.exec(String(reply.getHeader('content-range') ?? ''))?.[1];
  const isSmall = all === undefined || Number(all) <= maxSmallBytes;
  return isSmall || texts.test(String(reply.getHeader('content-type') ?? ''));
}

/** Passes on an answer without our addresses, as it is where there are none: same bytes, encoding, length and tag. */
export async function sendMasked(reply: FastifyReply, body: Readable, mask: AddressMask): Promise<unknown> {
  const encoding = encodingOf(reply.getHeader('content-encoding'));
  if (reply.request.method === 'HEAD') {
    // How long the GET is, only its body tells.
    if (encoding !== 'identity') reply.removeHeader('content-length');
    return sendBytes(reply, body);
  }
  if (encoding === undefined) return sendBytes(reply, body);
  if (encoding === 'identity') return sendBytes(reply, body, mask.begin());
  const read = await readUpTo(body, maxEncodedBytes);
  if ('text' in read) {
    const text = await encoding.decode(read.text, maxDecodedBytes).catch((error: unknown) => {
      if (isTooLarge(error)) return undefined;
      throw new BridgeError('BRIDGE_ORIGIN_DOWN', { cause: error });
    });
    if (text !== undefined) {
      const shown = mask.whole(text);
      if (shown === text) return reply.send(read.text);
      return reply.removeHeader('content-length').send(await encoding.encode(shown));
    }
  }
  const rest = 'text' in read ? Readable.from([read.text], { objectMode: false }) : read.rest;
  reply.removeHeader('content-length');
  return reply.send(joined([rest, encoding.decoder(), masking(mask), encoding.encoder()]));
}

/** Passes on an answer as it is, without the ways that Fastify has for what is its own. */
export function sendBytes(reply: FastifyReply, body: Readable, run?: MaskedRun): void {
  const { raw } = reply;
  reply.hijack();
  raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  passBytes(body, raw, { run, crowd: reply.request.crowd });
}

/** A stream that holds no address of ours any more, whatever goes through it. */
export function masking(mask: AddressMask): Transform {
  const run = mask.begin();
  return new Transform({
    transform: (piece, _encoding, done) => done(null, orNothing(run.push(piece))),
    flush: (done) => done(null, orNothing(run.end())),
  });
}

/** An empty piece would be taken for the end by some. */
const orNothing = (piece: Buffer) => (piece.length > 0 ? piece : undefined);

function joined(parts: [Readable, ...Transform[]]): Readable {
  const last = parts.at(-1) as Transform;
  // A fault on either side ends the other one, and is told by the last of them.
  pipeline(parts, () => {});
  return last;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
