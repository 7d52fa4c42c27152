import type { FastifyReply } from 'fastify';
import { BridgeError } from '../../../src/core/errors.ts';

const signals = new WeakMap<FastifyReply['raw'], AbortSignal>();

/** Aborts when the player closes its connection before the answer is complete. */
export function whenGone(reply: FastifyReply): AbortSignal {
  const known = signals.get(reply.raw);
  if (known) return known;
  const gone = new AbortController();
  signals.set(reply.raw, gone.signal);
  const leave = () => gone.abort(new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'the player has gone' }));
  if (reply.raw.destroyed) leave();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) leave();
  });
  return gone.signal;
}
