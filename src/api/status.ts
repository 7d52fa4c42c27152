import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, time } from './fields.ts';
import { whereabouts } from './left-out.ts';
import { note, progress } from './sync.ts';

const secretOrigin = z
  .enum(['made', 'set'])
  .describe('`made` at the first start, and kept in dataDir; `set` by the settings of this process');

/** Who is there, and how it is. */
export const getStatus = endpoint({
  method: 'GET',
  path: '/status',
  summary: 'Which process this is, how far a sync is, whether the host may be asked, how much is known',
  tag: 'status',
  status: 200,
  answer: z
    .object({
      version: z.string(),
      process: z.object({
        pid: z.int(),
        command: z.string().describe('`serve`, or the command that owns dataDir while it runs'),
        host: z.string(),
        since: time,
      }),
      baseUrl: z.string().describe('What addresses in STRM files begin with'),
      access: z
        .object({
          user: z.string(),
          password: secretOrigin,
          adminToken: secretOrigin,
        })
        .describe('By what its doors open, without the secrets themselves'),
      sync: z.object({
        running: z.boolean(),
        progress: progress.optional(),
        last: z
          .object({
            startedAt: time,
            endedAt: time.optional(),
            outcome: z.string(),
            calls: count,
            note,
          })
          .optional(),
      }),
      host: z.object({
        open: z.boolean().describe('Whether calls may go out'),
        closedUntil: time.optional(),
        why: z.string().optional().describe('Code of the error that closed it'),
        callsLeft: z.number().describe('Calls that could go out at once'),
      }),
      catalog: z.object({ files: count, missing: count, folders: count }),
      whereabouts: whereabouts.optional().describe('Where media files went, as the last sync counted them'),
      warming: z
        .array(
          z.object({
            server: z.string(),
            done: count.describe('Films that it looked into ahead of their first play, ever'),
            ready: count.describe('Films whose turn comes'),
            unread: count.describe('Films whose header has to be read first'),
            givenUp: count.describe('Films that it could not look into'),
            lastAt: time.optional(),
            fault: z.string().optional().describe('Why it cannot be asked just now'),
          }),
        )
        .describe('Media servers that look into new films ahead of their first play'),
      proposals: z.object({ open: count }),
    })
    .meta({ id: 'Status' }),
  errors: [],
});

export type Status = z.infer<(typeof getStatus)['answer']>;
