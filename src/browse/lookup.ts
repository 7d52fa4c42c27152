import type { CatalogFile, CatalogFolder, Files } from '../catalog/account/files.ts';
import { notListedYet, pathNotFound } from '../catalog/account/near-paths.ts';
import { joinAccountPath } from '../core/account-path.ts';
import { BridgeError } from '../core/errors.ts';
import { shellWord } from '../core/shell-word.ts';
import { leadsToRoot } from './account-view.ts';

/** What the catalog holds at a path of the account. */
export interface FoundEntries {
  path: string;
  isFolder: boolean;
  folders: CatalogFolder[];
  files: CatalogFile[];
}

/** Looks things up for a person who types their paths. Asks the host nothing. */
export interface Lookup {
  /**
   * The entries of a folder, or the files of this name.
   * @throws BridgeError BRIDGE_NOT_FOUND, BRIDGE_NOT_INDEXED while nobody knows
   */
  entries(path: string): Promise<FoundEntries>;
  /** The files of this name; a folder is none. @throws BridgeError BRIDGE_NOT_FOUND */
  files(path: string): Promise<CatalogFile[]>;
}

/** @param roots paths of `library.roots`: what lies outside of them is never listed */
export function createLookup(files: Pick<Files, 'byPath' | 'children'>, roots: readonly string[]): Lookup {
  /** What is told of a path where nothing is known of it, and never will be as things are. */
  async function unlessOutside(error: BridgeError, path: string): Promise<BridgeError> {
    if (error.code !== 'BRIDGE_NOT_INDEXED' || leadsToRoot(path, roots)) return error;
    if (await notListedYet(files, '/')) return error;
    return new BridgeError('BRIDGE_NOT_INDEXED', {
      says: `${path} lies outside of library.roots (${roots.join(', ')}), and is not listed`,
      remedy: 'Add its folder to library.roots, then run passerelle sync',
    });
  }
  const notFound = async (path: string) => unlessOutside(await pathNotFound(files, path), path);

  return {
    async entries(path) {
      const found = await files.byPath(path);
      if (!found.folder && found.files.length === 0) throw await notFound(path);
      if (!found.folder) return { path, isFolder: false, folders: [], files: found.files };
      const children = await files.children(found.folder);
      const isListed = found.folder.listedAt !== undefined;
      const unknown =
        isListed || children.folders.length + children.files.length > 0
          ? undefined
          : await notListedYet(files, path);
      if (unknown) throw await unlessOutside(unknown, path);
      return { path, isFolder: true, ...children };
    },

    async files(path) {
      const found = await files.byPath(path);
      if (found.folder) throw await isFolder(files, found.folder);
      if (found.files.length === 0) throw await notFound(path);
      return found.files;
    },
  };
}

/** A folder has no address: one of its files is named, as a person would have to write it. */
async function isFolder(files: Pick<Files, 'children'>, folder: CatalogFolder): Promise<BridgeError> {
  const [first] = (await files.children(folder)).files;
  const example = first ? `, such as ${shellWord(joinAccountPath(folder.path, first.name))}` : '';
  return new BridgeError('BRIDGE_NOT_FOUND', {
    says: `${folder.path} is a folder: name a file in it${example}`,
    remedy: `passerelle ls ${shellWord(folder.path)} shows what is there`,
  });
}
