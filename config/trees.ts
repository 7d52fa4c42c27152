import { relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { profileNames, type TreeSetting, treeKinds } from '../src/library/profiles.ts';

const root = z
  .string()
  .startsWith('/')
  .transform((path) => path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, ''));

const shape = z.strictObject({
  dir: z.string().trim().min(1),
  profile: z.enum(profileNames).optional(),
  roots: z.array(root).min(1).optional(),
  kinds: z.array(z.enum(treeKinds)).min(1).optional(),
});

/** A line of `library.trees`. @returns undefined when it is not right */
export function readTree(raw: unknown): TreeSetting | undefined {
  const read = shape.safeParse(raw);
  return read.success ? (read.data as TreeSetting) : undefined;
}

export interface Dirs {
  dataDir: string;
  library: { dir: string; trees: readonly TreeSetting[] };
}

/**
 * What is wrong with the folders of the trees, a line each: two trees in one folder, or one inside another, would take
 * each other's files for a person's. Paths are compared as they are written; links are not followed.
 */
export function clashesOf({ dataDir, library }: Dirs): string[] {
  // With trees of its own `library.dir` is written only when it is one of them.
  if (library.trees.length === 0)
    return resolve(library.dir) === resolve(dataDir) ? [`${library.dir} is dataDir`] : [];
  const dirs = library.trees.map(({ dir }) => dir);
  const pairs = dirs.flatMap((dir, at) => dirs.slice(at + 1).map((other): [string, string] => [dir, other]));
  return [
    ...pairs.flatMap(([a, b]) => clash(a, b, b)),
    ...dirs.flatMap((dir) => clash(dir, dataDir, `dataDir (${dataDir})`)),
  ];
}

function clash(a: string, b: string, bWords: string): string[] {
  if (resolve(a) === resolve(b)) return [`${a} and ${bWords} are one folder`];
  if (isInside(a, b)) return [`${a} lies in ${bWords}`];
  return isInside(b, a) ? [`${bWords} lies in ${a}`] : [];
}

function isInside(inner: string, outer: string): boolean {
  const way = relative(resolve(outer), resolve(inner));
  return way !== '..' && !way.startsWith(`..${sep}`) && resolve(outer, way) === resolve(inner);
}
