import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { ErrorCode } from '../../src/errors.ts';
import { withoutSecrets } from '../../src/redact.ts';

declare module 'fastify' {
  interface FastifyRequest {
    errorCode: ErrorCode | '';
    /** How a file was delivered: `redirect`, `proxy`, `head`, ... */
    delivery: string;
  }
}

/** One line per request, when its answer is over. */
export const requestLog = fp(
  async (app: FastifyInstance) => {
    const { log } = app.bridge;
    app.decorateRequest('errorCode', '');
    app.decorateRequest('delivery', '');
    app.addHook('onResponse', (request, reply, done) => {
      log.info(
        {
          method: request.method,
          url: withoutSecrets(decoded(request.raw.url ?? '')).slice(0, 500),
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime * 10) / 10,
          ip: request.ip,
          agent: request.headers['user-agent']?.slice(0, 200),
          range: request.headers.range?.slice(0, 60),
          delivery: request.delivery || undefined,
          code: request.errorCode || undefined,
        },
        'request',
      );
      done();
    });
  },
  { name: 'request-log', dependencies: ['bridge'] },
);

/** Escapes could hide a signature from the one who takes it out. */
function decoded(url: string): string {
  if (!url.includes('%')) return url;
  try {
    return decodeURIComponent(url);
  } catch {
    return url.replace(/%[0-9a-f]{0,2}/gi, '?');
  }
}
