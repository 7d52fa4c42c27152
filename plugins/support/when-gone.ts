import type { FastifyReply } from 'fastify';
import { BridgeError } from '../../src/core/errors.ts';

/** Aborts when the player closes its connection before the answer is complete. */
export function whenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const leave = () => gone.abort(new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'the player has gone' }));
  if (reply.raw.destroyed) leave();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) leave();
  });
  return gone.signal;
}
