import { z } from 'zod';
import { endpoint } from '../endpoint.ts';

const shownSetting = z
  .object({
    path: z.string().describe('As in the file: `sync.intervalMinutes`'),
    env: z.string().describe('Its name in the environment'),
    help: z.string(),
    usual: z.string().describe('Its default, in words'),
    form: z.discriminatedUnion('kind', [
      z.object({ kind: z.enum(['text', 'flag', 'list', 'address', 'rows']) }),
      z.object({ kind: z.literal('choice'), values: z.array(z.string()) }),
      z.object({ kind: z.literal('integer'), min: z.int(), max: z.int() }),
    ]),
    isSecret: z.boolean(),
    isSet: z.boolean(),
    value: z
      .unknown()
      .optional()
      .describe('That is in force; absent where there is none, and of what is secret'),
    origin: z.enum(['default', 'file', 'entered', 'environment']),
    source: z.string().describe('Where its value comes from: `environment PASSERELLE_PORT`'),
    applies: z
      .enum(['now', 'restart', 'never'])
      .describe('When a new value counts; `never`: it is not changed here'),
    isWaiting: z.boolean().describe('Another value is entered, and counts after a restart'),
    version: z.string().describe('Another one = something else was entered for this setting since'),
  })
  .meta({ id: 'Setting' });

export type ShownSetting = z.infer<typeof shownSetting>;

const allSettings = z.object({
  version: z.string().describe('Another one = something else was entered since'),
  file: z.string().describe('Where what is entered is kept'),
  settings: z.array(shownSetting),
});

export const listSettings = endpoint({
  method: 'GET',
  path: '/settings',
  summary: 'Every setting with its value and where that comes from; what is secret is not shown',
  tag: 'settings',
  status: 200,
  answer: allSettings,
  errors: ['BRIDGE_NOT_FOUND'],
});

const maxChanges = 50;
const plainValue = z.union([z.string().max(4096), z.number(), z.boolean()]);

export const changeSettings = endpoint({
  method: 'PATCH',
  path: '/settings',
  summary: 'Enter other values: all of them or, where one is wrong, none; null takes back what was entered',
  tag: 'settings',
  body: z.strictObject({
    version: z
      .string()
      .max(100)
      .optional()
      .describe(
        'Of what was looked at: refused where something else was entered since; without, the last counts',
      ),
    versions: z
      .record(z.string().max(100), z.string().max(100))
      .refine(
        (versions) => Object.keys(versions).length <= maxChanges,
        `must have at most ${maxChanges} entries`,
      )
      .optional()
      .describe(
        'Of single settings, as they were looked at: refused where another value was entered for one since',
      ),
    changes: z
      .record(z.string().max(100), z.union([plainValue, z.null(), z.array(plainValue).max(200)]))
      .refine(
        (changes) => Object.keys(changes).length > 0 && Object.keys(changes).length <= maxChanges,
        `must have 1 to ${maxChanges} entries`,
      ),
  }),
  status: 200,
  answer: allSettings,
  errors: ['BRIDGE_SETTINGS_CHANGED', 'BRIDGE_SETTING_FIXED', 'BRIDGE_DISK', 'BRIDGE_NOT_FOUND'],
});

export const restart = endpoint({
  method: 'POST',
  path: '/restart',
  summary: 'Begin anew in the same process, with what is entered; running films go on for server.stopGraceMs',
  tag: 'settings',
  status: 202,
  answer: z.object({}),
  errors: ['BRIDGE_NOT_FOUND', 'BRIDGE_BAD_REQUEST'],
});
