import type { Bridge } from '../bridge.ts';
import { type Context, type ExitCode, exitCodes, say } from './context.ts';
import { withBridge } from './with-bridge.ts';

const shown = 50;

type Proposal = Awaited<ReturnType<Bridge['curation']['proposals']['list']>>[number];
export type Decision = 'accept' | 'refuse' | 'undo';

/** Deletions that wait for a word, and what was decided or taken out, newest first. */
export async function proposals(context: Context, { json = false }: { json?: boolean }): Promise<ExitCode> {
  return withBridge(context, async (bridge) => {
    const all = await bridge.curation.proposals.list(shown);
    if (all.length === 0 && !json)
      say(context, 'nothing was ever taken out, and nothing waits for your word');
    for (const one of all) {
      if (json) say(context, JSON.stringify(one));
      else for (const line of linesOf(one)) say(context, line);
    }
    if (!json && all.some(({ state }) => state === 'open'))
      say(context, 'accept ID takes the files out, refuse ID keeps them, undo ID takes either back');
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
      say(context, `${proposal.id} is ${proposal.state}: ${files} files ${words[proposal.state]}`);
      if (tree === 'later') say(context, 'A sync runs just now; it brings the tree up to date when it ends.');
    }
    return exitCodes.done;
  });
}

const words: Record<Proposal['state'], string> = {
  open: 'wait for your word again',
  accepted: 'have been taken out; undo brings them back',
  refused: 'stay in the library until they come back',
  undone: 'are in the library again, and stay there',
  settled: 'are back',
};

function linesOf({ id, at, state, kind, files, films, why, examples, decidedAt }: Proposal): string[] {
  const time = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
  const decided = decidedAt === undefined || decidedAt === at ? '' : ` ${time(decidedAt)}`;
  const rest = files - examples.length;
  return [
    `${String(id).padEnd(4)}  ${state.padEnd(8)}  ${time(at)}  ${files} files, ${films} films or episodes  (${kind}${decided})`,
    `      ${why}`,
    ...examples.map((path) => `      ${path}`),
    ...(rest > 0 ? [`      and ${rest} more`] : []),
  ];
}
