import { baseName } from '../naming/text/file-kinds.ts';
import { sameTitleKey } from '../naming/text/titles.ts';

/** A file near an extra, and the title that it belongs to. */
export interface NearbyTitle {
  title: string;
  titleKey: string;
}

/** Names that say what they are, and not of what. */
const nameless =
  /^(?:trailers?|teasers?|bandes?[ ._-]?annonces?|making[ ._-]?of|bonus|extras?|featurettes?|interviews?)(?:[ ._-]*\d{0,2})$/i;

/**
 * The title that an extra belongs to. In a folder of extras that is the only one around; beside other films it must be
 * named (`Alien (1979)-trailer.mkv`). Undefined when that is not clear.
 */
export function extraTitleKey(
  name: string,
  owners: readonly NearbyTitle[],
  isApart: boolean,
): string | undefined {
  const [first, ...others] = new Set(realOf(owners).map((owner) => owner.titleKey));
  const isNameless = nameless.test(baseName(name));
  if (first !== undefined && others.length === 0 && (isApart || isNameless)) return first;
  return namedTitleKey(name, owners);
}

/** The title with the longest name that the extra's begins with, word by word. */
export function namedTitleKey(name: string, owners: readonly NearbyTitle[]): string | undefined {
  const starts = new Set<string>();
  let start = '';
  for (const word of baseName(name).split(/[^\p{L}\p{N}\p{M}&'\u2019]+/u)) {
    start += sameTitleKey(word);
    starts.add(start);
  }
  const named = realOf(owners)
    .filter(({ title }) => title !== '' && starts.has(sameTitleKey(title)))
    .sort((a, b) => b.title.length - a.title.length)[0];
  return named?.titleKey;
}

/** Each title of some files once. A file without a place is nobody's owner. */
export function nearbyTitles(
  files: readonly { title: string; titleKey: string | undefined }[],
): NearbyTitle[] {
  const owners = new Map<string, NearbyTitle>();
  for (const { title, titleKey } of files)
    if (titleKey !== undefined) owners.set(`${titleKey}\0${title}`, { title, titleKey });
  return realOf([...owners.values()]);
}

function realOf(owners: readonly NearbyTitle[]): NearbyTitle[] {
  return owners.filter(({ titleKey }) => !titleKey.startsWith('unsorted'));
}
