import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, isoTime } from './fields.ts';

export const listServers = endpoint({
  method: 'GET',
  path: '/notify',
  summary: 'Media servers: how telling them went last, and what waits',
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
      }),
    ),
  }),
  errors: [],
});
