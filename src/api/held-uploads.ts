import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, fileId, isoTime, limitOf } from './fields.ts';

const upload = z
  .object({
    id: z.string(),
    state: z
      .enum(['open', 'whole', 'done', 'failed'])
      .describe(
        'open (more of it is to come); whole (all of it is here, and is sent to the host, or will be); done (it is in the account); failed (it cannot be brought there)',
      ),
    path: z.string().describe('Where it is to lie in the account; empty where that is told at the end'),
    offset: count.describe('Bytes that are here'),
    sizeBytes: count.optional(),
    fate: z
      .string()
      .optional()
      .describe('Of one that is done: sent, same (it was there already), stored (the host lists it later)'),
    fileId: fileId.optional(),
    error: z
      .object({ code: z.string(), message: z.string() })
      .optional()
      .describe('Why it failed, or could not be sent yet'),
    addedAt: isoTime,
    expiresAt: isoTime.optional().describe('When it is forgotten unless something comes'),
  })
  .meta({ id: 'HeldUpload' });

export type HeldUploadAnswer = z.infer<typeof upload>;

const params = z.object({ id: z.string().max(128) });
const nothing = z.undefined();

export const listUploads = endpoint({
  method: 'GET',
  path: '/uploads',
  summary: 'Uploads that come in pieces, by tus or in chunks over WebDAV, the newest first',
  tag: 'uploads',
  query: z.object({ limit: limitOf(200, 100) }),
  status: 200,
  answer: z.object({
    uploads: z.array(upload),
    parallel: count.describe('How many are best sent at one time, as `uploads.parallel` says'),
  }),
  errors: [],
});

export const getUpload = endpoint({
  method: 'GET',
  path: '/uploads/{id}',
  summary:
    'How far an upload is, and what became of it; HEAD with `Tus-Resumable` tells where it goes on, as tus has it',
  tag: 'uploads',
  params,
  status: 200,
  answer: upload,
  errors: ['BRIDGE_NOT_FOUND'],
});

export const continueUpload = endpoint({
  method: 'PATCH',
  path: '/uploads/{id}',
  summary:
    'The next bytes of an upload, as `application/offset+octet-stream` with `Tus-Resumable: 1.0.0` and `Upload-Offset`; `Upload-Offset` of the answer tells how far it is. After the last ones it is sent to the host, which GET tells of',
  tag: 'uploads',
  status: 204,
  answer: nothing,
  errors: [
    'BRIDGE_BAD_REQUEST',
    'BRIDGE_NOT_FOUND',
    'BRIDGE_UPLOAD_OFFSET',
    'BRIDGE_UPLOAD_VERSION',
    'BRIDGE_TOO_LARGE',
    'BRIDGE_MEDIA_TYPE',
    'BRIDGE_UPLOAD_BUSY',
    'BRIDGE_UPLOAD_CHECKSUM',
    'BRIDGE_UPLOAD_FULL',
  ],
});

export const forgetUpload = endpoint({
  method: 'DELETE',
  path: '/uploads/{id}',
  summary: 'Give an upload up, with `Tus-Resumable: 1.0.0`; what came of it is removed',
  tag: 'uploads',
  status: 204,
  answer: nothing,
  errors: ['BRIDGE_NOT_FOUND', 'BRIDGE_UPLOAD_VERSION', 'BRIDGE_UPLOAD_BUSY'],
});

export const describeUploads = endpoint({
  method: 'OPTIONS',
  path: '/uploads',
  summary: 'Which tus is spoken here: version, extensions, the largest file',
  tag: 'uploads',
  status: 204,
  answer: nothing,
  errors: [],
});
