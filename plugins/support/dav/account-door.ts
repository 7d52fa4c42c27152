import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { minuteMs } from '../../../src/core/durations.ts';

/** Where the account is written to. */
export const accountDoor = '/dav/account';

/** Where bodies of films come in. */
const bodyDoors: readonly { methods: readonly string[]; doors: readonly string[]; speaksTus?: boolean }[] = [
  { methods: ['PUT'], doors: [`${accountDoor}/`, '/dav/files/', '/dav/uploads/'] },
  { methods: ['POST', 'PATCH'], doors: [`${accountDoor}/`, '/dav/tus/', '/api/v1/uploads'], speaksTus: true },
];

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
  const isUpload = ({ method = '', url = '', headers }: IncomingMessage) =>
    bodyDoors.some(
      ({ methods, doors, speaksTus }) =>
        methods.includes(method) &&
        doors.some((door) => url.startsWith(door) || url.startsWith(basePath + door)) &&
        (!speaksTus || headers['tus-resumable'] !== undefined),
    );
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
    // What has no body is all here.
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    if (length === undefined && coding === undefined) return;
    const timer = setTimeout(() => {
      if (!request.complete) request.socket.destroy();
    }, minuteMs).unref();
    request.once('close', () => clearTimeout(timer));
  });
}
