import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { folderId, time } from '../fields.ts';
import { said } from '../words/said.ts';

/** Addresses of the guide that `serve` shows while it has no key. Behind that they are closed. */

const setupAccount = z
  .object({
    offer: z.enum(['free', 'premium', 'access', 'gold', 'unknown']),
    until: z.string().optional().describe('Last day of what was paid for'),
    untilAt: time.optional(),
  })
  .meta({ id: 'SetupAccount' });

export type SetupAccountAnswer = z.infer<typeof setupAccount>;

export const getSetup = endpoint({
  method: 'GET',
  path: '/setup',
  summary: 'What the guide has been told so far, and what it guesses',
  tag: 'setup',
  status: 200,
  answer: z.object({
    id: z.string().describe('What `/healthz` of this very process tells, too: for who tries an address'),
    account: setupAccount.optional().describe('Of the key that the host has accepted'),
    keyPage: z.string().describe('Where a person finds the key'),
    addresses: z
      .array(z.object({ url: z.string(), network: z.string() }))
      .describe('Addresses of this machine in its networks, the likely ones first'),
    tried: z.array(z.string()).describe('Addresses that were typed to be tried, the last one first'),
    fixed: z.array(z.string()).describe('Settings that the environment decides'),
    baseUrl: z.string().describe('What STRM files would begin with'),
    roots: z.array(z.string()).describe('Folders of the account that would be indexed'),
    libraryDirs: z.array(z.string()).describe('Where STRM files are written'),
  }),
  errors: ['BRIDGE_SETUP_OVER'],
});

export const checkKey = endpoint({
  method: 'POST',
  path: '/setup/key',
  summary: 'Ask the host about a key: one call; the next key a minute later',
  tag: 'setup',
  body: z.strictObject({ key: z.string().max(500) }),
  status: 200,
  answer: setupAccount,
  errors: [
    'BRIDGE_SETUP_OVER',
    'BRIDGE_SETUP_BUSY',
    'BRIDGE_HOST_KEY',
    'BRIDGE_HOST_UNREACHABLE',
    'BRIDGE_GATE_CLOSED',
  ],
});

export const listSetupFolders = endpoint({
  method: 'GET',
  path: '/setup/folders',
  summary: 'Folders of the account in one of them; one call for each, at the pace of the host',
  tag: 'setup',
  query: z.object({
    id: folderId.regex(/^[\w-]{1,128}$/).default('0'),
  }),
  status: 200,
  answer: z.object({ folders: z.array(z.object({ id: folderId, name: z.string() })) }),
  errors: ['BRIDGE_SETUP_OVER', 'BRIDGE_SETUP_NO_KEY', 'BRIDGE_SETUP_BUSY', 'BRIDGE_GATE_BUSY'],
});

export const tryAddress = endpoint({
  method: 'POST',
  path: '/setup/address',
  summary:
    'Let the browser try an address that STRM files might carry; the page has to be loaded anew for it',
  tag: 'setup',
  body: z.strictObject({ url: z.string().max(500) }),
  status: 200,
  answer: z.object({ url: z.string() }),
  errors: ['BRIDGE_SETUP_OVER'],
});

const setupServer = z.strictObject({
  kind: z.enum(['jellyfin', 'emby', 'plex', 'kodi']),
  url: z.string().max(500),
  token: z.string().min(1).max(500).optional(),
  seenAs: z.string().min(1).max(1000).optional().describe('The folder of the tree as this server sees it'),
});

export type SetupServerWish = z.infer<typeof setupServer>;

export const findServers = endpoint({
  method: 'POST',
  path: '/setup/servers/find',
  summary: 'Which media servers answer at their usual ports of a machine; without any key',
  tag: 'setup',
  body: z.strictObject({
    host: z
      .string()
      .max(253)
      .regex(/^(?:[\w.-]+|\[[\da-f:]+\])$/i)
      .describe('A name or an internet address'),
  }),
  status: 200,
  answer: z.object({
    servers: z.array(z.object({ kind: setupServer.shape.kind, url: z.string(), name: z.string() })),
  }),
  errors: ['BRIDGE_SETUP_OVER', 'BRIDGE_NOT_FOUND'],
});

export const checkServer = endpoint({
  method: 'POST',
  path: '/setup/servers/check',
  summary: 'Ask a media server with its key; a fault of it is an answer',
  tag: 'setup',
  body: setupServer,
  status: 200,
  answer: z.object({
    ok: z.boolean(),
    words: z.string(),
    said: z.array(said).describe('The same by the codes of its sentences'),
    remedy: z.string().optional().describe('What to do'),
    remedySaid: z.array(said).optional().describe('The same by the codes of its sentences'),
    holdsTree: z.boolean().optional().describe('Whether one of its libraries holds the STRM files already'),
  }),
  errors: ['BRIDGE_SETUP_OVER', 'BRIDGE_NOT_FOUND'],
});

export const listEnteredServers = endpoint({
  method: 'GET',
  path: '/settings/servers',
  summary: 'Media servers that are told what is new, as they are entered; without their keys',
  tag: 'settings',
  status: 200,
  answer: z.object({
    servers: z.array(
      z.object({
        kind: z.string(),
        url: z.string(),
        hasToken: z.boolean(),
        seenAs: z.string().optional().describe('The folder of the tree as it sees it, where that is another'),
      }),
    ),
    libraryDirs: z.array(z.string()).describe('What its libraries are to hold'),
    fixedBy: z.string().optional().describe('Where they come from, where they are not changed here'),
    isWaiting: z
      .boolean()
      .describe('Others stand in the file, and count after a restart: it was changed by hand'),
  }),
  errors: ['BRIDGE_NOT_FOUND'],
});

export type EnteredServers = z.infer<(typeof listEnteredServers)['answer']>;

const serverErrors = [
  'BRIDGE_NOT_FOUND',
  'BRIDGE_SETTING_FIXED',
  'BRIDGE_DISK',
  'BRIDGE_BAD_REQUEST',
] as const;

export const addServer = endpoint({
  method: 'POST',
  path: '/settings/servers',
  summary: 'Enter a media server, in the place of another of its kind and address; it counts at once',
  tag: 'settings',
  body: setupServer,
  status: 200,
  answer: listEnteredServers.answer,
  errors: serverErrors,
});

export const removeServer = endpoint({
  method: 'POST',
  path: '/settings/servers/remove',
  summary: 'Take a media server out at once: what it was still to be told is dropped',
  tag: 'settings',
  body: z.strictObject({ kind: z.string().max(20), url: z.string().max(2000) }),
  status: 200,
  answer: listEnteredServers.answer,
  errors: serverErrors,
});

export const enterSetup = endpoint({
  method: 'POST',
  path: '/setup',
  summary:
    'Enter the key that was accepted, and what was chosen; Passerelle begins with it, and the guide is closed',
  tag: 'setup',
  body: z.strictObject({
    baseUrl: z.string().max(500).optional(),
    roots: z.array(z.string().max(4096)).min(1).max(100).optional(),
    servers: z.array(setupServer).max(10).optional(),
  }),
  status: 202,
  answer: z.object({}),
  errors: ['BRIDGE_SETUP_OVER', 'BRIDGE_SETUP_NO_KEY', 'BRIDGE_DISK'],
});
