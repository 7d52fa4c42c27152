import { z } from 'zod';
import type { Catalog } from '../../catalog/catalog.ts';
import { jsonOf } from '../../core/codec.ts';
import { type FolderId, rootFolderId, toFolderId } from '../../core/ids.ts';
import type { ListFolder } from './list-folder.ts';

/** A configured root and the folder it stands for. */
export interface Root {
  path: string;
  folderId: FolderId;
}

export interface ResolveOptions {
  catalog: Catalog;
  listFolder: ListFolder;
  now: () => number;
}

export interface ResolvedRoots {
  roots: Root[];
  /** Paths that lead nowhere in the account. */
  missing: string[];
}

/**
 * Finds the folders of the configured root paths. The host knows no paths, so an unknown one is walked from the top,
 * one listing a level; a known one costs nothing, and stays the same folder when somebody renames it at the host.
 * @throws BridgeError of the host
 */
export async function resolveRoots(
  paths: readonly string[],
  options: ResolveOptions,
): Promise<ResolvedRoots> {
  const { catalog } = options;
  const known = (await kept(catalog).get()) ?? {};
  const roots: Root[] = [];
  const missing: string[] = [];
  for (const path of paths) {
    const folderId = path === '/' ? rootFolderId : (known[path] ?? (await walk(path, options)));
    if (folderId === undefined) missing.push(path);
    else roots.push({ path, folderId });
  }
  await kept(catalog).put(Object.fromEntries(roots.map((root) => [root.path, root.folderId])));
  return { roots, missing };
}

/** The roots that the last crawl found. */
export async function knownRoots(catalog: Pick<Catalog, 'keyValues'>): Promise<Root[]> {
  const known = (await kept(catalog).get()) ?? {};
  return Object.entries(known).map(([path, folderId]) => ({ path, folderId }));
}

/** The next crawl looks for this root by its path again. */
export async function forgetRoot(catalog: Catalog, path: string): Promise<void> {
  const known = (await kept(catalog).get()) ?? {};
  delete known[path];
  await kept(catalog).put(known);
}

/** Folders by the paths of the settings. */
function kept({ keyValues }: Pick<Catalog, 'keyValues'>) {
  return keyValues.entry('roots', jsonOf(z.record(z.string(), z.string().transform(toFolderId))));
}

async function walk(
  path: string,
  { catalog, listFolder, now }: ResolveOptions,
): Promise<FolderId | undefined> {
  let folderId = rootFolderId;
  for (const name of path.split('/').filter((part) => part !== '')) {
    const listing = await listFolder(folderId);
    // Only the folders on the way are noted: files outside the roots are no part of the library.
    await catalog.recordFolders(listing, now());
    const next = listing.folders.find((folder) => folder.name.normalize() === name.normalize());
    if (!next) return undefined;
    folderId = next.id;
  }
  return folderId;
}
