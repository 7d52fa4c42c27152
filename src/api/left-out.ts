import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, fileId, limitOf } from './fields.ts';

/** Entries of one answer at most. */
export const maxLeftOut = 1000;

/** Where the media files of the account went. */
export const whereabouts = z
  .object({
    files: count.describe('Films, episodes and other media files of the account: the sum of the next three'),
    placed: count.describe('In a tree as films, episodes and extras'),
    unsorted: count.describe('In a tree under Unsorted'),
    leftOut: count.describe('In no tree; `/review/left-out` says why'),
    folders: count.describe('Folders of which something is not known'),
  })
  .meta({ id: 'Whereabouts' });

export const listLeftOut = endpoint({
  method: 'GET',
  path: '/review/left-out',
  summary:
    'What of the account is in no tree, and why; files first, then folders of which something is not known',
  tag: 'curation',
  query: z.object({
    limit: limitOf(maxLeftOut, 200),
    after: z.string().max(80).default('').describe('`next` of the page before'),
  }),
  status: 200,
  answer: z.object({
    entries: z.array(
      z.object({
        kind: z.enum(['file', 'folder']),
        fileId: fileId.optional().describe('Absent where the catalog does not hold it'),
        path: z.string().describe('Begins with … where only its end is known'),
        sizeBytes: count.optional(),
        reason: z.string().describe('A word for scripts'),
        why: z.string(),
        remedy: z.string().describe('What to do'),
        count: count.optional().describe('Entries that it stands for, where they are several'),
      }),
    ),
    next: z.string().optional().describe('Where the next page begins; absent on the last one'),
    counts: whereabouts.optional().describe('On the first page'),
  }),
  errors: [],
});
