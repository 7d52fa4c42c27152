import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { accountPath, count, fileId, limitOf, time } from './fields.ts';
import { errorBody } from './words/errors.ts';
import { said } from './words/said.ts';

const address = z
  .object({
    id: count.optional(),
    url: z.string().describe('As it was given; to others without what may be a token'),
    state: z
      .enum(['waiting', 'asked', 'fetching', 'stored', 'added', 'failed', 'unsure', 'refused'])
      .describe(
        'waiting; asked (no answer came: what the host does is found out); fetching; stored (the host has it and lists it later); added (it is in the library); failed; unsure (look into the folder); refused (the host was not asked)',
      ),
    path: z.string().describe('Folder of the account; empty where it is gone'),
    file: z.object({ id: fileId, name: z.string(), sizeBytes: count }).optional(),
    why: z.string().optional().describe('Why it is not there'),
    whySaid: z.array(said).optional().describe('The same by the codes of its sentences'),
    addedAt: time.optional(),
    endedAt: time.optional(),
  })
  .meta({ id: 'RemoteAddress' });

export type RemoteAnswer = z.infer<typeof address>;

const result = z.object({
  addresses: z.array(address).describe('In the order in which they were given, each once'),
  stoppedBy: errorBody.optional().describe('Nothing goes on for now; it is gone on with later'),
});
const progress = z.object({ total: count, waiting: count, fetching: count, done: count, failed: count });

export type RemoteProgressAnswer = z.infer<typeof progress>;

export const fetchRemote = endpoint({
  method: 'POST',
  path: '/remote',
  summary:
    'Have the host fetch addresses into a folder of the account; answers when it was asked for all, or with `wait` when each is in the library or cannot be had, and tells of each as an event. What was asked for goes on when nobody waits',
  tag: 'uploads',
  body: z.strictObject({
    urls: z.array(z.string().min(1).max(2000)).min(1).max(500).describe('http and https addresses'),
    to: accountPath.describe('A folder of the account that the catalog knows'),
    wait: z.boolean().default(false).describe('Until each is in the library or cannot be had'),
  }),
  status: 200,
  answer: result,
  events: { progress, address, result, error: errorBody },
  errors: ['BRIDGE_NOT_FOUND', 'BRIDGE_NOT_INDEXED', 'BRIDGE_BAD_REQUEST'],
});

export const listRemote = endpoint({
  method: 'GET',
  path: '/remote',
  summary:
    'Addresses that the host was asked to fetch, the newest first, and how far each is; no call to the host',
  tag: 'uploads',
  query: z.object({ limit: limitOf(1000, 100) }),
  status: 200,
  answer: z.object({ addresses: z.array(address) }),
  errors: [],
});
