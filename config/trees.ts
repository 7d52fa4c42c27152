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
