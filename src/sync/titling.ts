import { setImmediate as breathe } from 'node:timers/promises';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogFile } from '../catalog/content.ts';
import type { TitleRow } from '../catalog/titles.ts';
import { type LibraryFile, titleKey } from '../library/layout.ts';
import { recognise } from '../library/recognise.ts';
import { foldersAround, isSideCar } from './near.ts';

/** Names read between two breaths of the event loop: a player must not wait for a crawl. */
const namesAtOnce = 50;

/** A file as the library sees it. @param folder account path of its folder */
export function toLibraryFile(file: CatalogFile, folder: string): LibraryFile {
  const path = `${folder === '/' ? '' : folder}/${file.name}`;
  return { fileId: file.id, path, name: file.name, sizeBytes: file.sizeBytes };
}

/** Account paths of the folders of these files. */
export function foldersOf(catalog: Catalog, files: Iterable<CatalogFile>): Promise<Map<number, string>> {
  return catalog.content.folderPaths([...new Set([...files].map((file) => file.folderId))]);
}

/** Recognises these files anew. @returns the titles that they belong to, or belonged to */
export async function recogniseFiles(catalog: Catalog, fileIds: readonly string[]): Promise<Set<string>> {
  const files = await catalog.content.filesByIds(fileIds);
  // A side-car has no title of its own: its neighbours are laid out again.
  const neighbours = await catalog.content.filesOfFolders(
    await foldersAround(
      catalog,
      files.filter((file) => isSideCar(file.name)),
    ),
  );
  const candidates = [...neighbours, ...files];
  const paths = await foldersOf(catalog, candidates);
  // A folder whose place is not known just now keeps its titles: the crawl that is under way will say where it is.
  const all = new Map(candidates.filter((file) => paths.has(file.folderId)).map((file) => [file.id, file]));
  const lost = new Set(candidates.filter((file) => !paths.has(file.folderId)).map((file) => file.id));
  const ids = [...new Set([...fileIds, ...all.keys()])].filter((id) => !lost.has(id));
  const before = [
    ...(await catalog.titles.keysOf(ids)).values(),
    ...(await catalog.titles.treeKeysOf(fileIds)),
  ];
  const rows: TitleRow[] = [];
  let count = 0;
  for (const file of all.values()) {
    if (++count % namesAtOnce === 0) await breathe();
    const libraryFile = toLibraryFile(file, paths.get(file.folderId) ?? '/');
    const recognition = recognise(libraryFile.path);
    const key = titleKey(libraryFile, recognition);
    if (key !== undefined)
      rows.push({ fileId: file.id, titleKey: key, recognition: JSON.stringify(recognition) });
  }
  await catalog.titles.replace(ids, rows);
  return new Set([...before, ...rows.map((row) => row.titleKey)]);
}
