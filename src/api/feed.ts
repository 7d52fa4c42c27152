import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, limitOf, time } from './fields.ts';

const change = z
  .object({
    id: count,
    at: time,
    kind: z
      .enum(['came', 'went', 'moved', 'replaced'])
      .describe('replaced: another file of the account stands at the same path, such as a better version'),
    tree: z.string().describe('Name of the tree; empty for the first'),
    key: z.string().optional().describe('Of the title; absent where there are several'),
    path: z
      .string()
      .describe('In the tree, without extension; where several changed, the folder of them all'),
    former: z.string().optional().describe('Where it stood before'),
    files: count,
    titles: count,
  })
  .meta({ id: 'LibraryChange' });

export type LibraryChangeAnswer = z.infer<typeof change>;

export const listChanges = endpoint({
  method: 'GET',
  path: '/changes',
  summary:
    'What came into the library, went, was moved or replaced, the newest first; the last 2000 are kept',
  tag: 'library',
  query: z.object({
    limit: limitOf(500, 50),
    before: z.coerce.number().int().min(1).optional().describe('`next` of the page before'),
  }),
  status: 200,
  answer: z.object({
    changes: z.array(change),
    next: count.optional().describe('What to ask for `before` next; absent at the end'),
  }),
  errors: [],
});
