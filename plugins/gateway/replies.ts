import type { FastifyReply, FastifyRequest } from 'fastify';

/** The address of a request without its query. */
export function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '';
}

export function queryOf({ url }: FastifyRequest): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : url.slice(at + 1));
}

/** What the server said of its own answer is not true of ours. */
export function forget(reply: FastifyReply): void {
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
}

/** An answer of which the text can be read as it is. */
export function isPlainJson(reply: FastifyReply): boolean {
  const encoding = String(reply.getHeader('content-encoding') ?? 'identity');
  return (
    encoding === 'identity' && /^application\/json\b/i.test(String(reply.getHeader('content-type') ?? ''))
  );
}
