import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { accountPath, count, fileId } from './fields.ts';
import { errorBody } from './words/errors.ts';

const result = z
  .object({
    fate: z
      .enum(['sent', 'same', 'stored', 'new', 'replaces'])
      .describe(
        'sent; same: it was there already; stored: the host has it and lists it later; what a dry run says: new, replaces, same',
      ),
    path: z.string().describe('Folder of the account; of a dry run, what the file would be called'),
    file: z.object({ id: fileId, name: z.string(), sizeBytes: count }).optional(),
  })
  .meta({ id: 'PutFile' });

export type PutAnswer = z.infer<typeof result>;

export const putFile = endpoint({
  method: 'POST',
  path: '/uploads',
  summary:
    'Send a file of the machine that Passerelle runs on into the account; only through the socket in dataDir, since it can name any file that Passerelle may read. With `Tus-Resumable: 1.0.0` it begins an upload of tus instead, for everybody who has the token: `Upload-Length`, and `filename` and `folder` in `Upload-Metadata`',
  tag: 'uploads',
  body: z.strictObject({
    source: z.string().startsWith('/').max(4096).describe('Absolute path on that machine'),
    to: accountPath.describe('A folder that the catalog knows, or a new name in one'),
    names: z
      .array(z.string().min(1).max(255))
      .max(64)
      .optional()
      .describe('Below the folder `to`: of folders, which are made where they are missing, and of the file'),
    replace: z
      .boolean()
      .default(false)
      .describe('Another file of its name goes into the trash once this one is there; else it is refused'),
    dryRun: z.boolean().default(false).describe('Only tells what would be done; asks the host nothing'),
  }),
  status: 200,
  answer: result,
  events: {
    progress: z.object({ sent: count, total: count }).describe('Bytes; it begins again with each try'),
    result,
    error: errorBody,
  },
  errors: [
    'BRIDGE_NOT_FOUND',
    'BRIDGE_NOT_INDEXED',
    'BRIDGE_BAD_REQUEST',
    'BRIDGE_UPLOAD_EXISTS',
    'BRIDGE_UPLOAD_SOURCE',
    'BRIDGE_UPLOAD_REFUSED',
    'BRIDGE_UPLOAD_NODE',
    'BRIDGE_UPLOAD_UNSURE',
    'BRIDGE_UPLOAD_DAMAGED',
  ],
});
