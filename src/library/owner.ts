import { baseName } from './file-kinds.ts';
import { foldedPath } from './safe-name.ts';

/** A file near an extra, and the title that it belongs to. */
export interface Owner {
  name: string;
  titleKey: string;
}

/**
 * The title that an extra belongs to: the only one around, or the one whose file its name begins with
 * (`Alien (1979)-trailer.mkv` beside `Alien (1979).mkv`). Undefined when that is not clear.
 */
export function folderTitleKey(name: string, owners: readonly Owner[]): string | undefined {
  const real = owners.filter(({ titleKey }) => !titleKey.startsWith('unsorted'));
  const keys = new Set(real.map((owner) => owner.titleKey));
  if (keys.size === 1) return real[0]?.titleKey;
  const folded = foldedPath(name);
  const match = real
    .filter((owner) => folded.startsWith(foldedPath(baseName(owner.name))))
    .sort((a, b) => b.name.length - a.name.length)[0];
  return match?.titleKey;
}
