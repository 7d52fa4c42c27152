import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, fileId, limitOf, time } from './fields.ts';
import { said } from './words/said.ts';

/** Of one page at most. */
const maxTitles = 500;
const maxFiles = 500;

const offset = z.coerce.number().int().min(0).max(1_000_000).default(0).describe('How many to leave out');

const version = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .describe('Another one for each picture');

/** What a person may look for to repair it. */
const only = z.enum(['unsure', 'no-media', 'missing', 'duplicates', 'no-subtitles', 'several']);

export type TitleFilter = z.infer<typeof only>;

const title = z
  .object({
    key: z.string().describe('By which `/library/title` knows it'),
    kind: z.enum(['movie', 'episode', 'unsorted']).describe('A film, a show, or a folder of neither'),
    title: z.string(),
    year: z.int().optional(),
    files: count.describe('Versions of a film, episodes of a show with their versions'),
    missing: count.describe('Of those, what the last listings of the account lack'),
    sizeBytes: count,
    addedAt: time.describe('When the newest of them came to the host'),
    poster: version
      .optional()
      .describe('Which picture it has, for `v` of `/library/title/poster`; absent = none'),
  })
  .meta({ id: 'Title' });

export type TitleAnswerRow = z.infer<typeof title>;

export const listTitles = endpoint({
  method: 'GET',
  path: '/library/titles',
  summary: 'Films and shows of the first tree: all, or those that somebody who types looks for',
  tag: 'library',
  query: z.object({
    query: z
      .string()
      .max(200)
      .default('')
      .describe(
        'Beginnings of words, accents left out: `ete oeuv` finds `Un été à l’Œuvre`; first by title, then by the names of files',
      ),
    kind: title.shape.kind.optional(),
    only: only
      .optional()
      .describe(
        'Of one of its files. unsure: its name says too little; no-media: nobody has read its header; missing: the account lacks it; duplicates: another file of the title has the same bytes; no-subtitles: neither its header, which was read, nor a file beside it has any. several: a film in several files',
      ),
    order: z
      .enum(['title', 'added'])
      .default('title')
      .describe('What was searched for comes best first with `title`'),
    offset,
    limit: limitOf(maxTitles, 100),
  }),
  status: 200,
  answer: z.object({
    total: count.describe('How many there are; of a search 5,000 at most'),
    titles: z.array(title),
  }),
  errors: [],
});

const titleFile = z
  .object({
    id: fileId,
    name: z.string().describe('At the host'),
    path: z.string().describe('In the account; empty where its folder is not known'),
    treePath: z.string().optional().describe('Of its STRM file; absent while it was not written'),
    shownAs: z.string().describe('For a person'),
    sizeBytes: count,
    sentAt: time.optional(),
    missingSince: time.optional(),
    url: z.url().describe('Its stream address'),
    subtitles: z.array(z.string()).describe('Names of the subtitles that lie beside it in the library'),
    recognition: z.looseObject({ kind: z.string() }).describe('As `recognise --json` prints it'),
    becauseSaid: z
      .array(z.array(said))
      .describe('Why it was recognised so: each line by the codes of its sentences'),
    media: z.unknown().describe('What its header says; null when nobody has read it'),
  })
  .meta({ id: 'TitleFile' });

export const getTitle = endpoint({
  method: 'GET',
  path: '/library/title',
  summary: 'One film or show: its versions or episodes, where they lie, and how each was recognised',
  tag: 'library',
  query: z.object({ key: z.string().min(1).max(4096), offset, limit: limitOf(maxFiles, 200) }),
  status: 200,
  answer: z.object({ total: count, poster: version.optional(), files: z.array(titleFile) }),
  errors: ['BRIDGE_NOT_FOUND'],
});

export const getPoster = endpoint({
  method: 'GET',
  path: '/library/title/poster',
  summary:
    'The picture of a film or show: the one that was brought from the account, else that of a media server of the settings; the host is not asked',
  tag: 'library',
  query: z.object({
    key: z.string().min(1).max(4096),
    v: version.optional().describe('The version that is wanted: then the answer may be kept for good'),
  }),
  status: 200,
  answer: z.string().describe('JPEG, PNG or WebP; `ETag` is its version'),
  bytes: 'image/*',
  errors: ['BRIDGE_NOT_FOUND'],
});
