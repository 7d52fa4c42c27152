import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, isoTime, time } from './fields.ts';
import { whereabouts } from './left-out.ts';
import { errorBody } from './words/errors.ts';

/** How far a crawl is. */
export const progress = z
  .object({
    foldersDone: count,
    foldersWaiting: count,
    files: count,
    calls: count,
    estimatedEndAt: time,
  })
  .meta({ id: 'SyncProgress' });

/** What a crawl has to tell afterwards. */
export const note = z.object({
  held: z
    .object({ files: count, why: z.string(), proposal: count.optional() })
    .optional()
    .describe('Removals that wait for a word, and why'),
  removed: count.optional(),
  failedFolders: count.optional().describe('Folders that could not be listed'),
  incompleteFolders: count
    .optional()
    .describe('Folders of whose content something is not known; nothing in them is taken for missing'),
  missingRoots: z
    .array(z.string())
    .optional()
    .describe('Roots of the settings that the account does not have'),
  stoppedBy: z.string().optional().describe('Code of the error that stopped it'),
});

const treeCounts = z
  .object({
    create: count,
    update: count,
    delete: count,
    keep: count,
    adopt: count,
    conflict: count,
    failed: count,
  })
  .meta({ id: 'TreeCounts' });

/** One step of a dry run. */
const step = z.object({ op: z.string(), path: z.string(), reason: z.string() });

/** How a sync ended. */
const syncResult = z
  .object({
    outcome: z.enum(['done', 'stopped']),
    reason: errorBody.optional().describe('What stopped it; absent when somebody did'),
    retryAt: time.optional().describe('When it makes sense to go on'),
    calls: count.describe('To the host'),
    note,
    tree: treeCounts,
    away: z
      .array(z.object({ dir: z.string(), why: z.string() }))
      .describe('Trees that were left out: not mounted, or full'),
    whereabouts: whereabouts
      .optional()
      .describe('Where the media files of the account went; absent where nothing changed'),
    plan: z.array(step).optional().describe('The first steps of a dry run; as events they come all'),
    steps: count.optional().describe('How many steps a dry run has'),
  })
  .meta({ id: 'SyncResult' });

export type SyncAnswer = z.infer<typeof syncResult>;
export type Step = z.infer<typeof step>;

const flags = z.strictObject({
  full: z.boolean().default(false).describe('Recognise everything anew and compare every file of the tree'),
  dryRun: z.boolean().default(false).describe('List the account, tell what would change, write none of it'),
  acceptRemovals: z.boolean().default(false).describe('Let removals go that are held back'),
});

/**
 * One sync, or the one that runs if it does all that is asked for. It belongs to who asks: when the last of them
 * leaves, it stops cleanly and the next one goes on.
 */
export const startSync = endpoint({
  method: 'POST',
  path: '/sync',
  summary:
    'Sync now, or join the sync that runs; answers when it has ended, or tells how far it is as events',
  tag: 'sync',
  body: flags.default({ full: false, dryRun: false, acceptRemovals: false }),
  status: 200,
  answer: syncResult,
  events: {
    started: z.object({
      id: z.string().describe('To leave it with'),
      joined: z.boolean().describe('It ran already'),
    }),
    progress,
    plan: z.array(step).describe('Steps of a dry run'),
    result: syncResult,
    left: z.object({}).describe('It goes on for others, or ended before it had a result'),
    error: errorBody,
  },
  errors: ['BRIDGE_CRAWL_RUNNING', 'BRIDGE_DISK', 'BRIDGE_BAD_REQUEST'],
});

/** Leaves a sync that was asked for; it ends cleanly if nobody else waits for it. */
export const leaveSync = endpoint({
  method: 'DELETE',
  path: '/sync/{id}',
  summary: 'Leave a sync that was asked for; it stops cleanly when nobody else waits for it',
  tag: 'sync',
  params: z.object({ id: z.string().max(40) }),
  status: 202,
  answer: z.object({ id: z.string() }),
  errors: ['BRIDGE_NOT_FOUND', 'BRIDGE_BAD_REQUEST'],
});

/** What would be looked into during the next day if nothing new came. */
export const getSyncPlan = endpoint({
  method: 'GET',
  path: '/sync/plan',
  summary: 'What is looked into in the next 24 hours, and why; asks the host nothing',
  tag: 'sync',
  status: 200,
  answer: z.object({
    steps: z.array(z.object({ at: isoTime, path: z.string(), why: z.string() })),
    tiers: z.object({ hot: count, warm: count, cold: count }).describe('Folders by how often they change'),
    settings: z
      .object({ callsPerDay: count, discovery: z.boolean(), intervalMinutes: z.number() })
      .describe('Those of `sync` that decide it'),
  }),
  errors: [],
});
