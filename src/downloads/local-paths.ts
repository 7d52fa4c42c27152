import { join } from 'node:path';
import { localName, markedName } from './local-name.ts';

/** Where each of these files is to stand below one folder of this machine. */
export interface LocalPaths {
  /**
   * @param names of the account, from the folder on that was asked for @param id tells it from another of that name
   * @returns a path below the folder, whatever the names are
   */
  of(names: readonly string[], id: string): string;
}

/** What stands beside a file while it comes. */
const besides = ['', '.part', '.part.ranges', '.part.ranges.tmp', '.part.lock', '.part.lock-journal'];

/** Two files never get one path, also where a file system takes large letters for small ones. */
export function createLocalPaths(dir: string): LocalPaths {
  const taken = new Set<string>();
  /** Folders of the account by the path that they have here: two of them may be one here. */
  const folded = (path: string) => path.normalize('NFC').toLowerCase().normalize('NFC');
  const isFree = (path: string) => besides.every((end) => !taken.has(folded(path + end)));

  return {
    of(names, id) {
      const local = names.map((name) => localName(name));
      const folder = join(dir, ...local.slice(0, -1));
      const own = local.at(-1) ?? '_';
      let path = join(folder, own);
      if (!isFree(path)) path = join(folder, markedName(own, id));
      for (const end of besides) taken.add(folded(path + end));
      return path;
    },
  };
}
