import { z } from 'zod';
import { familyNames } from '../delivery/policy/client-traits.ts';
import { endpoint } from './endpoint.ts';
import { count, fileId, limitOf, time } from './fields.ts';
import { said } from './words/said.ts';

/** More are not kept. */
export const maxPlays = 200;

const play = z
  .object({
    id: z.string(),
    fileId,
    name: z.string(),
    startedAt: time,
    lastAt: time,
    client: z.enum(familyNames).describe('Family of the player'),
    userAgent: z.string(),
    address: z.string(),
    rule: z.string().describe('The rule of delivery that fired last'),
    why: z.string(),
    give: z.enum(['bytes', 'redirect']),
    lease: z.string().optional().describe('Where the first link came from; absent = none was needed'),
    apiCalls: count,
    cachedBytes: count.describe('Bytes from what is kept here'),
    cacheHit: z.boolean().describe('It began with what is kept here'),
    keptBytes: count.meta({ deprecated: true }).describe('Former name of `cachedBytes`'),
    shieldHit: z.boolean().meta({ deprecated: true }).describe('Former name of `cacheHit`'),
    firstByteMs: z.number().optional(),
    bytes: count,
    requests: count,
    seeks: count,
    resumes: count.describe('How often the host broke off and the film went on'),
    ended: z.string(),
    endedSaid: z.array(said).describe('The same by the codes of its sentences'),
  })
  .meta({ id: 'Play' });

/** Without its former names, in English. */
export type ShownPlay = Omit<z.infer<typeof play>, 'keptBytes' | 'shieldHit' | 'endedSaid'>;

export const listPlays = endpoint({
  method: 'GET',
  path: '/plays',
  summary: 'The last plays, newest first: who, by which rule, what it cost, how it ended',
  tag: 'playback',
  query: z.object({ limit: limitOf(maxPlays, maxPlays) }),
  status: 200,
  answer: z.object({ plays: z.array(play) }),
  errors: [],
});

const window = z.object({
  believedMs: z.number().describe('Taken for alive so long'),
  provenMs: z.number().describe('Seen alive so long'),
});

const callsToHost = z.object({
  open: z.boolean(),
  callsLeft: z.number(),
  closedUntil: time.optional(),
  why: z.string().optional(),
});

export const getPlayback = endpoint({
  method: 'GET',
  path: '/playback',
  summary: 'Learned life of links, kept beginnings and ends, connections',
  tag: 'playback',
  status: 200,
  answer: z.object({
    links: z.object({ start: window, resume: window }),
    cache: z.object({ ends: count, bytes: count, totalBytes: count }),
    connections: z.object({ used: count, limit: count }),
    locationLocked: z.boolean(),
    host: callsToHost.describe('Whether calls may go out, as in `/status`'),
    gate: callsToHost.meta({ deprecated: true }).describe('Former name of `host`'),
  }),
  errors: [],
});
