import { isBridgeError, isHostRefusal } from '../core/errors.ts';
import type { SyncResult } from '../sync/sync.ts';
import { describePlan } from '../tree/tree.ts';
import { type Context, type ExitCode, exitCodes, say } from './context.ts';
import { createProgress } from './progress.ts';
import { withBridge } from './with-bridge.ts';

export interface SyncCommandOptions {
  full?: boolean;
  dryRun?: boolean;
  acceptRemovals?: boolean;
  json?: boolean;
}

/** One sync from here, with its progress. */
export async function sync(context: Context, options: SyncCommandOptions): Promise<ExitCode> {
  return withBridge(
    context,
    async (bridge) => {
      const progress = createProgress(context, () => bridge.clock.now());
      const { full = false, dryRun = false, acceptRemovals = false } = options;
      try {
        const result = await bridge.sync.run({
          signal: context.signal,
          full,
          dryRun,
          acceptRemovals,
          onProgress: progress.show,
        });
        progress.end();
        if (!dryRun && !context.signal.aborted) await bridge.notify.flush();
        if (options.json) say(context, JSON.stringify(asJson(result, dryRun)));
        else report(context, result, dryRun);
        const undone = result.tree.counts.failed + result.away.length;
        if (result.outcome === 'done') return undone > 0 ? exitCodes.failed : exitCodes.done;
        if (context.signal.aborted) return exitCodes.failed;
        return isHostRefusal(result.reason) ? exitCodes.refused : exitCodes.failed;
      } finally {
        progress.end();
      }
    },
    { key: true, folders: true },
  );
}

function report(context: Context, result: SyncResult, dryRun: boolean): void {
  const { counts } = result.tree;
  if (dryRun) for (const line of result.tree.plans.flatMap(describePlan)) say(context, line);
  const words = dryRun ? ['would write', 'would update', 'would delete'] : ['written', 'updated', 'deleted'];
  say(
    context,
    `${words[0]} ${counts.create}, ${words[1]} ${counts.update}, ${words[2]} ${counts.delete}, unchanged ${counts.keep + counts.adopt}; ${result.calls} calls to the host`,
  );
  if (counts.conflict > 0)
    say(context, `${counts.conflict} files in the tree are not ours or were edited, and were left alone`);
  if (counts.failed > 0) say(context, `${counts.failed} files could not be written; the log names them`);
  for (const { dir, why } of result.away)
    say(context, `the tree in ${dir} was left out, and is brought up to date when it is there again: ${why}`);
  if (result.note.failedFolders)
    say(context, `${result.note.failedFolders} folders could not be listed; nothing was taken for missing`);
  if (result.note.missingRoots)
    say(
      context,
      `not in the account: ${result.note.missingRoots.join(', ')}; look at library.roots. Nothing was removed`,
    );
  if (result.note.removed)
    say(
      context,
      `${result.note.removed} files that were gone have been taken out; passerelle proposals undo brings them back`,
    );
  if (result.note.held) {
    say(context, `NOTHING WAS REMOVED: ${result.note.held.why}.`);
    const id = result.note.held.proposal;
    say(
      context,
      id === undefined
        ? 'If that is right: passerelle sync --accept-removals'
        : `If that is right: passerelle proposals accept ${id}; if not: passerelle proposals refuse ${id}`,
    );
  }
  if (result.outcome === 'stopped') {
    const reason = isBridgeError(result.reason)
      ? `${result.reason.message}. ${result.reason.remedy}`
      : 'interrupted';
    say(context, `stopped: ${reason}`);
    const when = result.retryAt ? ` not before ${new Date(result.retryAt).toISOString()}` : '';
    say(context, `The next sync goes on where this one stopped${when}.`);
  }
}

function asJson(result: SyncResult, dryRun: boolean): object {
  const ops = result.tree.plans.flatMap((plan) =>
    plan.ops.map(({ op, path, reason }) => ({ op, path, reason })),
  );
  return {
    outcome: result.outcome,
    ...(isBridgeError(result.reason) ? { code: result.reason.code } : {}),
    ...(result.retryAt ? { retryAt: new Date(result.retryAt).toISOString() } : {}),
    calls: result.calls,
    note: result.note,
    tree: result.tree.counts,
    ...(result.away.length > 0 ? { away: result.away } : {}),
    ...(dryRun ? { plan: ops } : {}),
  };
}
