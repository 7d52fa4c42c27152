import { BridgeError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
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
    const base = folder.path === '/' ? '' : folder.path;
    const same = folders.find((one) => one.name === name);
    if (!same || isLast) {
      const candidates = isLast ? [...folders, ...files] : folders;
      const found = nearest(
        name,
        candidates.map((one) => one.name),
      );
      if (isLast)
        return found.length > 0 ? found.map((one) => `${base}/${one}`) : mended(folder, names, index);
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
  const near = await nearPaths(paths, path);
  const hint = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
  return new BridgeError('BRIDGE_NOT_FOUND', { says: `${path} is not in the catalog${hint}` });
}
