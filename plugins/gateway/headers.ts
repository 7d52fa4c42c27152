import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { header } from '../../src/core/http/headers.ts';
import { canonicalAddress } from '../../src/edge/caller.ts';

/** RFC 9110 section 7.6.1: for one connection alone, never passed on. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const forwarding = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-real-ip', 'forwarded'];

/** Who asks, and where that app has found us: what a media server is told of its client. */
export interface SeenRequest {
  address: string;
  protocol: 'http' | 'https';
  host: string;
}

/** What a proxy of ours says of the address that it was asked at counts; nobody else's word does. */
export function seenBy({
  caller,
  raw,
  headers,
}: Pick<FastifyRequest, 'caller' | 'raw' | 'headers'>): SeenRequest {
  const peer = canonicalAddress(raw.socket.remoteAddress ?? '') ?? '';
  const isProxied = caller.address !== peer && !caller.isForwarder;
  const told = (name: string) => (isProxied ? header(headers, name)?.split(',')[0]?.trim() : undefined);
  const isSecure = 'encrypted' in raw.socket || told('x-forwarded-proto') === 'https';
  return {
    address: caller.address || peer,
    protocol: isSecure ? 'https' : 'http',
    host: told('x-forwarded-host') ?? headers.host ?? 'localhost',
  };
}

/**
 * What is asked of the media server: as the app asked, and who that is.
 * @param seen undefined where the server does not know us as a proxy: then nothing is said of others
 */
export function requestHeaders(
  seen: SeenRequest | undefined,
  headers: IncomingHttpHeaders,
): IncomingHttpHeaders {
  const passed: IncomingHttpHeaders = { ...headers };
  for (const name of hopByHop) if (name !== 'transfer-encoding') delete passed[name];
  // The body is on its way already, and undici knows no such thing.
  delete passed.expect;
  delete passed['http2-settings'];
  // What an app says of itself is not ours to vouch for.
  for (const name of forwarding) delete passed[name];
  if (seen) {
    passed['x-forwarded-for'] = seen.address;
    passed['x-forwarded-proto'] = seen.protocol;
    passed['x-forwarded-host'] = seen.host;
  }
  return passed;
}

/**
 * What the app is answered with; the server's own address in a redirect becomes ours.
 * @param origin of the server: scheme, name and port
 */
export function answerHeaders(headers: IncomingHttpHeaders, origin: string): IncomingHttpHeaders {
  const passed: IncomingHttpHeaders = { ...headers };
  const named = (headers.connection ?? '').toLowerCase().split(',');
  for (const name of [...hopByHop, ...named]) delete passed[name.trim()];
  if (passed.location?.startsWith(`${origin}/`)) passed.location = passed.location.slice(origin.length);
  return passed;
}
