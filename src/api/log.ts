import { z } from 'zod';
import { logAreas } from '../core/log.ts';
import { endpoint } from './endpoint.ts';
import { count, limitOf, time } from './fields.ts';

/** A page of the log is as long as somebody reads. */
const maxLogLines = 1000;

const line = z
  .object({
    id: count.describe('Counts the lines of this process'),
    at: time.describe('Milliseconds since 1970, UTC; 0 where the line was too long to be kept whole'),
    level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
    area: z.enum(logAreas).describe('What it is about'),
    words: z.string(),
    values: z.record(z.string(), z.unknown()).describe('What else the line says; no secret'),
  })
  .meta({ id: 'LogLine' });

export type ShownLogLine = z.infer<typeof line>;

const query = z.object({
  level: z.enum(['debug', 'info', 'warn', 'error']).default('debug').describe('And what is worse'),
  text: z.string().max(200).optional().describe('Stands in the line; large and small letters are the same'),
  area: z.enum(logAreas).optional(),
  limit: limitOf(maxLogLines, 200),
  after: z.coerce.number().int().min(0).default(0).describe('Lines with a larger id alone'),
});

export type LogQuery = z.infer<typeof query>;

const lines = z.object({
  lines: z.array(line),
  newest: count.describe('Id of the newest line of all: what to ask for `after` next'),
});

export const readLog = endpoint({
  method: 'GET',
  path: '/log',
  summary:
    'The last lines of the log of this process, the newest first; to `Accept: text/event-stream` those that are there and then those that come, at most once a second',
  tag: 'status',
  query,
  status: 200,
  answer: lines,
  events: { lines },
  errors: [],
});
