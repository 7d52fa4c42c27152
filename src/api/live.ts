import { z } from 'zod';
import { familyNames } from '../delivery/policy/client-traits.ts';
import { purgeProgress } from './changes.ts';
import { endpoint } from './endpoint.ts';
import { count, fileId, time } from './fields.ts';
import { progress } from './sync.ts';

const runningPlay = z.object({
  id: z.string(),
  fileId,
  title: z.string().describe('As it stands in the tree, or the name of the file'),
  client: z.enum(familyNames).describe('Family of the player'),
  address: z.string(),
  give: z.enum(['bytes', 'redirect']),
  rule: z.string(),
  lease: z.string().optional().describe('Where the first link came from; absent = none was needed'),
  startedAt: time,
  bytes: count,
  cachedBytes: count.describe('Bytes from what is kept here'),
  apiCalls: count,
});

/** What goes on, part by part; each is told again when it is another one. */
const parts = {
  sync: z.object({
    running: z.boolean(),
    progress: progress.optional(),
    beginsAt: time
      .optional()
      .describe('The first sync waits until then: behind the guide, which has listed a folder'),
  }),
  host: z.object({
    open: z.boolean().describe('Whether calls may go out'),
    closedUntil: time.optional(),
    why: z.string().optional().describe('Code of the error that closed it'),
    keyDoubt: z.string().optional().describe('Why the key is not known to be right'),
    accountUntil: time.optional().describe('When what was paid for ends, as the host said last'),
    accountUntilDay: z.string().optional().describe('The day of that, as the host counts days: `2026-12-31`'),
    callsToday: count.describe('Calls in the background since midnight UTC: crawls, what is new, headers'),
    callsPerDay: count.describe('How many it may be; 0 = no limit'),
  }),
  library: z.object({
    files: count,
    missing: count,
    folders: count,
    version: count.describe('Another one = it has changed'),
  }),
  plays: z.array(runningPlay).describe('Plays of the last minute, the newest first'),
  waiting: z.object({ proposals: count.describe('Deletions that wait for a word') }),
  changes: z.object({ newest: count.describe('Number of the newest change of the library') }),
  uploads: z
    .array(
      z.object({
        id: z.string(),
        path: z.string().describe('Where it is to lie in the account'),
        state: z.enum(['open', 'whole']).describe('More of it is to come; it goes to the host'),
        offset: count.describe('Bytes that are here'),
        sizeBytes: count.optional(),
      }),
    )
    .describe('Files that come in pieces'),
  trash: z.object({
    purging: purgeProgress.optional().describe('Something is being removed for good; absent = nothing is'),
  }),
  transfers: z
    .array(
      z.object({
        name: z.string(),
        to: z.string().describe('Folder of the account'),
        state: z.enum(['waiting', 'asked', 'fetching', 'stored', 'unsure']),
      }),
    )
    .describe('Addresses that the host fetches'),
};

/** Everything at one moment. */
const liveState = z.object(parts).meta({ id: 'LiveState' });

export type LiveStateAnswer = z.infer<typeof liveState>;

export const followEvents = endpoint({
  method: 'GET',
  path: '/events',
  summary:
    'What goes on: at once, or to `Accept: text/event-stream` each part now and again whenever it is another one, at most once a second',
  tag: 'status',
  status: 200,
  answer: liveState,
  events: parts,
  errors: [],
});
