import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Endpoint, Given } from '../../src/api/endpoint.ts';
import { answered, type Exchange, isOfLeaving } from './endpoints.ts';
import { errorReply, toBridgeError } from './errors.ts';
import { createEventFeed, type EventFeed } from './event-feed.ts';

/** Work of which something is told before it is done. */
export interface ToldWork<E extends Endpoint> {
  /** What the log says where it fails in a way that nobody foresaw. */
  failed: string;
  /** @param put tells an event; nobody hears it where the result alone was asked for */
  run(put: EventFeed<E>['put']): Promise<Given<E>>;
}

/** Answers with the result, or where events are asked for with each as it comes, and `result` or `error` as the last. */
export async function toldAsEvents<E extends Endpoint>(
  { bridge }: FastifyInstance,
  endpoint: E,
  { request, reply, keep, gone }: Exchange,
  { failed, run }: ToldWork<E>,
): Promise<Given<E> | typeof answered> {
  if (!request.headers.accept?.includes('text/event-stream')) return run(() => undefined);
  const feed = createEventFeed(endpoint, bridge.clock);
  reply.type('text/event-stream').send(Readable.from(feed.texts(), { objectMode: false }));
  // Each endpoint that tells has both, which no type can say of all of them.
  const put = feed.put as (event: string, data: unknown) => void;
  const told = run(feed.put)
    .then((result) => put('result', result))
    .catch((error: unknown) => {
      if (isOfLeaving(error, gone)) return bridge.log.debug({ err: error }, 'whoever waited has left');
      const known = toBridgeError(error);
      if (known.code === 'BRIDGE_INTERNAL') bridge.log.error({ err: error }, failed);
      put('error', errorReply(known));
    })
    .finally(() => feed.end());
  keep(told);
  return answered;
}
