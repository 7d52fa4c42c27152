import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { accountPath, count, fileId, folderId, isoTime, limitOf, time } from './fields.ts';

/** Entries of one answer at most. */
export const maxEntries = 1000;

const folder = z.object({
  kind: z.literal('folder'),
  id: folderId,
  name: z.string(),
  path: z.string(),
  missingSince: isoTime.optional(),
});

const file = z.object({
  kind: z.literal('file'),
  id: fileId,
  name: z.string(),
  sizeBytes: count,
  date: isoTime
    .optional()
    .describe('Of its content, as whoever wrote it said; else when it was sent to the host'),
  missingSince: isoTime.optional(),
});

export type ShownEntry = z.infer<typeof folder> | z.infer<typeof file>;

export const listFiles = endpoint({
  method: 'GET',
  path: '/files',
  summary: 'What the catalog holds at an account path: the entries of a folder, or the files of this name',
  tag: 'account',
  query: z.object({
    path: accountPath.default('/'),
    limit: limitOf(maxEntries, maxEntries),
    offset: z.coerce.number().int().min(0).default(0).describe('Entries to leave out, for the next page'),
  }),
  status: 200,
  answer: z.object({
    path: z.string(),
    isFolder: z.boolean(),
    total: count,
    entries: z.array(z.discriminatedUnion('kind', [folder, file])),
  }),
  errors: ['BRIDGE_NOT_FOUND', 'BRIDGE_NOT_INDEXED'],
});

export const getFile = endpoint({
  method: 'GET',
  path: '/files/{id}',
  summary: 'One file: name, size, what it was taken for, media information',
  tag: 'account',
  params: z.object({ id: fileId }),
  status: 200,
  answer: z.object({
    id: fileId,
    name: z.string(),
    path: z.string().nullable(),
    sizeBytes: count,
    sentAt: time.nullable(),
    firstSeenAt: time,
    missingSince: time.nullable(),
    checksum: z.string().nullable().describe("Whirlpool, by the host's word; null when it has not said"),
    etag: z.string().describe('Of the bytes that the host has now, as far as it is known'),
    recognition: z.unknown().describe('As `recognise --json` prints it; null when it was not looked at yet'),
    media: z.unknown().describe('What the header of the file says; null when nobody has read it'),
  }),
  errors: ['BRIDGE_NOT_FOUND'],
});

export const readBytes = endpoint({
  method: 'GET',
  path: '/files/{id}/bytes',
  summary:
    'A stretch of a file, as `passerelle get` fetches it: after films, and within their limits; the host is asked for what is not kept here',
  tag: 'account',
  params: z.object({ id: fileId }),
  query: z.object({
    from: z.coerce.number().int().min(0).describe('First byte'),
    to: z.coerce.number().int().min(1).describe('The one behind the last'),
    etag: z.string().max(200).optional().describe('Bytes of this version alone, or 412'),
  }),
  status: 200,
  answer: z
    .string()
    .describe('So many bytes, or the connection is closed before; `ETag` says of which version'),
  bytes: 'application/octet-stream',
  errors: [
    'BRIDGE_NOT_FOUND',
    'BRIDGE_PRECONDITION',
    'BRIDGE_RANGE',
    'BRIDGE_TOO_MANY_STREAMS',
    'BRIDGE_UPSTREAM_CUT',
    'BRIDGE_UPSTREAM_CHANGED',
    'BRIDGE_LINK_DEAD',
    'BRIDGE_HOST_FILE_GONE',
    'BRIDGE_GATE_CLOSED',
  ],
});

export const getMedia = endpoint({
  method: 'GET',
  path: '/media',
  summary: 'How many headers of videos were read, wait, were given up',
  tag: 'account',
  status: 200,
  answer: z.object({
    enabled: z.boolean(),
    reading: z.boolean(),
    files: z.object({ known: count, waiting: count, givenUp: count }),
    calls: z.object({ today: count, limit: count }),
  }),
  errors: [],
});

export const refreshFolder = endpoint({
  method: 'POST',
  path: '/refresh',
  summary:
    'List this account folder as soon as its interval allows; of what is not known yet, the folder above',
  tag: 'sync',
  body: z.object({ path: accountPath }),
  status: 202,
  answer: z.object({ path: z.string(), listedFrom: isoTime }),
  errors: ['BRIDGE_NOT_FOUND'],
});
