import { z } from 'zod';
import { overrideShape } from '../library/override.ts';
import { endpoint } from './endpoint.ts';
import { accountPath, count, fileId, folderId, limitOf, time } from './fields.ts';
import { said } from './words/said.ts';

/** A folder may hold a whole account: the answer shows so many moves, and counts the rest. */
export const maxMoves = 10_000;
const movesShown = 100;

/** Files to look at in one answer. */
export const maxReviewed = 1000;

const place = z.object({ titleKey: z.string(), stem: z.string().optional() });

/** One file that was given another place; without `from` or `to` it had none, or has none. */
export const move = z
  .object({ tree: z.string(), fileId, from: place.optional(), to: place.optional() })
  .meta({ id: 'Move' });

const fixed = z.object({
  targets: z.array(z.string()).describe('What it was said of; the first 100'),
  files: count.describe('Files that it touches'),
  moved: count,
  moves: z.array(move).describe('The first of them'),
});

const target = z.object({
  path: accountPath.optional(),
  fileId: fileId.min(1).optional(),
  folderId: z.coerce.string().pipe(folderId).optional(),
});

const hasTarget = (one: { path?: unknown; fileId?: unknown; folderId?: unknown }) =>
  one.path !== undefined || one.fileId !== undefined || one.folderId !== undefined;

const noTarget = 'say which: path, fileId or folderId';

export const listOverrides = endpoint({
  method: 'GET',
  path: '/overrides',
  summary: 'What was said of files and folders',
  tag: 'curation',
  status: 200,
  answer: z.object({
    overrides: z.array(
      z.object({
        target: z.string(),
        path: z.string().optional().describe('Absent when what it stands on has gone'),
        override: overrideShape,
        at: z.number(),
      }),
    ),
  }),
  errors: [],
});

export const putOverride = endpoint({
  method: 'PUT',
  path: '/overrides',
  summary: 'Say what a file or a folder of the account is; it outranks what is read from names',
  tag: 'curation',
  query: z.object({ moves: limitOf(maxMoves, movesShown) }),
  body: z
    .strictObject({
      ...target.shape,
      folderId: z.union([folderId, z.int().min(0)]).optional(),
      ...overrideShape.shape,
      dryRun: z
        .boolean()
        .default(false)
        .describe('Only tells what would move; of more than 500 files, of the first of them'),
    })
    .refine(hasTarget, noTarget),
  status: 200,
  answer: fixed,
  errors: ['BRIDGE_NOT_FOUND', 'BRIDGE_NOT_INDEXED', 'BRIDGE_DISK'],
});

export const removeOverride = endpoint({
  method: 'DELETE',
  path: '/overrides',
  summary: 'Take back what was said of a file or a folder',
  tag: 'curation',
  query: z.object({ ...target.shape, moves: limitOf(maxMoves, movesShown) }).refine(hasTarget, noTarget),
  status: 200,
  answer: fixed,
  errors: ['BRIDGE_NOT_FOUND', 'BRIDGE_NOT_INDEXED', 'BRIDGE_DISK'],
});

export const listReview = endpoint({
  method: 'GET',
  path: '/review',
  summary:
    'Files whose names say too little to be believed unseen, those that did harm when they were read, and why; files of one name',
  tag: 'curation',
  query: z.object({
    limit: limitOf(maxReviewed, 200),
    after: z.string().default('').describe('The last fileId of the page before'),
  }),
  status: 200,
  answer: z.object({
    files: z.array(
      z.object({
        fileId,
        path: z.string(),
        why: z.string(),
        whySaid: z.array(said).describe('The same by the codes of its sentences'),
        recognition: z.looseObject({ kind: z.string() }).describe('As `recognise --json` prints it'),
      }),
    ),
    putAside: z
      .array(
        z.object({
          fileId,
          path: z.string(),
          why: z.string(),
          whySaid: z.array(said).describe('The same by the codes of its sentences'),
          at: z.number(),
        }),
      )
      .describe(
        'Subtitles, pictures and videos that took down what read them: left alone until they change. On the first page alone',
      ),
    twins: z
      .array(
        z.object({
          path: z.string().describe('All of them have it'),
          files: z.array(
            z.object({
              fileId,
              path: z.string().describe('One of them alone is meant by it'),
              sizeBytes: count,
              sentAt: time.optional(),
            }),
          ),
        }),
      )
      .describe('Files that have one name in one folder, which the host allows. On the first page alone'),
  }),
  errors: [],
});
