import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { unescaped } from '../../src/core/http/unescaped.ts';
import { toFileId } from '../../src/core/ids.ts';
import { streamPrefix } from '../../src/delivery/address.ts';
import type { Client } from '../../src/delivery/policy/client.ts';
import type { Caller } from '../../src/edge/caller.ts';
import { ServerAnswer } from './answers/answer.ts';
import { isAskedAsWebVtt } from './answers/web-vtt.ts';
import type { FileRequest } from './delivery.ts';
import { maxUrl } from './limits.ts';
import type { AnswerFirst } from './pipelining.ts';
import { type LoggedRequest, shownStreamUrl } from './request-log.ts';

/** What the framework would make of a request, as far as a redirect needs it. */
class HotRequest implements FileRequest, LoggedRequest {
  readonly method = 'GET';
  readonly headers: IncomingMessage['headers'];
  readonly caller: Caller;
  declare client: Client;
  delivery = '';
  play = '';
  rule = '';
  readonly errorCode = '';
  readonly refusedFor = '';

  constructor({ headers }: IncomingMessage, caller: Caller) {
    this.headers = headers;
    this.caller = caller;
  }
}

/**
 * The hot path: a player asks for a film by the address in its STRM file, the film and a link are at hand, and the answer
 * has no body. It goes out before the framework looks at the request. Everything else, an address that is written in an
 * unusual way among it, is left to the route of `stream.ts`, which answers the same.
 */
export function createHotPath(app: FastifyInstance): AnswerFirst {
  const { catalog, signer, log } = app.bridge;
  const { decideFor, deliverNow } = app.delivery;

  function answered(raw: IncomingMessage, response: ServerAnswer): boolean {
    const begin = performance.now();
    const { url = '' } = raw;
    const parts = url.length > maxUrl || app.stopping.now ? undefined : partsOf(app.routedUrl(url));
    if (!parts) return false;
    const fileId = toFileId(parts.fileId);
    if (!signer.verify(fileId, parts.signature)) return false;
    const file = catalog.files.cachedById(fileId);
    if (!file || isAskedAsWebVtt(file, parts.name)) return false;
    const request = new HotRequest(raw, app.callerOf(raw));
    const decision = decideFor(file, request);
    if (!deliverNow(file, decision, request, response)) return false;
    app.logAnswer(request, shownStreamUrl(fileId, parts.name), 302, performance.now() - begin);
    return true;
  }

  return (raw, response) => {
    if (raw.method !== 'GET' || !(response instanceof ServerAnswer)) return false;
    try {
      return answered(raw, response);
    } catch (error) {
      // The route meets the same, and tells it; what is sent already cannot be told otherwise.
      if (response.headersSent) log.error({ err: error }, 'a request failed inside');
      return response.headersSent;
    }
  };
}

interface Parts {
  fileId: string;
  signature: string;
  name: string;
}

const start = `${streamPrefix}/`;

/** `/stream/<fileId>/<signature>/<name>` as it is written into STRM files. @returns undefined for everything else */
function partsOf(url: string): Parts | undefined {
  if (!url.startsWith(start)) return undefined;
  const idEnd = url.indexOf('/', start.length);
  const signatureEnd = url.indexOf('/', idEnd + 1);
  if (idEnd < 0 || signatureEnd < 0 || signatureEnd + 1 === url.length) return undefined;
  const escaped = url.slice(signatureEnd + 1);
  if (/[?#;]/.test(escaped)) return undefined;
  const name = unescaped(escaped);
  if (name === undefined) return undefined;
  return { fileId: url.slice(start.length, idEnd), signature: url.slice(idEnd + 1, signatureEnd), name };
}
