import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { answered, type Exchange } from '../endpoints.ts';

/** Proxies on the way close what is silent for a minute: so many turns without news, and a line for nobody goes out. */
const silentTurns = 15;

/**
 * Answers with events for as long as somebody looks on.
 * @param turns texts of events, about one each second; an empty one where there is nothing new
 */
export function answerLive(
  app: FastifyInstance,
  { request, reply, gone, keep }: Exchange,
  turns: (gone: AbortSignal) => AsyncGenerator<string>,
): typeof answered {
  // Who logs out sees nothing more, also of what was begun before.
  const byLogIn = request.headers.authorization === undefined && app.sessionOf(request) !== undefined;
  const mayGoOn = () => !byLogIn || app.sessionOf(request) !== undefined;

  async function* texts(): AsyncGenerator<string> {
    let silent = 0;
    try {
      for await (const text of turns(gone)) {
        if (!mayGoOn()) return;
        silent = text === '' ? silent + 1 : 0;
        if (text !== '') yield text;
        else if (silent % silentTurns === 0) yield ': still there\n\n';
      }
    } catch (error) {
      if (!gone.aborted) throw error;
    }
  }

  const stream = Readable.from(texts(), { objectMode: false });
  stream.on('error', (error) => app.bridge.log.debug({ err: error }, 'events ended'));
  keep(new Promise<void>((resolve) => stream.once('close', resolve)));
  // A proxy that gathers answers before it passes them on would keep them all.
  reply.header('x-accel-buffering', 'no').type('text/event-stream').send(stream);
  return answered;
}

/** Whether events are wanted in the place of one answer. */
export function wantsEvents({ headers, method }: Exchange['request']): boolean {
  return method === 'GET' && headers.accept?.includes('text/event-stream') === true;
}
