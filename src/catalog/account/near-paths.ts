import { joinAccountPath } from '../../core/account-path.ts';
import { BridgeError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import { shellWord } from '../../core/shell-word.ts';
import type { CatalogFile, CatalogFolder } from './files.ts';

/** What is asked of the catalog to find out what a person may have meant. */
interface Paths {
  byPath(path: string): Promise<{ folder?: CatalogFolder; files: CatalogFile[] }>;
  children(folder: CatalogFolder): Promise<{ folders: CatalogFolder[]; files: CatalogFile[] }>;
}

/**
 * Paths that are in the account and look like one that is not, best first: `/films/horeur` -> `/Films/Horreur`. Each
 * name is mended by itself, from the top.
 */
export async function nearPaths(paths: Paths, path: string): Promise<string[]> {
  const names = path.split('/').filter((name) => name !== '');
  let { folder } = await paths.byPath('/');
  for (const [index, name] of names.entries()) {
    if (!folder) return [];
    const { folders, files } = await paths.children(folder);
    const isLast = index === names.length - 1;
    const { path: base } = folder;
    const same = folders.find((one) => one.name === name);
    if (!same || isLast) {
      const candidates = isLast ? [...folders, ...files] : folders;
      const found = nearest(
        name,
        candidates.map((one) => one.name),
      );
      if (isLast)
        return found.length > 0
          ? found.map((one) => joinAccountPath(base, one))
          : mended(folder, names, index);
      folder = folders.find((one) => one.name === found[0]);
    } else folder = same;
  }
  return [];
}

/** Where only the last name leads nowhere, its folder, unless that is what was written. */
function mended({ path }: CatalogFolder, names: readonly string[], depth: number): string[] {
  return depth > 0 && path !== `/${names.slice(0, depth).join('/')}` ? [path] : [];
}

/** The error for an account path that leads nowhere, with what may have been meant. */
export async function pathNotFound(paths: Paths, path: string): Promise<BridgeError> {
  const unknown = await notListedYet(paths, path);
  if (unknown) return unknown;
  const near = await nearPaths(paths, path);
  const hint = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
  return new BridgeError('BRIDGE_NOT_FOUND', { says: `${path} is not in the catalog${hint}` });
}

/** The same of a folder that something is to go into, which a person can make. */
export async function folderNotFound(paths: Paths, path: string): Promise<BridgeError> {
  const error = await pathNotFound(paths, path);
  if (error.code !== 'BRIDGE_NOT_FOUND') return error;
  const remedy = `Look at how it is written, or make it: passerelle mkdir -p ${shellWord(path)}`;
  return new BridgeError('BRIDGE_NOT_FOUND', { says: error.message, remedy });
}

/** The error for a path of which nobody can know anything, since the folder it leads through was never listed. */
export async function notListedYet(paths: Paths, path: string): Promise<BridgeError | undefined> {
  const names = path.split('/').filter((name) => name !== '');
  for (let depth = names.length; depth >= 0; depth--) {
    const { folder, files } = await paths.byPath(`/${names.slice(0, depth).join('/')}`);
    if (files.length > 0) return undefined;
    if (!folder && depth > 0) continue;
    if (folder && (folder.listedAt !== undefined || !isEmpty(await paths.children(folder)))) return undefined;
    const ofPath = depth === names.length ? '' : `, so nothing is known of ${path}`;
    return depth === 0
      ? new BridgeError('BRIDGE_NOT_INDEXED', {
          says: `Nothing was synced yet${ofPath}`,
          remedy: 'passerelle sync lists the account; passerelle serve does so by itself when it starts',
        })
      : new BridgeError('BRIDGE_NOT_INDEXED', {
          says: `${folder?.path} was not listed yet${ofPath}`,
          remedy:
            'passerelle sync lists what is left; passerelle review --left-out names what cannot be listed',
        });
  }
  return undefined;
}

const isEmpty = ({ folders, files }: { folders: readonly unknown[]; files: readonly unknown[] }) =>
  folders.length + files.length === 0;
