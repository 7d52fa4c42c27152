import { z } from 'zod';
import type { InboxSetting } from '../src/inbox/setting.ts';
import { nearMiss } from './nearest.ts';
import { readRoot, whyNoFolder } from './paths.ts';
import type { ReadValue } from './read-value.ts';
import { field, rowReader } from './rows.ts';
import { afterSending } from './values.ts';

const folder = z.string().trim();
const glob = z.string().trim().min(1).max(200);
/** A week. */
const maxAgeMinutes = 10_080;
const toRight = 'a folder of the account that begins with /, such as /Films';

/** What is wrong with an account path, in the words of `library.roots`. */
function whyNoTarget(raw: unknown): string | undefined {
  if (typeof raw !== 'string') return undefined;
  const read = readRoot(raw.trim());
  return 'wrongs' in read ? read.wrongs[0]?.wrong : undefined;
}

/** A line of `inbox`. */
export const readInbox: (raw: unknown) => ReadValue<InboxSetting> = rowReader(
  {
    dir: field(
      folder.min(1).refine((dir) => whyNoFolder(dir) === undefined),
      'the path of a folder, such as /srv/downloads/done',
      (raw) => (typeof raw === 'string' ? whyNoFolder(raw.trim()) : undefined),
    ),
    to: field(
      folder
        .refine((path) => 'value' in readRoot(path))
        .transform((path) => path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')),
      toRight,
      whyNoTarget,
    ),
    after: field(z.enum(afterSending).default('keep'), `one of ${afterSending.join(', ')}`, (raw) => {
      const meant = typeof raw === 'string' ? nearMiss(raw, afterSending) : undefined;
      return `there is no such word${meant ? ` (did you mean ${meant}?)` : ''}`;
    }),
    minAgeMinutes: field(
      z.int().min(0).max(maxAgeMinutes).default(5),
      `a whole number of minutes from 0 to ${maxAgeMinutes}`,
    ),
    ignore: field(z.array(glob).max(100).default([]), 'a list of globs, such as ["*.nfo", "Samples/**"]'),
  },
  (row) => ({ value: row }),
);
