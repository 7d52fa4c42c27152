import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { accountPath, count, folderId, isoTime } from './fields.ts';
import { errorBody } from './words/errors.ts';

const changeErrors = [
  'BRIDGE_NOT_FOUND',
  'BRIDGE_NOT_INDEXED',
  'BRIDGE_BAD_REQUEST',
  'BRIDGE_UPLOAD_EXISTS',
  'BRIDGE_HOST_FORBIDDEN',
  'BRIDGE_HOST_REFUSED',
  'BRIDGE_HOST_NOTHING_DONE',
  'BRIDGE_HOST_FILE_GONE',
] as const;

const kind = z.enum(['file', 'folder']);
const dryRun = z.boolean().default(false).describe('Only tells what would be done; asks the host nothing');
const recursive = z.boolean().default(false).describe('Folders too, with all that is in them');
const changed = z.object({ kind, from: z.string(), to: z.string() }).meta({ id: 'ChangedEntry' });
const removed = z
  .object({
    kind,
    path: z.string(),
    files: count,
    sizeBytes: count,
    trashId: count.optional().describe('By this it is taken back; absent where it is gone for good'),
  })
  .meta({ id: 'RemovedEntry' });
const trashed = z
  .object({ id: count, kind, path: z.string(), files: count, sizeBytes: count, removedAt: isoTime })
  .meta({ id: 'TrashedEntry' });

export const purgeProgress = z
  .object({
    listed: count.describe('Folders that were looked into'),
    files: count.describe('Found to be removed by then'),
    removedFiles: count,
    removedFolders: count,
  })
  .describe('How far it is to remove for good; one of many files takes minutes')
  .meta({ id: 'PurgeProgress' });
const removedAll = z.object({ entries: z.array(removed) });
const emptied = z.object({ removed: count });

const moving = z.strictObject({
  from: accountPath,
  to: accountPath.describe(
    'A folder that is there, or a new name in one; with a slash at its end a folder alone, as for several things that go there',
  ),
  dryRun,
});

export const makeFolder = endpoint({
  method: 'POST',
  path: '/files/changes/folder',
  summary: 'Make a folder in the account; one that is there is left as it is',
  tag: 'changes',
  body: z.strictObject({
    path: accountPath,
    parents: z.boolean().default(false).describe('And all that are missing on the way to it'),
  }),
  status: 200,
  answer: z.object({ id: folderId, path: z.string(), isNew: z.boolean() }),
  errors: changeErrors,
});

export const moveEntry = endpoint({
  method: 'POST',
  path: '/files/changes/move',
  summary: 'Give a file or a folder of the account another place, another name, or both; nothing is replaced',
  tag: 'changes',
  body: moving,
  status: 200,
  answer: z.object({ entries: z.array(changed) }),
  errors: changeErrors,
});

export const copyEntry = endpoint({
  method: 'POST',
  path: '/files/changes/copy',
  summary:
    'Copy a file or a folder of the account at the host, without a byte being sent; nothing is replaced',
  tag: 'changes',
  body: moving.extend({ recursive }),
  status: 200,
  answer: z.object({ entries: z.array(changed) }),
  errors: changeErrors,
});

export const removeEntry = endpoint({
  method: 'POST',
  path: '/files/changes/remove',
  summary:
    'Move a file or a folder of the account into its trash, from where it can be taken back for some days',
  tag: 'changes',
  body: z.strictObject({ path: accountPath, recursive, dryRun }),
  status: 200,
  answer: removedAll,
  events: { progress: purgeProgress, result: removedAll, error: errorBody },
  errors: changeErrors,
});

export const shareEntry = endpoint({
  method: 'POST',
  path: '/files/changes/share',
  summary: 'Show a folder to everybody who has the address of its page, or end that',
  tag: 'changes',
  body: z.strictObject({ path: accountPath, share: z.boolean().default(true) }),
  status: 200,
  answer: z.object({ url: z.string().optional() }),
  errors: changeErrors,
});

export const listTrash = endpoint({
  method: 'GET',
  path: '/trash',
  summary: 'What was removed from the account and can be taken back, the oldest first',
  tag: 'changes',
  status: 200,
  answer: z.object({ entries: z.array(trashed) }),
  errors: [],
});

export const restoreTrashed = endpoint({
  method: 'POST',
  path: '/trash/{id}/restore',
  summary: 'Put what was removed where it was',
  tag: 'changes',
  params: z.object({ id: z.coerce.number().int().min(1) }),
  status: 200,
  answer: z.object({ path: z.string() }),
  errors: changeErrors,
});

export const removeTrashed = endpoint({
  method: 'POST',
  path: '/trash/{id}/remove',
  summary: 'Remove one thing of the trash for good, now; this cannot be undone',
  tag: 'changes',
  params: z.object({ id: z.coerce.number().int().min(1) }),
  status: 200,
  answer: emptied.describe('0 = it is gone meanwhile, or is being put back'),
  events: { progress: purgeProgress, result: emptied, error: errorBody },
  errors: changeErrors,
});

export const emptyTrash = endpoint({
  method: 'POST',
  path: '/trash/empty',
  summary: 'Remove for good what lies in the trash, or what has lain there for its days',
  tag: 'changes',
  body: z.strictObject({ all: z.boolean().default(false) }),
  status: 200,
  answer: emptied,
  events: { progress: purgeProgress, result: emptied, error: errorBody },
  errors: changeErrors,
});

export type PurgeAnswer = z.infer<typeof purgeProgress>;
