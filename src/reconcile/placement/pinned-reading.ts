import type { z } from 'zod';
import type { Placement } from '../../catalog/tree/placements.ts';
import { jsonOf, keptAs } from '../../core/codec.ts';
import { type LibraryFile, titleKey } from '../../library/layout.ts';
import type { Tree } from '../../library/trees.ts';
import type { Recognition } from '../../naming/text/recognition.ts';
import { recognitionFields } from '../../naming/text/recognition-codec.ts';

/** What a path tells of its file, in the order in which it is kept; tags of a release may change beside it. */
const pinnedFields = {
  kind: true,
  title: true,
  year: true,
  season: true,
  episodes: true,
  absolute: true,
  date: true,
  part: true,
  extra: true,
  ids: true,
} as const;

type Pinned = Pick<Recognition, keyof typeof pinnedFields>;
const fields = Object.keys(pinnedFields) as (keyof Pinned)[];
const shape: z.ZodType<Pinned> = recognitionFields.pick(pinnedFields);

/** How it is kept: places that tell the same are the same text. */
const codec = keptAs(jsonOf(shape), 'pinned', () => undefined);

/**
 * What the path of a file that stands in a tree goes on telling when its name is read otherwise now: a rename at the
 * host leaves the path alone, and an NFO that told something else would make another title of it.
 * @param before what the file was taken for until now
 * @returns JSON for {@link withPinned}; undefined where what is read today leads to the same path
 */
export function pinnedReading(
  tree: Tree,
  file: LibraryFile,
  now: Recognition,
  standing: Pick<Placement, 'titleKey' | 'pinned'>,
  before: Recognition | undefined,
): string | undefined {
  const placed = standing.pinned === undefined ? before : withPinned(now, standing.pinned);
  const keyOf = (recognition: Recognition) => titleKey(file, recognition, tree.profile);
  const pathOf = (recognition: Recognition) => {
    const { season, episodes, date } = recognition;
    return JSON.stringify([keyOf(recognition), season, episodes, date]);
  };
  if (placed === undefined || pathOf(placed) === pathOf(now)) return undefined;
  if (standing.pinned !== undefined) return standing.pinned;
  // An older version let the two go apart: then nothing is known of how it was placed.
  if (keyOf(placed) !== standing.titleKey) return undefined;
  return pinned(placed);
}

/** What a path tells of a file that was taken for this. @returns JSON for {@link withPinned} */
export function pinned(placed: Recognition): string {
  return codec.encode(Object.fromEntries(fields.map((name) => [name, placed[name]])) as Pinned);
}

/** What is read today with what the path tells. */
export function withPinned(now: Recognition, pinned: string | undefined): Recognition {
  const former = pinned === undefined ? undefined : codec.decode(pinned);
  if (former === undefined) return now;
  const rest: Recognition = { ...now };
  for (const name of fields) delete (rest as Partial<Recognition>)[name];
  return { ...rest, ...former };
}
