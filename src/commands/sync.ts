import { fromErrorBody } from '../api/words/errors.ts';
import { systemClock } from '../core/clock.ts';
import { isHostRefusal } from '../core/errors.ts';
import { counted } from '../core/plural.ts';
import { withRemedy } from '../core/sentences.ts';
import { withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say } from './context.ts';
import { type FollowedSync, followSync } from './follow-sync.ts';
import { whereaboutsLine } from './format/left-out.ts';
import { printable } from './format/printable.ts';
import { syncTotal } from './format/sync-total.ts';
import { localMinute } from './format/time.ts';
import { createProgress } from './progress.ts';

export interface SyncCommandOptions {
  full?: boolean;
  dryRun?: boolean;
  acceptRemovals?: boolean;
  json?: boolean;
}

/** One sync, with its progress: through `serve` where it runs, and from here otherwise. */
export async function sync(context: Context, options: SyncCommandOptions): Promise<ExitCode> {
  const { full = false, dryRun = false, acceptRemovals = false } = options;
  const work = { command: 'sync', through: isSync, needs: { key: true, folders: true }, tells };
  return withApi(context, work, async (api) => {
    const progress = createProgress(context, () => systemClock.now());
    try {
      const result = await followSync(
        api,
        { full, dryRun, acceptRemovals },
        {
          signal: context.signal,
          onProgress: progress.show,
          onJoined: () => context.err.write('A sync runs already; this is its progress.\n'),
        },
      );
      progress.end();
      if (options.json) say(context, JSON.stringify(asJson(result, dryRun)));
      else report(context, result, dryRun);
      return exitCodeOf(result, context.signal);
    } finally {
      progress.end();
    }
  });
}

const tells = ['folders of library.roots do not exist in the account; nothing is removed'];

/** It is joined; anything else that owns dataDir while it runs is waited for. */
const isSync = (command: string) => command === 'sync';

function exitCodeOf({ outcome, reason, tree, away }: FollowedSync, signal: AbortSignal): ExitCode {
  if (outcome === 'done') return tree.failed + away.length > 0 ? exitCodes.failed : exitCodes.done;
  if (signal.aborted || !reason) return exitCodes.failed;
  return isHostRefusal(fromErrorBody(reason)) ? exitCodes.refused : exitCodes.failed;
}

function report(context: Context, result: FollowedSync, dryRun: boolean): void {
  const counts = result.tree;
  for (const { op, path, reason } of result.plan)
    if (op !== 'keep') say(context, printable(`${op.padEnd(8)} ${path}  (${reason})`));
  say(context, syncTotal(counts, result.calls, dryRun));
  if (result.whereabouts) {
    const more = result.whereabouts.leftOut > 0 ? '; passerelle review --left-out says why' : '';
    say(context, `${whereaboutsLine(result.whereabouts)}${more}`);
  }
  if (counts.conflict > 0)
    say(context, `left alone, since not ours or edited: ${counted(counts.conflict, 'file')} of the tree`);
  if (counts.failed > 0)
    say(context, `${counted(counts.failed, 'file')} could not be written; the log names them`);
  for (const { dir, why } of result.away)
    say(context, `the tree in ${dir} was left out, and is brought up to date when it is there again: ${why}`);
  if (result.note.failedFolders)
    say(
      context,
      `${counted(result.note.failedFolders, 'folder')} could not be listed; nothing was taken for missing`,
    );
  if (result.note.incompleteFolders)
    say(
      context,
      `${counted(result.note.incompleteFolders, 'folder')} could not be listed to the end; nothing in them was taken for missing. passerelle review --left-out names them`,
    );
  if (result.note.missingRoots)
    say(
      context,
      `not in the account: ${result.note.missingRoots.join(', ')}; look at how library.roots is written; passerelle ls / shows what is there. Nothing was removed`,
    );
  if (result.note.removed)
    say(
      context,
      `taken out, since gone: ${counted(result.note.removed, 'file')}; passerelle proposals undo brings back what was taken out`,
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
    const error = result.reason && fromErrorBody(result.reason);
    const reason = error ? withRemedy(error) : 'interrupted';
    say(context, `stopped: ${reason}`);
    const when = result.retryAt ? `, not before ${localMinute(result.retryAt)}` : '';
    say(context, `The next sync goes on where this one stopped${when}.`);
  }
}

function asJson(
  { outcome, reason, retryAt, calls, note, tree, away, plan, whereabouts }: FollowedSync,
  dryRun: boolean,
) {
  return {
    outcome,
    ...(reason && { code: reason.code }),
    ...(retryAt !== undefined && { retryAt: new Date(retryAt).toISOString() }),
    calls,
    note,
    tree,
    ...(whereabouts && { whereabouts }),
    ...(away.length > 0 && { away }),
    ...(dryRun && { plan }),
  };
}
