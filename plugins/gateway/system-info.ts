import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { basePathOf } from '../../src/edge/base-path.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import { showSystemInfo } from '../../src/gateway/system-info.ts';
import { readUpTo } from './bodies.ts';

/** That of a server with hundreds of addresses and installations; what is larger is passed on. */
const maxBytes = 256 * 1024;

/**
 * Passes on what a server says of itself, with the gateway as the app reached it in the place of its own addresses.
 * Anything but a whole answer in JSON is passed on as it is.
 */
export async function sendSystemInfo(
  { seen, method }: FastifyRequest,
  reply: FastifyReply,
  body: Readable,
  { setting }: Pick<Gateway, 'setting'>,
): Promise<unknown> {
  const isJson = /^application\/json\b/i.test(String(reply.getHeader('content-type') ?? ''));
  const isPlain = String(reply.getHeader('content-encoding') ?? 'identity') === 'identity';
  if (reply.statusCode !== 200 || method === 'HEAD' || !isJson || !isPlain) return reply.send(body);
  const read = await readUpTo(body, maxBytes);
  if (!('text' in read)) return reply.send(read.rest);
  const gatewayUrl = `${seen.protocol}://${seen.host}${basePathOf(setting.url)}`;
  const shown = showSystemInfo(read.text.toString('utf8'), gatewayUrl);
  if (shown === undefined) return reply.send(read.text);
  return reply.removeHeader('content-length').removeHeader('etag').send(shown);
}
