import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, limitOf, time } from './fields.ts';
import { maxMoves, move } from './overrides.ts';

const planned = move.extend({ why: z.string() });

const moves = {
  moved: count.describe('How many there are'),
  moves: z.array(planned).describe('The first of them'),
};

const query = z.object({ moves: limitOf(maxMoves, 100) });

export const planTree = endpoint({
  method: 'GET',
  path: '/tree/plan',
  summary: 'What would stand elsewhere if the trees were laid out today, and why',
  tag: 'tree',
  query,
  status: 200,
  answer: z.object(moves),
  errors: ['BRIDGE_DISK'],
});

export const applyTree = endpoint({
  method: 'POST',
  path: '/tree/apply',
  summary: 'Move what would stand elsewhere; undo brings it back',
  tag: 'tree',
  query,
  status: 200,
  answer: z.object({ ...moves, failed: count.describe('Files that could not be written') }),
  errors: ['BRIDGE_CRAWL_RUNNING', 'BRIDGE_DISK'],
});

export const undoTree = endpoint({
  method: 'POST',
  path: '/tree/undo',
  summary: 'Bring back the last batch of moves, and what had been said before it',
  tag: 'tree',
  status: 200,
  answer: z.object({
    batch: z
      .object({ at: time, why: z.string(), moved: count, said: count.describe('Words that were taken back') })
      .optional()
      .describe('Absent when there is nothing to undo'),
  }),
  errors: ['BRIDGE_CRAWL_RUNNING', 'BRIDGE_DISK'],
});
