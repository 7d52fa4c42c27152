import { baseName } from '../naming/text/file-kinds.ts';
import { sameTitleKey } from '../naming/text/titles.ts';

/** Titles around an extra, of which it may belong to one. Indexed once: a flat folder has thousands of both. */
export interface NearbyTitles {
  isEmpty: boolean;
  /** The key of the title, where there is but one. */
  only: string | undefined;
  /** The key of the title with the longest name that the extra's begins with, word by word. */
  namedBy(name: string): string | undefined;
}

/** Names that say what they are, and not of what. */
const nameless =
  /^(?:trailers?|teasers?|bandes?[ ._-]?annonces?|making[ ._-]?of|bonus|extras?|featurettes?|interviews?)(?:[ ._-]*\d{0,2})$/i;

/**
 * The title that an extra belongs to. In a folder of extras that is the only one around; beside other films it must be
 * named (`Alien (1979)-trailer.mkv`). Undefined when that is not clear.
 */
export function extraTitleKey(name: string, near: NearbyTitles, isApart: boolean): string | undefined {
  const isNameless = nameless.test(baseName(name));
  return near.only !== undefined && (isApart || isNameless) ? near.only : near.namedBy(name);
}

/** Of two of one name the first counts. A file without a place is nobody's owner, and neither is one that nobody knows. */
export function nearbyTitles(files: Iterable<{ title: string; titleKey: string | undefined }>): NearbyTitles {
  const keys = new Set<string>();
  const byName = new Map<string, { title: string; titleKey: string; at: number }>();
  let at = 0;
  for (const { title, titleKey } of files) {
    if (titleKey === undefined || titleKey.startsWith('unsorted')) continue;
    keys.add(titleKey);
    if (title === '') continue;
    const name = sameTitleKey(title);
    const known = byName.get(name);
    if (!known || title.length > known.title.length) byName.set(name, { title, titleKey, at });
    at++;
  }
  const [first, ...others] = keys;
  return {
    isEmpty: first === undefined,
    only: others.length === 0 ? first : undefined,
    namedBy(name) {
      const named = [...beginningsOf(name)].flatMap((start) => byName.get(start) ?? []);
      return named.sort((a, b) => b.title.length - a.title.length || a.at - b.at)[0]?.titleKey;
    },
  };
}

/** What a name begins with, word by word, as titles are compared. */
function beginningsOf(name: string): Set<string> {
  const starts = new Set<string>();
  let start = '';
  for (const word of baseName(name).split(/[^\p{L}\p{N}\p{M}&'\u2019]+/u)) {
    start += sameTitleKey(word);
    starts.add(start);
  }
  return starts;
}
