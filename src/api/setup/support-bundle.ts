import { z } from 'zod';
import { endpoint } from '../endpoint.ts';

export const getSupportBundle = endpoint({
  method: 'GET',
  path: '/support-bundle',
  summary:
    'One file to send to who helps: version, settings, what doctor finds, state, metrics, the last log lines; no secret is in it, and no name unless it is wanted',
  tag: 'status',
  query: z.object({
    names: z
      .enum(['true', 'false'])
      .default('false')
      .describe('Names of films, folders, people and servers as they are'),
  }),
  status: 200,
  answer: z.string().describe('A zip file'),
  bytes: 'application/zip',
  errors: [],
});
