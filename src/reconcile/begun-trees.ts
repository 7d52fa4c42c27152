import { stat } from 'node:fs/promises';
import { z } from 'zod';
import type { Catalog } from '../catalog/catalog.ts';
import { jsonOf } from '../core/codec.ts';
import type { Tree } from '../library/trees.ts';

/**
 * In which folders trees were begun. A kill in the first writing of a tree leaves files of which nothing is known for
 * certain; the folder tells whether it is the one that they lie in, or an empty one where a disk belongs.
 */
export interface BegunTrees {
  /** Before something is written into its folder, which is there. */
  begin(tree: Tree): Promise<void>;
  /** Whether something was, or was about to be, written in another folder than the one that is there now. */
  isElsewhere(tree: Tree): Promise<boolean>;
}

const shape = jsonOf<Record<string, string>>(z.record(z.string(), z.string()));

export function createBegunTrees(catalog: Pick<Catalog, 'keyValues' | 'placementsOf'>): BegunTrees {
  const noted = catalog.keyValues.entry('treeFolders', shape);
  const known = new Map<string, string>();

  return {
    async begin({ name, dir }) {
      const folder = await folderAt(dir);
      if (folder === undefined || known.get(name) === folder) return;
      const all = (await noted.get()) ?? {};
      if (all[name] !== folder) await noted.put({ ...all, [name]: folder });
      known.set(name, folder);
    },

    async isElsewhere({ name, dir }) {
      const before = (await noted.get())?.[name];
      if (before === undefined || before === (await folderAt(dir))) return false;
      return catalog.placementsOf(name).isBegun();
    },
  };
}

async function folderAt(dir: string): Promise<string | undefined> {
  return stat(dir).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined,
  );
}
