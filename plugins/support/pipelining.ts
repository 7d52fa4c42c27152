import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { CountedAnswer } from './answers/counted-answer.ts';

/** Requests of one connection that may wait for their answers. A player sends the next when it has the last one's. */
const maxOfConnection = 8;

/** What node's parser calls with each request; 2 is its word for "nothing of ours follows". Not in its documents. */
interface WithParser {
  parser?: { onIncoming: () => number } | null;
}

/**
 * Ends a connection that asks for too much. The answers of those before would have to go out first: there is no way to
 * say it. What else the same piece brings is not read: 60,000 requests of 200 connections would hold the loop for a
 * second.
 */
function end(socket: Socket & WithParser): void {
  if (socket.parser) socket.parser.onIncoming = () => 2;
  socket.destroy();
}

/** Answers all of a request, or leaves it as it is. @returns whether it has answered */
export type AnswerFirst = (request: IncomingMessage, response: ServerResponse) => boolean;

declare module 'fastify' {
  interface FastifyInstance {
    /** From here on every request is asked about before the framework looks at it. One function; it never throws. */
    answerFirst(answer: AnswerFirst): void;
    /** Calls back once: when all of an answer was given away, or its connection is gone. */
    whenGivenAway(socket: Socket, response: ServerResponse, done: () => void): void;
  }
}

/**
 * What one connection may have waiting: whoever sends request after request and reads nothing loses it. The answers of
 * the server are {@link CountedAnswer}.
 */
export const pipelining = fp(
  async (app: FastifyInstance) => {
    const ofConnection = new WeakMap<Socket, Set<() => void>>();

    // In place of Fastify's own listener, not before it: a connection may bring hundreds of requests in one piece, and
    // each would be looked at although its connection is gone.
    const handlers = app.server.listeners('request') as RequestListener[];
    app.server.removeAllListeners('request');
    let answerFirst: AnswerFirst = () => false;
    app.server.on('request', (request, response) => {
      const { socket } = request;
      if ((response as CountedAnswer).count(socket) > maxOfConnection) return end(socket);
      if (answerFirst(request, response)) return;
      for (const handle of handlers) handle(request, response);
    });

    /** What is given back when the connection goes: an answer behind others is never told of that. */
    function heldOf(socket: Socket): Set<() => void> {
      const known = ofConnection.get(socket);
      if (known) return known;
      const held = new Set<() => void>();
      ofConnection.set(socket, held);
      socket.once('close', () => {
        for (const giveBack of [...held]) giveBack();
      });
      return held;
    }

    function hold(socket: Socket, response: ServerResponse, done: () => void): void {
      const held = heldOf(socket);
      const over = () => {
        if (!held.delete(over)) return;
        response.off('finish', over).off('close', over);
        done();
      };
      held.add(over);
      response.on('finish', over).on('close', over);
    }

    app.decorate('whenGivenAway', hold);
    app.decorate('answerFirst', (answer: AnswerFirst) => {
      answerFirst = answer;
    });
  },
  { name: 'pipelining' },
);
