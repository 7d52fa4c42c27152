import type { Bridge } from '../bridge.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { counted } from './format/plural.ts';
import { proposalLines } from './format/proposals.ts';
import { widthOfStream } from './format/width.ts';
import { withBridge } from './with-bridge.ts';

const shown = 50;

type Proposal = Awaited<ReturnType<Bridge['curation']['proposals']['list']>>[number];
export type Decision = 'accept' | 'refuse' | 'undo';

/** Deletions that wait for a word, and what was decided or taken out, newest first. */
export async function proposals(context: Context, { json = false }: { json?: boolean }): Promise<ExitCode> {
  return withBridge(context, async (bridge) => {
    const all = await bridge.curation.proposals.list(shown);
    if (json) for (const one of all) say(context, JSON.stringify(one));
    else sayAll(context, proposalLines(all, { width: widthOfStream(context.out) }));
    return exitCodes.done;
  });
}

/** A person's word about one of them. */
export async function decide(
  context: Context,
  decision: Decision,
  given: string | undefined,
  { json = false }: { json?: boolean },
): Promise<ExitCode> {
  if (given !== undefined && !/^[1-9]\d{0,14}$/.test(given)) {
    context.err.write('passerelle: the id of a proposal is a number; passerelle proposals lists them\n');
    return exitCodes.wrongUse;
  }
  return withBridge(context, async (bridge) => {
    const id = given === undefined ? undefined : Number(given);
    const decided = await bridge.curation.proposals.decide(decision, id, context.signal);
    if (json) say(context, JSON.stringify(decided));
    else {
      const { proposal, files, tree } = decided;
      say(
        context,
        `${proposal.id} is ${proposal.state}: ${counted(files, 'file')} ${words[proposal.state](files === 1)}`,
      );
      if (tree === 'later') say(context, 'A sync runs just now; it brings the tree up to date when it ends.');
    }
    return exitCodes.done;
  });
}

/** What became of its files. */
const words: Record<Proposal['state'], (isOne: boolean) => string> = {
  open: (isOne) => (isOne ? 'waits for your word again' : 'wait for your word again'),
  accepted: (isOne) =>
    isOne ? 'has been taken out; undo brings it back' : 'have been taken out; undo brings them back',
  refused: (isOne) =>
    isOne ? 'stays in the library until it comes back' : 'stay in the library until they come back',
  undone: (isOne) =>
    isOne ? 'is in the library again, and stays there' : 'are in the library again, and stay there',
  settled: (isOne) => (isOne ? 'is back' : 'are back'),
};
