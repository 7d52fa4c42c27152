import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { minuteMs } from '../../src/core/durations.ts';
import { request as httpRequest, STATUS_CODES } from '../../src/core/http/http.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import { masking } from './masking.ts';

/** Longer the app does not wait for an answer to its wish to talk. */
const timeLimitMs = 30_000;

/** Who was switched off without a word is noticed after this, and some minutes. */
export const keepAliveMs = minuteMs;

/** Whether Node hands a request to {@link tunnel}: everything else that wants an upgrade is answered as if it did not. */
export function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Passes a WebSocket on, byte for byte: the media server sees the app's own headers, and the app the server's own
 * answer, also where that is a refusal. What ends on one side ends on the other. Of what the server says only our
 * addresses are changed, which a list of sessions may name, and so nothing is compressed on the way.
 * @param asked the headers that the server is to see
 */
export function tunnel(
  { setting, mask, addressOf }: Pick<Gateway, 'setting' | 'mask' | 'addressOf'>,
  asked: IncomingHttpHeaders,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const { protocol, hostname, port, host } = new URL(setting.url);
  const { 'sec-websocket-extensions': _compression, ...headers } = asked;
  const ask = (protocol === 'https:' ? httpsRequest : httpRequest)({
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port || undefined,
    method: 'GET',
    path: addressOf(request.url ?? '/'),
    headers: { ...headers, host },
    agent: false,
    timeout: timeLimitMs,
  });
  socket.on('error', () => ask.destroy());
  socket.once('close', () => ask.destroy());
  ask.once('timeout', () => ask.destroy(new Error('no answer')));
  ask.once('upgrade', (answer, origin, rest) => {
    origin.setTimeout(0);
    origin.setKeepAlive(true, keepAliveMs);
    socket.write(headOf(answer));
    const said = masking(mask);
    if (rest.length > 0) said.write(rest);
    if (head.length > 0) origin.write(head);
    origin.on('error', () => socket.destroy());
    origin.once('close', () => socket.destroy());
    socket.once('close', () => origin.destroy());
    origin.pipe(said).pipe(socket);
    socket.pipe(origin);
  });
  ask.once('response', (answer) => {
    socket.write(headOf(answer, { connection: 'close' }));
    answer.pipe(socket);
  });
  ask.once('error', () => {
    if (socket.writable)
      socket.end(`HTTP/1.1 502 ${STATUS_CODES[502]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    else socket.destroy();
  });
  ask.end();
}

/** The head of an answer as it came, but for what holds for that connection alone. */
function headOf(answer: IncomingMessage, instead: Record<string, string> = {}): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage ?? ''}`];
  const isUpgraded = answer.statusCode === 101;
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = answer.rawHeaders.slice(at, at + 2);
    const low = name.toLowerCase();
    // Node has taken the chunks apart already; the end of the connection is the end of the body.
    if (!isUpgraded && (low === 'transfer-encoding' || low === 'connection' || low === 'keep-alive'))
      continue;
    lines.push(`${name}: ${value}`);
  }
  for (const [name, value] of Object.entries(instead)) lines.push(`${name}: ${value}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
