import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { said } from './words/said.ts';

export const finding = z
  .object({
    what: z.string(),
    formerly: z.string().optional().meta({ deprecated: true }).describe('Its name in the version before'),
    state: z.enum(['ok', 'warn', 'fail']),
    words: z.string(),
    said: z.array(said).optional().describe('The same by the codes of its sentences'),
    remedy: z.string().optional().describe('What to do'),
    remedySaid: z.array(said).optional().describe('The same by the codes of its sentences'),
    code: z.string().optional().describe('Of the error, where one was met'),
  })
  .meta({ id: 'Finding' });

export type ShownFinding = z.infer<typeof finding>;

export const checkAll = endpoint({
  method: 'GET',
  path: '/doctor',
  summary: 'Look at folders, host, account and library; says what to do. As events, each as it is found',
  tag: 'status',
  status: 200,
  answer: z.object({ findings: z.array(finding) }),
  events: { finding, done: z.object({}) },
  errors: [],
});

export const explainClient = endpoint({
  method: 'POST',
  path: '/doctor/client',
  summary: 'Which delivery rule fires for a stream address, by player, and why; calls nobody',
  tag: 'status',
  body: z.object({
    url: z.string().max(8192).describe('A stream address, as a STRM file holds it'),
    agent: z.string().max(1000).optional().describe('A User-Agent; all families of players if not given'),
    address: z.string().max(100).optional().describe('Of the player; private and elsewhere if not given'),
  }),
  status: 200,
  answer: z.object({
    name: z.string(),
    mode: z.string().describe('`delivery.mode`; the rules rest unless it is auto'),
    linkForMs: z.number().optional().describe('A link is at hand, seen to be good for so long'),
    rows: z.array(
      z.object({
        client: z.string(),
        from: z.string(),
        asks: z.string(),
        give: z.string(),
        rule: z.string(),
        why: z.string(),
      }),
    ),
  }),
  errors: ['BRIDGE_NOT_FOUND'],
});
