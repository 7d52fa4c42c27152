import type { CatalogFile } from '../../catalog/account/files.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { type FileId, toFileId } from '../../core/ids.ts';
import { inTurns, mapInSteps } from '../../core/yield-often.ts';
import { indexInSteps } from '../../library/layout.ts';
import { isSubtitle, isVideo } from '../../naming/recognise.ts';
import { toLibraryFile } from './recognised-file.ts';
import { foldersAround } from './related-files.ts';

/**
 * Videos whose titles these side-cars may belong to, so that they are laid out again. A subtitle that bears the name of a
 * video is that one's alone, among thousands of others; whose any other is, the titles around tell together.
 */
export async function videosBeside(
  catalog: Catalog,
  sideCars: readonly Pick<CatalogFile, 'id' | 'folderId' | 'name'>[],
): Promise<FileId[]> {
  if (sideCars.length === 0) return [];
  const around = await catalog.files.filesOfFolders(await foldersAround(catalog, sideCars));
  const all = () => around.filter(({ name }) => isVideo(name)).map(({ id }) => id);
  if (sideCars.some(({ name }) => !isSubtitle(name))) return all();
  const folders = [...new Set(around.map((file) => file.folderId))];
  const paths = await catalog.files.folderPaths(folders);
  if (paths.size < folders.length) return all();
  const files = mapInSteps(around, (file) => toLibraryFile(file, paths.get(file.folderId) ?? ''));
  const neighbours = await inTurns(indexInSteps(await inTurns(files)));
  const owners = new Map<string, string>();
  for (const folder of neighbours.values())
    for (const [videoId, own] of folder.sideCars)
      for (const { file } of own) owners.set(file.fileId, videoId);
  const named = sideCars.map(({ id }) => owners.get(id));
  return named.every((id) => id !== undefined) ? [...new Set(named)].map(toFileId) : all();
}
