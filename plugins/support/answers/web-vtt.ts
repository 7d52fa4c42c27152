import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CatalogFile } from '../../../src/catalog/account/files.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { weighConditions } from '../../../src/delivery/policy/conditions.ts';
import { isWebVttSource, webVttBytes } from '../../../src/views/web-vtt.ts';
import { endWhereStalled } from '../waiting.ts';

/** Whether a subtitle is asked for under a name that ends in `.vtt`: as browsers read it. */
export function isAskedAsWebVtt(file: Pick<CatalogFile, 'name'>, name: string): boolean {
  return /\.vtt$/i.test(name) && !/\.vtt$/i.test(file.name) && isWebVttSource(file.name);
}

/**
 * Sends the copy that is kept of a subtitle as WebVTT. The host is not asked: what lies beside a film is here after a sync.
 * @throws BridgeError BRIDGE_NOT_FOUND where there is no copy (yet), BRIDGE_PRECONDITION
 */
export async function sendWebVtt(
  app: FastifyInstance,
  file: CatalogFile,
  { method, headers }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { sideCars } = app.bridge;
  const copy = await sideCars.find(file);
  if (copy?.form !== 'text')
    throw new BridgeError('BRIDGE_NOT_FOUND', { detail: 'no copy of this subtitle is kept' });
  const { body, etag } = await webVttBytes(file.name, await sideCars.read(file));
  reply.type('text/vtt; charset=utf-8').header('etag', etag).header('cache-control', 'no-cache');
  const condition = weighConditions(headers, { etag, lastModified: undefined });
  if (condition === 412) throw new BridgeError('BRIDGE_PRECONDITION');
  if (condition === 304) return reply.code(304).send();
  if (method === 'HEAD') return reply.header('content-length', String(body.length)).send();
  endWhereStalled(reply);
  return reply.send(body);
}
