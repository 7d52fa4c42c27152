import { z } from 'zod';
import type { Placement } from '../../catalog/tree/placements.ts';
import { jsonOf, keptAs } from '../../core/codec.ts';
import { type LibraryFile, titleKey } from '../../library/layout.ts';
import type { Tree } from '../../library/trees.ts';
import type { Recognition } from '../../naming/text/recognition.ts';

/** What a path tells of its file; tags of a release may change beside it. */
const fields = [
  'kind',
  'title',
  'year',
  'season',
  'episodes',
  'absolute',
  'date',
  'part',
  'extra',
  'ids',
] as const satisfies (keyof Recognition)[];

type Pinned = Pick<Recognition, (typeof fields)[number]>;

const number = z.number().exactOptional();
const text = z.string().exactOptional();
const shape: z.ZodType<Pinned> = z.object({
  kind: z.enum(['movie', 'episode', 'extra', 'ignored', 'unknown']),
  title: text,
  year: number,
  season: number,
  episodes: z.array(z.number()).min(1).exactOptional(),
  absolute: number,
  date: text,
  part: number,
  extra: text,
  ids: z.object({ tmdb: text, imdb: text, tvdb: text }).exactOptional(),
});

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
  const told = pinned === undefined ? undefined : codec.decode(pinned);
  if (told === undefined) return now;
  const rest: Recognition = { ...now };
  for (const name of fields) delete (rest as Partial<Recognition>)[name];
  return { ...rest, ...told };
}
