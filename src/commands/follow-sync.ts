import type { AnswerOf, Sent } from '../api/endpoint.ts';
import { leaveSync, type Step, startSync } from '../api/sync.ts';
import { fromErrorBody } from '../api/words/errors.ts';
import { BridgeError } from '../core/errors.ts';
import type { ApiClient } from '../owner/client.ts';
import type { CrawlProgress } from '../sync/crawl/crawl.ts';

export interface FollowOptions {
  /** Leaves the sync, which ends cleanly when nobody else waits for it; its result is still told. */
  signal: AbortSignal;
  onProgress: (progress: CrawlProgress) => void;
  /** The sync ran already, and is waited for. */
  onJoined?: () => void;
}

export type FollowedSync = AnswerOf<typeof startSync> & { plan: Step[] };

/**
 * Asks for a sync and waits for its end.
 * @throws BridgeError what it failed for, BRIDGE_OWNER_GONE; the signal's reason when it goes on without this one
 */
export async function followSync(
  api: ApiClient,
  flags: Sent<typeof startSync>['body'],
  { signal, onProgress, onJoined }: FollowOptions,
): Promise<FollowedSync> {
  const plan: Step[] = [];
  let id: string | undefined;
  const leave = () => {
    // Whoever is gone cannot be told, and that is told by the stream.
    if (id !== undefined) api.call(leaveSync, { params: { id } }).catch(() => undefined);
  };
  signal.addEventListener('abort', leave, { once: true });
  try {
    for await (const one of api.events(startSync, { body: flags })) {
      if (one.event === 'started') {
        id = one.data.id;
        if (one.data.joined) onJoined?.();
        if (signal.aborted) leave();
      } else if (one.event === 'progress') onProgress(one.data);
      else if (one.event === 'plan') plan.push(...one.data);
      else if (one.event === 'error') throw fromErrorBody(one.data);
      else if (one.event === 'left') signal.throwIfAborted();
      else return { ...one.data, plan };
    }
  } finally {
    signal.removeEventListener('abort', leave);
  }
  throw new BridgeError('BRIDGE_OWNER_GONE', { detail: 'the sync was cut off' });
}
