import type { CatalogFile } from '../../catalog/account/files.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
import { isSubtitleFolder } from '../../library/layout.ts';
import { isArtwork, isSeasonFolder } from '../../library/sidecars/artwork.ts';
import { isSubtitle, isVideo } from '../../naming/recognise.ts';
import { isPicture } from '../../naming/text/file-kinds.ts';

/** Files of some titles, and what lies around them. */
export interface RelatedFiles {
  /** Those that are in the library. */
  files: CatalogFile[];
  /** Videos and side-cars in their folders, in the folders of subtitles below them, and pictures of their shows. */
  related: CatalogFile[];
}

/** What is known of these files and of those around them: each is read once. */
export async function relatedFiles(
  catalog: Catalog,
  ids: readonly FileId[],
  artwork: boolean,
): Promise<RelatedFiles> {
  const own = await catalog.files.foldersOfFiles(ids);
  // A title that is laid out alone must find what it finds beside others, whose folders may have the path of its own.
  const folders = [...new Set([...own, ...(await catalog.files.twinsOf(own))])];
  const near = await catalog.files.filesOfFolders([
    ...new Set([...folders, ...(await subtitleFolders(catalog, folders))]),
  ]);
  const wanted = new Set(ids);
  const files = near.filter(({ id }) => wanted.delete(id));
  // It has left the library, or its folder since that was asked for.
  const elsewhere = wanted.size > 0 ? await catalog.files.filesByIds([...wanted]) : [];
  const found = near.filter(({ name }) => isSubtitle(name) || isVideo(name) || (artwork && isPicture(name)));
  return {
    files: [...files, ...elsewhere],
    related: artwork ? [...found, ...(await showPictures(catalog, folders))] : found,
  };
}

/** `Subs`, and the folders of single episodes in it (`Subs/Show.S01E01`). */
async function subtitleFolders(catalog: Catalog, folders: readonly FolderId[]): Promise<FolderId[]> {
  const below = (await catalog.files.subFolders(folders)).filter(({ name }) => isSubtitleFolder(name));
  if (below.length === 0) return [];
  const ids = below.map(({ id }) => id);
  return [...ids, ...(await catalog.files.subFolders(ids)).map(({ id }) => id)];
}

async function showPictures(catalog: Catalog, folders: readonly FolderId[]): Promise<CatalogFile[]> {
  const seasons = (await catalog.files.parentsOf(folders)).filter(({ name }) => isSeasonFolder(name));
  const shows = new Set(seasons.map(({ parentId }) => parentId));
  for (const id of folders) shows.delete(id);
  return (await catalog.files.filesOfFolders([...shows])).filter(({ name }) => isArtwork(name));
}

/** Whether this file has no title of its own, but belongs to its neighbours'. */
export function isSideCar(name: string): boolean {
  return isSubtitle(name) || isArtwork(name);
}

/** The folders whose videos these side-cars may belong to: their own, those above folders of subtitles, a show's seasons. */
export async function foldersAround(
  catalog: Catalog,
  sideCars: readonly Pick<CatalogFile, 'folderId' | 'name'>[],
): Promise<FolderId[]> {
  const own = sideCars.map((file) => file.folderId);
  const ids = new Set([...own, ...(await catalog.files.twinsOf(own))]);
  const parents = await catalog.files.parentsOf([...ids]);
  const grandparents = await catalog.files.parentsOf(parents.map(({ parentId }) => parentId));
  for (const { name, parentId } of [...parents, ...grandparents])
    if (isSubtitleFolder(name)) ids.add(parentId);
  const pictured = new Set(sideCars.filter(({ name }) => isArtwork(name)).map((file) => file.folderId));
  for (const { id, name } of await catalog.files.subFolders([...pictured]))
    if (isSeasonFolder(name)) ids.add(id);
  return [...ids];
}
