import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { ErrorCode } from '../../src/core/errors.ts';
import { unescaped } from '../../src/core/http/unescaped.ts';
import type { FileId } from '../../src/core/ids.ts';
import { withoutSecrets } from '../../src/core/log/redact.ts';
import type { PlainFields } from '../../src/core/log.ts';
import { streamPrefix } from '../../src/delivery/address.ts';
import type { Client } from '../../src/delivery/policy/client.ts';
import { traceContextOf } from '../../src/edge/trace-context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    errorCode: ErrorCode | '';
    /** What was wrong with what was sent, where that was said. */
    refusedFor: string;
    /** How a file was delivered: `redirect`, `proxy`, `head`, ... */
    delivery: string;
    /** Who asks for a file. */
    client: Client;
    /** The play that the request belongs to, and the rule that decided how it is delivered. */
    play: string;
    rule: string;
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route writes its line itself, and looks at `refusal` itself: the hot path goes without hooks. */
    bypassHooks?: boolean;
    /** Asked every few seconds by whoever watches over us: its line is for `debug`. */
    isHealthCheck?: boolean;
  }
  interface FastifyInstance {
    /** Writes the line of a request whose answer is over, or as good as over. */
    logRequest(request: FastifyRequest, reply: FastifyReply): void;
    /** The same for one that the framework does not see. @param ms that its answer took */
    logAnswer(request: LoggedRequest, url: string, status: number, ms: number): void;
  }
}

/** What the line of a request tells, beside its address and its answer. */
export type LoggedRequest = Pick<
  FastifyRequest,
  'method' | 'headers' | 'caller' | 'delivery' | 'rule' | 'play' | 'errorCode' | 'refusedFor'
>;

/** One line per request, when its answer is over. */
export const requestLog = fp(
  async (app: FastifyInstance) => {
    const { log } = app.bridge;
    app.decorateRequest('errorCode', '');
    app.decorateRequest('refusedFor', '');
    app.decorateRequest('delivery', '');
    app.decorateRequest('play', '');
    app.decorateRequest('rule', '');
    app.decorateRequest('client');
    app.decorate('logAnswer', (request: LoggedRequest, url: string, status: number, ms: number) => {
      log.plain(factsOf(request, url, status, ms), 'request');
    });
    app.decorate('logRequest', (request: FastifyRequest, reply: FastifyReply) => {
      log.plain(factsOfReply(request, reply), 'request');
    });
    app.addHook('onRoute', (route) => {
      if (route.config?.bypassHooks) return;
      const own = route.onResponse === undefined ? [] : [route.onResponse].flat();
      const write = route.config?.isHealthCheck
        ? (request: FastifyRequest, reply: FastifyReply) => log.debug(factsOfReply(request, reply), 'request')
        : app.logRequest;
      route.onResponse = [
        ...own,
        (request, reply, done) => {
          write(request, reply);
          done();
        },
      ];
    });
  },
  { name: 'request-log', dependencies: ['bridge', 'who-asks'] },
);

function factsOfReply(request: FastifyRequest, reply: FastifyReply): PlainFields {
  return factsOf(request, shownUrl(request), reply.raw.statusCode, reply.elapsedTime);
}

function factsOf(request: LoggedRequest, url: string, status: number, ms: number): PlainFields {
  // Not spread: few requests have one, and a redirect counts its microseconds.
  const context = traceContextOf(request.headers.traceparent);
  return {
    method: request.method,
    url,
    status,
    ms: Math.round(ms * 10) / 10,
    ip: request.caller.address || undefined,
    agent: request.headers['user-agent']?.slice(0, 200),
    range: request.headers.range?.slice(0, 60),
    delivery: request.delivery || undefined,
    rule: request.rule || undefined,
    play: request.play || undefined,
    code: request.errorCode || undefined,
    why: request.refusedFor || undefined,
    trace: context?.trace,
    span: context?.span,
  };
}

interface StreamParams {
  fileId?: FileId;
  signature?: string;
  '*'?: string;
}

/** What was asked for, for a line about one request: a film by its name, everything else by its address. */
export function asked(request: FastifyRequest): { name: string } | { url: string } {
  const { signature, '*': name } = request.params as StreamParams;
  return signature === undefined || name === undefined ? { url: shownUrl(request) } : { name };
}

/** The address of a request without what is secret in it: put together from its parts where the router has taken it apart. */
export function shownUrl({ params, raw }: Pick<FastifyRequest, 'params' | 'raw'>): string {
  const { fileId, signature, '*': name } = params as StreamParams;
  if (signature !== undefined) return shownStreamUrl(fileId, name);
  return withoutSecrets(plainUrl(raw.url ?? '')).slice(0, 500);
}

/** The address of a file without its signature. */
export function shownStreamUrl(fileId: FileId | undefined, name: string | undefined): string {
  return `${streamPrefix}/${fileId}/***/${name}`.slice(0, 500);
}

/** Escapes could hide a signature from the one who takes it out. */
function plainUrl(url: string): string {
  return unescaped(url) ?? url.replace(/%[0-9a-f]{0,2}/gi, '?');
}
