import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import { BridgeError, type ErrorCode } from '../../src/core/errors.ts';
import { errorReply } from './errors.ts';

/** What Node could not read as a request, by its code. */
const byCode: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'BRIDGE_SLOW_REQUEST',
  HPE_HEADER_OVERFLOW: 'BRIDGE_HEADERS_TOO_LARGE',
};

/** Answers what is no request, in the form of every other error; there is no request yet that a route could answer. */
export function answerUnreadable(error: ConnectionError, socket: Socket): void {
  if (error.code !== 'ECONNRESET' && socket.writable) {
    const body = errorReply(new BridgeError(byCode[error.code] ?? 'BRIDGE_BAD_REQUEST'));
    const text = JSON.stringify(body);
    socket.write(
      `HTTP/1.1 ${body.statusCode} ${body.error}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(text)}\r\nCache-Control: no-store\r\n` +
        `X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${text}`,
    );
  }
  socket.destroy(error);
}
