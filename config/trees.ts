import { z } from 'zod';
import type { TreeSetting } from '../src/library/profiles.ts';
import { libraryRight, readRoot, whyNoFolder } from './paths.ts';
import type { ReadValue } from './read-value.ts';
import { field, rowReader } from './rows.ts';
import { profileNames, treeKinds } from './values.ts';

const root = z
  .string()
  .refine((path) => 'value' in readRoot(path))
  .transform((path) => path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, ''));

/** A line of `library.trees`. */
export const readTree: (raw: unknown) => ReadValue<TreeSetting> = rowReader(
  {
    dir: field(
      z
        .string()
        .trim()
        .min(1)
        .refine((dir) => whyNoFolder(dir) === undefined),
      libraryRight,
      (raw) => (typeof raw === 'string' ? whyNoFolder(raw.trim()) : undefined),
    ),
    profile: field(z.enum(profileNames).exactOptional(), `one of ${profileNames.join(', ')}`),
    roots: field(z.array(root).min(1).exactOptional(), 'a list of account folders that begin with /'),
    kinds: field(
      z.array(z.enum(treeKinds)).min(1).exactOptional(),
      `a list of one or several of ${treeKinds.join(', ')}`,
    ),
  },
  (row) => ({ value: row }),
);
