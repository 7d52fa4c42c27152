import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { accountPath, count, fileId } from './fields.ts';
import { errorBody } from './words/errors.ts';

const link = z.object({ id: fileId, name: z.string(), sizeBytes: count, url: z.url() }).meta({ id: 'Link' });

const target = z.object({ id: fileId });

export const findLinks = endpoint({
  method: 'GET',
  path: '/links',
  summary:
    'The addresses of the files of this account path, as their STRM files hold them; no call to the host',
  tag: 'links',
  query: z.object({ path: accountPath }),
  status: 200,
  answer: z.object({ links: z.array(link) }),
  errors: ['BRIDGE_NOT_FOUND', 'BRIDGE_NOT_INDEXED'],
});

export const getLink = endpoint({
  method: 'GET',
  path: '/links/{id}',
  summary: 'The address of a file, as its STRM holds it; no call to the host',
  tag: 'links',
  params: target,
  status: 200,
  answer: link,
  errors: ['BRIDGE_NOT_FOUND'],
});

export const makeDirectLink = endpoint({
  method: 'POST',
  path: '/links/{id}/direct',
  summary: 'A fresh direct link of the host; costs one call, and is to be kept to yourself',
  tag: 'links',
  params: target,
  status: 200,
  answer: link,
  errors: ['BRIDGE_NOT_FOUND', 'BRIDGE_HOST_NOT_PREMIUM', 'BRIDGE_GATE_CLOSED'],
});

/** What a line of an import is known by, and what became of it: see `LinkFate`. */
const imported = z
  .object({
    link: z.string(),
    fate: z
      .enum([
        'added',
        'copied',
        'own',
        'again',
        'gone',
        'protected',
        'refused',
        'odd',
        'unsure',
        'waiting',
        'new',
      ])
      .describe(
        'added, copied (listed later), own (in the account already), again (the same file twice), gone, protected (wants a password), refused, odd (no address of a file), unsure (look before you try again), waiting (not tried), new (what a dry run says of those that would be asked for)',
      ),
    file: z.object({ id: fileId, name: z.string(), sizeBytes: count }).optional(),
    error: errorBody.optional(),
  })
  .meta({ id: 'ImportedLink' });
const imports = z.object({
  links: z.array(imported).describe('In the order in which they were given'),
  calls: count.describe('To the host'),
  stoppedBy: errorBody.optional().describe('What ended it early'),
});

export type ImportedLine = z.infer<typeof imported>;

export const importLinks = endpoint({
  method: 'POST',
  path: '/imports',
  summary:
    'Copy files of others into the account, one call a link and no byte moved; answers when they are in the library, or tells of each as an event',
  tag: 'links',
  body: z.strictObject({
    links: z.array(z.string().min(1).max(2000)).max(500).default([]),
    text: z
      .string()
      .max(500_000)
      .default('')
      .describe(
        'A list, a message or a page: every address of a file at the host that stands in it is taken',
      ),
    to: accountPath.describe('A folder of the account that the catalog knows'),
    password: z.string().min(1).max(200).optional().describe('For those that have one'),
    dryRun: z
      .boolean()
      .default(false)
      .describe('Only tells what would be asked for; shared folders alone are read'),
  }),
  status: 200,
  answer: imports,
  events: { link: imported, result: imports, error: errorBody },
  errors: ['BRIDGE_NOT_FOUND', 'BRIDGE_NOT_INDEXED', 'BRIDGE_DISK', 'BRIDGE_BAD_REQUEST'],
});
