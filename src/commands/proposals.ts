import {
  acceptProposal,
  listProposals,
  refuseProposal,
  type ShownProposal,
  undoProposal,
} from '../api/proposals.ts';
import { BridgeError } from '../core/errors.ts';
import { counted } from '../core/plural.ts';
import type { ApiClient } from '../owner/client.ts';
import { withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { proposalLines } from './format/proposals.ts';
import { widthOfStream } from './format/width.ts';

const shown = 50;

export type ProposalAction = 'accept' | 'refuse' | 'undo';

/** Deletions that wait for a word, and what was decided or taken out, newest first. */
export async function proposals(context: Context, { json = false }: { json?: boolean }): Promise<ExitCode> {
  return withApi(context, { command: 'proposals' }, async (api) => {
    const query = { limit: shown };
    const { proposals: all } = await api.call(listProposals, { query }, context.signal);
    if (json) for (const one of all) say(context, JSON.stringify(one));
    else sayAll(context, proposalLines(all, { width: widthOfStream(context.out) }));
    return exitCodes.done;
  });
}

/** A person's word about one of them. */
export async function decideProposal(
  context: Context,
  decision: ProposalAction,
  given: string | undefined,
  { json = false }: { json?: boolean },
): Promise<ExitCode> {
  if (given !== undefined && !/^[1-9]\d{0,14}$/.test(given)) {
    context.err.write('passerelle: the id of a proposal is a number; passerelle proposals lists them\n');
    return exitCodes.wrongUse;
  }
  return withApi(context, { command: `proposals ${decision}` }, async (api) => {
    const decided = await decideOn(api, decision, given === undefined ? undefined : Number(given));
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

/** What is decided is decided: there is no way back in the middle. */
async function decideOn(api: ApiClient, decision: ProposalAction, id: number | undefined) {
  if (decision === 'undo') return api.call(undoProposal, { params: { id: id ?? 'last' } });
  if (id === undefined) throw new BridgeError('BRIDGE_PROPOSAL_UNKNOWN', { detail: 'no number' });
  return api.call(decision === 'accept' ? acceptProposal : refuseProposal, { params: { id } });
}

/** What became of its files. */
const words: Record<ShownProposal['state'], (isOne: boolean) => string> = {
  open: (isOne) => (isOne ? 'waits for your word again' : 'wait for your word again'),
  accepted: (isOne) =>
    isOne ? 'has been taken out; undo brings it back' : 'have been taken out; undo brings them back',
  refused: (isOne) =>
    isOne ? 'stays in the library until it comes back' : 'stay in the library until they come back',
  undone: (isOne) =>
    isOne ? 'is in the library again, and stays there' : 'are in the library again, and stay there',
  settled: (isOne) => (isOne ? 'is back' : 'are back'),
};
