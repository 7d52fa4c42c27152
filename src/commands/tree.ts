import { maxMoves } from '../api/overrides.ts';
import { applyTree, planTree, undoTree } from '../api/tree.ts';
import { counted } from '../core/plural.ts';
import { mustBeListed, withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { moveLines, moveTotal } from './format/moves.ts';
import { localMinute } from './format/time.ts';

export interface TreePlanOptions {
  apply?: boolean;
  json?: boolean;
}

/** What would stand elsewhere if the trees were laid out today; with `apply`, moves it. */
export async function treePlan(
  context: Context,
  { apply = false, json = false }: TreePlanOptions,
): Promise<ExitCode> {
  return withApi(context, { command: 'tree plan' }, async (api) => {
    const query = { moves: maxMoves };
    // What is begun is ended: no signal.
    const planned = apply
      ? await api.call(applyTree, { query })
      : { ...(await api.call(planTree, { query }, context.signal)), failed: 0 };
    const { moves, moved, failed } = planned;
    if (moved === 0) await mustBeListed(api, context.signal);
    for (const move of moves) {
      const { tree, fileId, from, to, why } = move;
      if (json) say(context, JSON.stringify({ tree, fileId, from: from?.stem, to: to?.stem, why }));
      else sayAll(context, moveLines([move]));
    }
    if (json) return failed > 0 ? exitCodes.failed : exitCodes.done;
    if (moved > moves.length) say(context, `... and ${moved - moves.length} more`);
    say(context, moveTotal(moved, apply));
    if (failed > 0) say(context, `${counted(failed, 'file')} could not be written; the log names them`);
    return failed > 0 ? exitCodes.failed : exitCodes.done;
  });
}

/** Brings back the last batch of moves, and what was said before it. */
export async function treeUndo(context: Context, { json = false }: { json?: boolean }): Promise<ExitCode> {
  return withApi(context, { command: 'tree undo' }, async (api) => {
    const { batch } = await api.call(undoTree, {});
    if (json) say(context, JSON.stringify({ undone: batch?.moved ?? 0, words: batch?.said ?? 0 }));
    else if (!batch) say(context, 'There is nothing to undo.');
    else {
      const { moved, at, why, said } = batch;
      const verb = moved === 1 ? 'is' : 'are';
      say(context, `${counted(moved, 'move')} of ${localMinute(at)} (${why}) ${verb} undone`);
      if (said > 0) say(context, 'What was said of them is as it was before.');
    }
    return exitCodes.done;
  });
}
