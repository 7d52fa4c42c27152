import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type SaidSentence, saidIn } from '../../src/api/words/said.ts';
import { BridgeError, type ErrorCode, errorTable, isBridgeError } from '../../src/core/errors.ts';
import { STATUS_CODES } from '../../src/core/http/http.ts';
import { withoutSecrets } from '../../src/core/log/redact.ts';
import { traceContextOf } from '../../src/edge/trace-context.ts';
import { asked, shownUrl } from './request-log.ts';

/** The form of every error that leaves over HTTP. Holds no secret, no stack and no direct link. */
export interface ErrorReply {
  statusCode: number;
  code: ErrorCode;
  /** The status in words. */
  error: string;
  message: string;
  /** What is special about this one, by the codes of its sentences. */
  said?: SaidSentence[];
  /** What to do, where it is known better than the table of errors says it. */
  remedy?: string;
  remedySaid?: SaidSentence[];
}

/** The body for an error of ours. */
export function errorReply(error: BridgeError): ErrorReply {
  const { message, remedy } = errorTable[error.code];
  const own = error.message.startsWith(`${message}: `)
    ? error.message.slice(message.length + 2)
    : error.message;
  return {
    statusCode: error.status,
    code: error.code,
    error: STATUS_CODES[error.status] ?? 'Error',
    message: error.message,
    ...(error.message !== message && { said: saidIn(own) }),
    ...(error.remedy !== remedy && { remedy: error.remedy, remedySaid: saidIn(error.remedy) }),
  };
}

/** What Fastify itself refuses, by its status, in our words. */
const byStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'BRIDGE_BAD_REQUEST',
  401: 'BRIDGE_UNAUTHORIZED',
  404: 'BRIDGE_NOT_FOUND',
  405: 'BRIDGE_METHOD',
  413: 'BRIDGE_TOO_LARGE',
  414: 'BRIDGE_URI_TOO_LONG',
  415: 'BRIDGE_BAD_REQUEST',
  431: 'BRIDGE_HEADERS_TOO_LARGE',
};

const isNoJson = 'the body is no JSON';

/** What Fastify finds wrong with a body before anything reads it. */
const ofTheBody: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'the body must be JSON, sent with content-type: application/json',
  FST_ERR_CTP_INVALID_JSON_BODY: isNoJson,
  FST_ERR_CTP_EMPTY_JSON_BODY: 'the body is empty, and content-type says that it is JSON',
};

/** What is not known yet is no fault: mounts and health checks ask again and again until it is. */
const expected: readonly ErrorCode[] = ['BRIDGE_NOT_INDEXED', 'BRIDGE_NOT_READY', 'BRIDGE_NOT_SET_UP'];

/** What went wrong, as an error of ours. */
export function toBridgeError(error: unknown): BridgeError {
  if (isBridgeError(error)) return error;
  const { code: theirs, statusCode } = error as FastifyError;
  const code = byStatus[statusCode ?? 500];
  const detail = ofTheBody[theirs];
  return new BridgeError(code ?? 'BRIDGE_INTERNAL', {
    ...(detail !== undefined && { detail }),
    cause: error,
  });
}

const ofTheFile = ['etag', 'last-modified', 'accept-ranges', 'content-range', 'content-disposition'];

/** Sends an error of ours; `Retry-After` (whole seconds, rounded up) when it is known when to come back. */
export function sendError(reply: FastifyReply, error: BridgeError, now: number): FastifyReply {
  // What was said of the file is not true of this answer.
  if (error.status >= 500) for (const name of ofTheFile) reply.removeHeader(name).raw.removeHeader(name);
  if (error.retryAt !== undefined)
    reply.header('retry-after', String(Math.max(1, Math.ceil((error.retryAt - now) / 1000))));
  else if (error.status === 503) reply.header('retry-after', '5');
  return reply
    .code(error.status)
    .header('cache-control', 'no-store')
    .type('application/json')
    .send(JSON.stringify(errorReply(error)));
}

/** Refusals from before the router: an address that cannot be decoded. No hook sees them, so the line is written here. */
export function frameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { method, headers, raw, server } = request;
  const known = toBridgeError(error);
  const line = {
    method,
    headers,
    caller: server.callerOf(raw),
    delivery: '',
    rule: '',
    play: '',
    refusedFor: '',
  };
  const url = shownUrl({ params: {}, raw });
  reply.raw.once('close', () =>
    server.logAnswer({ ...line, errorCode: known.code }, url, known.status, reply.elapsedTime),
  );
  sendError(reply, known, server.bridge.clock.now());
}

/** One error handler for all routes, and the answer for addresses that are none. */
export const errors = fp(
  async (app: FastifyInstance) => {
    const { clock, log } = app.bridge;

    app.setErrorHandler((error, request, reply) => {
      // Nobody is there to read it.
      if (reply.raw.destroyed) return;
      const known = toBridgeError(error);
      const facts = {
        err: error,
        code: known.code,
        method: request.method,
        ...asked(request),
        ...traceContextOf(request.headers.traceparent),
      };
      if (known.code === 'BRIDGE_INTERNAL') log.error(facts, 'a request failed inside');
      else if (known.status >= 500 && !expected.includes(known.code))
        log.warn(facts, errorTable[known.code].message);
      request.errorCode = known.code;
      if (known.code === 'BRIDGE_BAD_REQUEST')
        request.refusedFor = withoutSecrets(known.message).slice(0, 300);
      sendError(reply, known, clock.now());
    });

    app.setNotFoundHandler((request, reply) => {
      const error = app.refusal(request) ?? new BridgeError('BRIDGE_NOT_FOUND');
      request.errorCode = error.code;
      reply.raw.once('close', () => app.logRequest(request, reply));
      sendError(reply, error, clock.now());
    });
  },
  { name: 'errors', dependencies: ['bridge', 'request-log', 'limits'] },
);
