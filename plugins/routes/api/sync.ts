import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { getSyncPlan, leaveSync, type Step, type SyncAnswer, startSync } from '../../../src/api/sync.ts';
import { BridgeError, isBridgeError } from '../../../src/core/errors.ts';
import type { SyncVisit } from '../../../src/sync/shared-sync.ts';
import type { SyncResult } from '../../../src/sync/sync-run.ts';
import { answered, serveEndpoint } from '../../support/endpoints.ts';
import { errorReply, toBridgeError } from '../../support/errors.ts';
import { createEventFeed } from '../../support/event-feed.ts';

/** Steps of a dry run in an answer that is no stream; and in one event. */
const maxSteps = 1000;

/** `/api/v1/sync`: a sync for as long as somebody waits for it. */
export const sync = fp(
  async (app: FastifyInstance) => {
    const { sync, notify, log, clock, discovery, catalog, settings } = app.bridge;
    const visits = new Map<string, AbortController>();

    /** Syncs until it is done or who asks leaves: by closing the connection, or by saying so. */
    async function visit(
      id: string,
      gone: AbortSignal,
      wish: Omit<SyncVisit, 'signal'>,
    ): Promise<SyncResult> {
      const leave = new AbortController();
      visits.set(id, leave);
      try {
        const signal = AbortSignal.any([leave.signal, gone]);
        const result = await sync.visit({ ...wish, signal });
        if (!wish.dryRun && !signal.aborted) await notify.flush();
        return result;
      } finally {
        visits.delete(id);
      }
    }

    serveEndpoint(app, startSync, async ({ body }, { request, reply, gone, keep }) => {
      const id = randomUUID();
      if (!request.headers.accept?.includes('text/event-stream')) {
        const result = await visit(id, gone, body);
        const steps = stepsOf(result);
        return {
          ...answerOf(result),
          ...(body.dryRun && { plan: steps.slice(0, maxSteps), steps: steps.length }),
        };
      }
      const feed = createEventFeed(startSync, clock);
      reply.type('text/event-stream').send(Readable.from(feed.texts(), { objectMode: false }));
      const told = visit(id, gone, {
        ...body,
        onStart: (joined) => feed.put('started', { id, joined }),
        onProgress: (progress) => feed.put('progress', progress),
      })
        .then((result) => {
          const steps = body.dryRun ? stepsOf(result) : [];
          for (let start = 0; start < steps.length; start += maxSteps)
            feed.put('plan', steps.slice(start, start + maxSteps));
          feed.put('result', { ...answerOf(result), ...(body.dryRun && { steps: steps.length }) });
        })
        .catch((error: unknown) => {
          if (error instanceof Left || (gone.aborted && !isBridgeError(error))) return feed.put('left', {});
          const known = toBridgeError(error);
          if (known.code === 'BRIDGE_INTERNAL')
            log.error({ err: error }, 'a sync that was asked for failed inside');
          feed.put('error', errorReply(known));
        })
        .finally(() => feed.end());
      keep(told);
      return answered;
    });

    serveEndpoint(app, leaveSync, async ({ params: { id } }) => {
      const leave = visits.get(id);
      if (!leave) throw new BridgeError('BRIDGE_NOT_FOUND', { detail: 'no such sync runs' });
      leave.abort(new Left());
      return { id };
    });

    serveEndpoint(app, getSyncPlan, async () => {
      const { steps, tiers } = await discovery.plan();
      const ids = [...new Set(steps.flatMap(({ folderId }) => folderId ?? []))];
      const paths = await catalog.files.folderPaths(ids);
      return {
        steps: steps.map(({ at, folderId, why }) => ({
          at: new Date(at).toISOString(),
          path: folderId === undefined ? 'the whole account' : (paths.get(folderId) ?? `folder ${folderId}`),
          why,
        })),
        tiers: { hot: tiers.hot ?? 0, warm: tiers.warm ?? 0, cold: tiers.cold ?? 0 },
        settings: settings.sync,
      };
    });
  },
  { name: 'sync', dependencies: ['api-routes'] },
);

/** Whoever asked for a sync waits for it no more. */
class Left extends Error {}

function stepsOf({ tree }: SyncResult): Step[] {
  return tree.plans.flatMap(({ ops }) => ops.map(({ op, path, reason }) => ({ op, path, reason })));
}

function answerOf({
  outcome,
  reason,
  retryAt,
  calls,
  note,
  tree,
  away,
  whereabouts,
}: SyncResult): SyncAnswer {
  return {
    outcome,
    ...(reason instanceof BridgeError && { reason: errorReply(reason) }),
    ...(retryAt !== undefined && { retryAt }),
    calls,
    note,
    tree: tree.counts,
    ...(whereabouts && { whereabouts }),
    away: away.map(({ dir, why }) => ({ dir, why })),
  };
}
