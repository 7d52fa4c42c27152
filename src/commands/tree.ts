import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { moveLines, moveTotal } from './format/moves.ts';
import { counted } from './format/plural.ts';
import { localMinute } from './format/time.ts';
import { withBridge } from './with-bridge.ts';

export interface TreePlanOptions {
  apply?: boolean;
  json?: boolean;
}

/** What would stand elsewhere if the trees were laid out today; with `apply`, moves it. */
export async function treePlan(
  context: Context,
  { apply = false, json = false }: TreePlanOptions,
): Promise<ExitCode> {
  return withBridge(context, async ({ curation }) => {
    const applied = apply ? await curation.moves.apply(context.signal) : undefined;
    const moves = applied?.moves ?? (await curation.moves.plan(context.signal));
    for (const move of moves) {
      const { tree, fileId, from, to, why } = move;
      if (json) say(context, JSON.stringify({ tree, fileId, from: from?.stem, to: to?.stem, why }));
      else sayAll(context, moveLines([move]));
    }
    const failed = applied?.result.counts.failed ?? 0;
    if (json) return failed > 0 ? exitCodes.failed : exitCodes.done;
    say(context, moveTotal(moves.length, apply));
    if (failed > 0) say(context, `${counted(failed, 'file')} could not be written; the log names them`);
    return failed > 0 ? exitCodes.failed : exitCodes.done;
  });
}

/** Brings back the last batch of moves, and what was said before it. */
export async function treeUndo(context: Context, { json = false }: { json?: boolean }): Promise<ExitCode> {
  return withBridge(context, async ({ curation }) => {
    const batch = await curation.moves.undo(context.signal);
    if (json)
      say(context, JSON.stringify({ undone: batch?.moves.length ?? 0, words: batch?.said.length ?? 0 }));
    else if (!batch) say(context, 'There is nothing to undo.');
    else {
      say(
        context,
        `${counted(batch.moves.length, 'move')} of ${localMinute(batch.at)} (${batch.why}) ${batch.moves.length === 1 ? 'is' : 'are'} undone`,
      );
      if (batch.said.length > 0) say(context, 'What was said of them is as it was before.');
    }
    return exitCodes.done;
  });
}
