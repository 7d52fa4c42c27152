import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, isoTime } from './fields.ts';

export const listServers = endpoint({
  method: 'GET',
  path: '/notify',
  summary: 'Media servers: how telling them went last, what they show of it, and what waits',
  tag: 'status',
  status: 200,
  answer: z.object({
    servers: z.array(
      z.object({
        server: z.string(),
        waiting: count.describe('Folders that it has not been told of yet'),
        last: z
          .object({
            at: isoTime,
            ok: z.boolean(),
            words: z.string(),
            remedy: z.string().optional(),
            folders: count,
            failures: count,
            retryAt: isoTime.optional(),
          })
          .optional(),
        isAsked: z
          .boolean()
          .describe('Whether it is asked afterwards if it shows what it was told of; others are told only'),
        unseen: count.describe('Folders that it was told of and that were not seen there yet'),
        seen: z
          .object({
            at: isoTime,
            ok: z.boolean(),
            words: z.string(),
            remedy: z.string().optional(),
            seen: count.describe('Folders that it showed'),
            missing: count.describe('Folders that it did not show'),
            folders: z.array(z.string()).describe('The first of those'),
          })
          .optional()
          .describe('What the last look found'),
      }),
    ),
    people: z
      .array(
        z.object({
          recipient: z.string(),
          last: z
            .object({ at: isoTime, ok: z.boolean(), words: z.string(), remedy: z.string().optional() })
            .optional(),
        }),
      )
      .describe('People who are told what needs somebody, and how that went last'),
  }),
  errors: [],
});

export const testPeople = endpoint({
  method: 'POST',
  path: '/notify/test',
  summary: 'Send a test to everybody who is told what needs somebody; a fault of theirs is an answer',
  tag: 'status',
  status: 200,
  answer: z.object({
    results: z.array(
      z.object({
        recipient: z.string(),
        ok: z.boolean(),
        words: z.string(),
        remedy: z.string().optional().describe('What to do'),
      }),
    ),
  }),
  errors: [],
});
