import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import { createBoundedCache } from '../../../src/core/bounded-cache.ts';
import { ServerResponse } from '../../../src/core/http/http.ts';
import { streamPrefix } from '../../../src/delivery/address.ts';
import { CountedAnswer } from './counted-answer.ts';

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** Whoever has such an address may read it from any page: its signature is the key, and no password goes with it. */
const signedPrefix = `${streamPrefix}/`;

/** What a page of another origin may know of an answer beside its bytes (Fetch standard, section 3.2). */
const forPages = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Content-Range, Content-Length, Accept-Ranges',
};

/** What an OPTIONS of a signed address tells a page before it asks with a header of its own. */
export const preflight: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'GET, HEAD, OPTIONS',
  'access-control-allow-headers': 'Range, If-Range',
  'access-control-max-age': '86400',
};

/**
 * An answer of the server, whoever writes it: a route, a plugin, an error, or Node itself before any of them. The
 * headers that stand on every answer are put on here, in the moment in which it is sent.
 */
export class ServerAnswer<Request extends IncomingMessage = IncomingMessage> extends CountedAnswer<Request> {
  /** Lines of the head that are written already, each with its end. Not initialised: an answer is made for each redirect. */
  declare prepared?: string;

  /** How Node puts a head together, line after line behind the first; not in its documents. */
  _storeHeader(firstLine: string, headers: unknown): void {
    storeHeader?.call(this, this.prepared === undefined ? firstLine : firstLine + this.prepared, headers);
  }

  /**
   * Sends a player on to where its film is, at once and past the framework: every redirect to a link at hand goes this
   * way, on which nothing is made anew and no header looked at one by one.
   */
  sendOn(location: string, cacheControl: string): void {
    const lines = linesToward(location);
    if (storeHeader && lines) {
      this.statusCode = 302;
      storeHeader.call(this, `HTTP/1.1 302 Found\r\n${lines}cache-control: ${cacheControl}\r\n`, withoutBody);
    } else {
      super.writeHead(302, { location, 'cache-control': cacheControl, ...withoutBody, ...signed });
    }
    this.end();
  }

  override writeHead(status: number, reason?: string | Headers, headers?: Headers): this {
    const ours = alwaysSent(this.req.url ?? '');
    if (isObject(reason)) return super.writeHead(status, Object.assign(reason, ours));
    const given = typeof reason === 'object' ? reason : headers;
    const words = typeof reason === 'string' ? [reason] : [];
    if (given !== undefined && !Array.isArray(given))
      return super.writeHead(status, ...(words as [string]), Object.assign(given, ours));
    // Bytes of a film: what stands on all of them is written already, and no route of theirs says anything of it.
    if (storeHeader && ours === signed) this.prepared = linesOfFilm;
    else for (const [name, value] of Object.entries(ours)) this.setHeader(name, value as string);
    return super.writeHead(status, ...(words as [string]), given);
  }
}

/** What stands on the bytes of a film, or on the way to them, at whatever address its key is part of. */
export const ofFilm: Readonly<Record<string, string>> = {
  ...forPages,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

const linesOfFilm = Object.entries(ofFilm)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

const withoutBody: OutgoingHttpHeaders = { 'content-length': '0' };

/** What Node need not look at: nothing in it ends a line. */
const plainText = /^[!-~]{1,4000}$/;

/** A film is asked for again and again while its link lives. */
const waysKnown = createBoundedCache<string, string>(500);

/** The lines of a redirect to there. @returns undefined where Node has to look at it */
function linesToward(location: string): string | undefined {
  const known = waysKnown.get(location);
  if (known !== undefined) return known;
  if (!plainText.test(location)) return undefined;
  const lines = `${linesOfFilm}location: ${location}\r\n`;
  waysKnown.set(location, lines);
  return lines;
}

type StoreHeader = (this: unknown, firstLine: string, headers: unknown) => void;
/** Absent from a Node that does it otherwise: then the headers go the usual way. */
const storeHeader = Reflect.get(ServerResponse.prototype, '_storeHeader') as StoreHeader | undefined;

const plain: OutgoingHttpHeaders = { 'x-content-type-options': 'nosniff' };
const signed: OutgoingHttpHeaders = ofFilm;

function alwaysSent(url: string): OutgoingHttpHeaders {
  return url.startsWith(signedPrefix) ? signed : plain;
}

function isObject(headers: string | Headers | undefined): headers is OutgoingHttpHeaders {
  return typeof headers === 'object' && !Array.isArray(headers);
}
