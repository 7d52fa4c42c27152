import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { accountPath, count, fileId, limitOf, time } from './fields.ts';
import { errorBody } from './words/errors.ts';

const maxListed = 500;
const maxPaths = 1000;
const localPath = z.string().describe('Of the machine that Passerelle runs on');

const onlyHere =
  'only through the socket in dataDir, since it names files of the machine that Passerelle runs on';

export const listInbox = endpoint({
  method: 'GET',
  path: '/inbox',
  summary: `What waits in the inboxes, and what was done; ${onlyHere}`,
  tag: 'uploads',
  query: z.object({ limit: limitOf(maxListed, 100) }),
  status: 200,
  answer: z.object({
    inboxes: z.array(
      z.object({ dir: localPath, to: accountPath, after: z.enum(['keep', 'delete', 'strm']) }),
    ),
    waiting: z.array(
      z.object({
        path: localPath,
        sizeBytes: count,
        state: z
          .enum(['young', 'ready', 'sending', 'stored', 'later'])
          .describe(
            'young: it may not be finished; stored: the host has it and lists it later; later: it did not go',
          ),
        sent: count.optional().describe('Bytes, of one that is being sent'),
        notBefore: time.optional(),
        error: errorBody.optional(),
      }),
    ),
    waitingCount: count.describe('Also those that are not listed'),
    done: z.array(
      z.object({
        path: localPath,
        became: z.enum(['kept', 'deleted', 'replaced']),
        accountPath,
        fileId,
        sizeBytes: count,
        doneAt: time,
      }),
    ),
    paused: z.object({ error: errorBody, until: time }).optional().describe('Nothing can be sent just now'),
  }),
  errors: ['BRIDGE_BAD_REQUEST'],
});

const asked = z.object({
  path: localPath,
  fate: z
    .enum(['noted', 'kept', 'deleted', 'replaced', 'stored', 'changed', 'gone', 'later', 'left'])
    .describe('noted: sent with the next pass; left: by its name or kind it is never sent'),
  error: errorBody.optional(),
});

export type ShownAsked = z.infer<typeof asked>;

export const addToInbox = endpoint({
  method: 'POST',
  path: '/inbox/files',
  summary: `Files of an inbox are finished, and need not be waited for; ${onlyHere}`,
  tag: 'uploads',
  body: z.strictObject({
    paths: z
      .array(z.string().startsWith('/').max(4096))
      .min(1)
      .max(maxPaths)
      .describe('Absolute; a folder is all below it'),
    wait: z.boolean().default(false).describe('Answer when they are in the account'),
  }),
  status: 200,
  answer: z.object({
    files: z.array(asked),
    isServed: z.boolean().describe('false: nobody looks into the inboxes just now; passerelle serve does'),
  }),
  errors: ['BRIDGE_BAD_REQUEST', 'BRIDGE_INBOX_OUTSIDE', 'BRIDGE_UPLOAD_SOURCE'],
});
