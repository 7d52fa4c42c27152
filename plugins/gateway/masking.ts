import type { OutgoingHttpHeaders } from 'node:http';
import { pipeline, Readable, Transform } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { BridgeError } from '../../src/core/errors.ts';
import type { AddressMask, MaskedRun } from '../../src/gateway/address-mask.ts';
import { readUpTo } from './bodies.ts';
import { encodingOf } from './encodings.ts';
import { passBytes } from './pass-bytes.ts';

/** Where addresses can stand: what a server says of its items. Films, pictures and scripts are passed by. */
const texts = /^(?:application|text)\/(?:[\w.+-]*\+)?(?:json|xml|html|plain)\b/i;

/** So much of an encoded answer is looked through before a byte of it is sent, to send it as it came. */
const maxEncodedBytes = 128 * 1024;
const maxDecodedBytes = 2 * 1024 * 1024;

/** Whether an answer of this type can name addresses of ours. */
export function isText(reply: FastifyReply): boolean {
  return texts.test(String(reply.getHeader('content-type') ?? ''));
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
