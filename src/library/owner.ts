import { baseName } from '../naming/text/file-kinds.ts';
import { sameTitleKey } from '../naming/text/titles.ts';

/** A file near an extra, and the title that it belongs to. */
export interface Owner {
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
export function ownerOf(name: string, owners: readonly Owner[], isApart: boolean): string | undefined {
  const real = owners.filter(({ titleKey }) => !titleKey.startsWith('unsorted'));
  const keys = new Set(real.map((owner) => owner.titleKey));
  const base = baseName(name);
  if (keys.size === 1 && (isApart || nameless.test(base))) return real[0]?.titleKey;
  const own = sameTitleKey(base);
  const named = real
    .filter(({ title }) => title !== '' && own.startsWith(sameTitleKey(title)))
    .sort((a, b) => b.title.length - a.title.length)[0];
  return named?.titleKey;
}
