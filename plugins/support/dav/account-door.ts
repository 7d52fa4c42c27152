import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { minuteMs, secondMs } from '../../../src/core/durations.ts';
import { type BodyHook, createBodyTurns } from './body-turns.ts';

/** Where the account is written to. */
export const accountDoor = '/dav/account';

/** Where bodies of films come in. */
const bodyDoors: readonly { methods: readonly string[]; doors: readonly string[]; speaksTus?: boolean }[] = [
  { methods: ['PUT'], doors: [`${accountDoor}/`, '/dav/files/', '/dav/uploads/'] },
  { methods: ['POST', 'PATCH'], doors: [`${accountDoor}/`, '/dav/tus/', '/api/v1/uploads'], speaksTus: true },
];

/** So long what is still sent after the answer is read and forgotten: a connection cut at once loses the answer too. */
const lingerMs = 2 * secondMs;

declare module 'fastify' {
  interface FastifyInstance {
    bodyDoor: BodyDoor;
  }
}

/** Lets bodies that take longer than a minute come in. */
export interface BodyDoor {
  /** Behind the hook that knows who sends: counts those who do, and lets each read why he was refused. */
  enter: BodyHook;
  /** This body may take its time from now on: whoever reads it sees to it that it comes. */
  admit(request: IncomingMessage): void;
}

/**
 * Lets bodies of films come in: Node would end each request after a minute, however it comes along. Everything that no
 * route has admitted has its minute still, and what was answered before all of it came ends soon. Who asks first whether
 * to send a body is told by the route, when it is known that it may.
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
  const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>();
  const endAfter = (request: IncomingMessage, ms: number) =>
    setTimeout(() => {
      if (!request.complete) request.socket.destroy();
    }, ms).unref();

  server.requestTimeout = 0;
  server.on('checkContinue', (request, response) => {
    if (!isUpload(request)) response.writeContinue();
    server.emit('request', request, response);
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.complete) return;
    // What has no body is all here.
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    if (length === undefined && coding === undefined) return;
    timers.set(request, endAfter(request, minuteMs));
    request.once('close', () => clearTimeout(timers.get(request)));
    response.once('finish', () => {
      clearTimeout(timers.get(request));
      if (!request.complete) timers.set(request, endAfter(request, lingerMs));
    });
  });

  function linger({ socket }: IncomingMessage): void {
    socket.destroySoon = () => {
      socket.end();
      const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
      socket.once('close', () => clearTimeout(timer));
    };
  }

  const turn = createBodyTurns(app);
  app.decorate('bodyDoor', {
    enter(request, reply, done) {
      linger(request.raw);
      turn(request, reply, done);
    },
    admit: (request) => clearTimeout(timers.get(request)),
  });
}
