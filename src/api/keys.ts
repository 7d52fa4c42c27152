import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count } from './fields.ts';

export const rotateKeys = endpoint({
  method: 'POST',
  path: '/keys/rotate',
  summary: 'Make a new key for stream addresses, which signs from now on, and write the STRM files anew',
  tag: 'keys',
  status: 200,
  answer: z.object({
    oldKeysForDays: count.describe('So long addresses with the old keys stay good'),
    tree: z.enum(['written', 'later']).describe('later: the next sync writes the STRM files'),
    files: count.describe('Files that were written anew'),
  }),
  errors: ['BRIDGE_DISK'],
});
