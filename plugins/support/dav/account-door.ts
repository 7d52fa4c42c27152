import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { minuteMs } from '../../../src/core/durations.ts';

/** Where the account is written to. */
export const accountDoor = '/dav/account';

/** Nothing came of a body for so long. */
const stallMs = minuteMs;

/**
 * Lets bodies of films come in: Node would end each request after a minute, however it comes along. Everything else has
 * its minute still, and a body of which nothing comes ends too. Who asks first whether to send a body is told by the
 * route, when it is known that it may.
 */
export function admitUploads(app: FastifyInstance): void {
  const { server } = app;
  const { basePath } = app.bridge;
  const isUpload = ({ method, url = '' }: IncomingMessage) =>
    method === 'PUT' &&
    [`${accountDoor}/`, `${basePath}${accountDoor}/`].some((door) => url.startsWith(door));
  server.requestTimeout = 0;
  server.on('checkContinue', (request, response) => {
    if (!isUpload(request)) response.writeContinue();
    server.emit('request', request, response);
  });
  server.on('request', (request: IncomingMessage) => {
    if (request.complete) return;
    if (isUpload(request)) {
      // At the request, not at its socket: that one lives on, and would gather listeners.
      request.setTimeout(stallMs, () => request.socket.destroy());
      return;
    }
    const timer = setTimeout(() => {
      if (!request.complete) request.socket.destroy();
    }, minuteMs).unref();
    request.once('close', () => clearTimeout(timer));
  });
}
