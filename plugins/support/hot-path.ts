import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { createBoundedCache } from '../../src/core/bounded-cache.ts';
import { unescaped } from '../../src/core/http/unescaped.ts';
import { type FileId, toFileId } from '../../src/core/ids.ts';
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
  /** As they were asked for. Only where the signature is right: who makes one up fills nothing. */
  const addresses = createBoundedCache<string, Address>(maxKnown);

  function answered(raw: IncomingMessage, response: ServerAnswer): boolean {
    const begin = performance.now();
    const { url = '' } = raw;
    const known = addresses.get(url);
    const address = known ?? (url.length > maxUrl ? undefined : addressOf(app.routedUrl(url)));
    if (!address || app.stopping.now || !signer.verify(address.fileId, address.signature)) return false;
    if (!known && url.length <= maxKnownUrl) addresses.set(url, address);
    const file = catalog.files.cachedById(address.fileId);
    if (!file || isAskedAsWebVtt(file, address.name)) return false;
    const request = new HotRequest(raw, app.callerOf(raw));
    const decision = decideFor(file, request);
    if (!deliverNow(file, decision, request, response)) return false;
    app.logAnswer(request, address.shown, 302, performance.now() - begin);
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

/** A player asks for one address again and again; what it says is read out of it once. */
const maxKnown = 1000;
/** Longer ones are read each time, so that they take no room. */
const maxKnownUrl = 1000;

interface Address {
  fileId: FileId;
  signature: string;
  name: string;
  /** As the log shows it. */
  shown: string;
}

const start = `${streamPrefix}/`;

/** `/stream/<fileId>/<signature>/<name>` as it is written into STRM files. @returns undefined for everything else */
function addressOf(url: string): Address | undefined {
  if (!url.startsWith(start)) return undefined;
  const idEnd = url.indexOf('/', start.length);
  const signatureEnd = url.indexOf('/', idEnd + 1);
  if (idEnd < 0 || signatureEnd < 0 || signatureEnd + 1 === url.length) return undefined;
  const escaped = url.slice(signatureEnd + 1);
  if (/[?#;]/.test(escaped)) return undefined;
  const name = unescaped(escaped);
  if (name === undefined) return undefined;
  const fileId = toFileId(url.slice(start.length, idEnd));
  return { fileId, signature: url.slice(idEnd + 1, signatureEnd), name, shown: shownStreamUrl(fileId, name) };
}
