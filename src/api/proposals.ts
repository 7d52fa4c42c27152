import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, limitOf, time } from './fields.ts';
import { said } from './words/said.ts';

const maxListed = 200;

export const proposal = z
  .object({
    id: z.int().min(1),
    at: time,
    kind: z.string(),
    why: z.string(),
    whySaid: z.array(said).optional().describe('The same by the codes of its sentences'),
    state: z.enum(['open', 'accepted', 'refused', 'undone', 'settled']),
    decidedAt: time.optional(),
    files: count,
    films: count.describe('Films or episodes among them'),
    examples: z.array(z.string()).readonly().describe('A few of their paths'),
  })
  .meta({ id: 'Proposal' });

export type ShownProposal = z.infer<typeof proposal>;

const decided = z.object({
  proposal,
  files: count.describe('Files that went, stay, or are there again'),
  tree: z
    .enum(['written', 'later'])
    .describe('later: a sync runs, and brings the tree up to date at its end'),
});

const id = z.coerce.number().int().min(1);

export const listProposals = endpoint({
  method: 'GET',
  path: '/proposals',
  summary: 'Deletions that wait for a word, and what went; newest first',
  tag: 'curation',
  query: z.object({ state: proposal.shape.state.optional(), limit: limitOf(maxListed, maxListed) }),
  status: 200,
  answer: z.object({ proposals: z.array(proposal) }),
  errors: [],
});

const decision = { method: 'POST', tag: 'curation', status: 200, answer: decided } as const;

export const acceptProposal = endpoint({
  ...decision,
  path: '/proposals/{id}/accept',
  summary: 'Take the files of a proposal out',
  params: z.object({ id }),
  errors: ['BRIDGE_PROPOSAL_UNKNOWN', 'BRIDGE_PROPOSAL_DECIDED', 'BRIDGE_DISK'],
});

export const refuseProposal = endpoint({
  ...decision,
  path: '/proposals/{id}/refuse',
  summary: 'Keep the files of a proposal until they come back',
  params: z.object({ id }),
  errors: ['BRIDGE_PROPOSAL_UNKNOWN', 'BRIDGE_PROPOSAL_DECIDED', 'BRIDGE_DISK'],
});

export const undoProposal = endpoint({
  ...decision,
  path: '/proposals/{id}/undo',
  summary: 'Bring back what was taken out, or ask again; `last` is the last time that something was',
  params: z.object({ id: z.union([z.literal('last'), id]) }),
  errors: ['BRIDGE_PROPOSAL_UNKNOWN', 'BRIDGE_PROPOSAL_DECIDED', 'BRIDGE_DISK'],
});
