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
  }),
  errors: [],
});
