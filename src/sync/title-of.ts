import type { Catalog } from '../catalog/catalog.ts';
import type { Place } from '../catalog/titles.ts';
import type { LibraryFile } from '../library/layout.ts';
import { type Owner, ownerOf } from '../library/owner.ts';
import type { Recognition } from '../library/recognition.ts';
import { shelfAt } from '../library/shelf.ts';
import { admits, keyIn, type Tree } from './trees.ts';

/** A file and what it was taken for. */
export interface Titled {
  file: LibraryFile;
  folderId: number;
  recognition: Recognition;
}

/**
 * Where these files belong in a tree. One that stands there stays, unless the settings have no room for it any more.
 * @param before the places that they have
 */
export async function placeIn(
  catalog: Catalog,
  tree: Tree,
  titled: readonly Titled[],
  before: ReadonlyMap<string, Place>,
): Promise<Place[]> {
  const places: Place[] = [];
  const extras: Titled[] = [];
  for (const one of titled) {
    const { file, recognition } = one;
    const standing = before.get(file.fileId);
    if (standing?.stem !== undefined) {
      const kind = recognition.kind === 'extra' ? 'extra' : shelfAt(standing.stem);
      if (admits(tree, file, kind)) places.push(standing);
      continue;
    }
    const titleKey = keyIn(tree, file, recognition);
    if (titleKey !== undefined) places.push({ fileId: file.fileId, titleKey, stem: undefined });
    else if (recognition.kind === 'extra' && recognition.extra !== 'sample' && admits(tree, file, 'extra'))
      extras.push(one);
  }
  return [...places, ...(await placeExtrasIn(catalog, tree, extras, titled, places))];
}

/** An extra belongs to the title of the files around it, or of those in the folder above. */
async function placeExtrasIn(
  catalog: Catalog,
  tree: Tree,
  extras: readonly Titled[],
  titled: readonly Titled[],
  places: readonly Place[],
): Promise<Place[]> {
  if (extras.length === 0) return [];
  const keyOf = new Map(places.map((place) => [place.fileId, place.titleKey]));
  const found: Place[] = [];
  for (const [folderId, group] of Map.groupBy(extras, (one) => one.folderId)) {
    const around = titled.filter((one) => one.folderId === folderId && one.recognition.kind !== 'extra');
    const near = around.flatMap((one): Owner[] => {
      const titleKey = keyOf.get(one.file.fileId);
      return titleKey === undefined ? [] : [{ title: one.recognition.title ?? '', titleKey }];
    });
    const isApart = near.length === 0;
    const owners = isApart ? await ownersAbove(catalog, tree, folderId) : near;
    for (const { file } of group) {
      const titleKey = ownerOf(file.name, owners, isApart);
      if (titleKey !== undefined) found.push({ fileId: file.fileId, titleKey, stem: undefined });
    }
  }
  return found;
}

async function ownersAbove(catalog: Catalog, tree: Tree, folderId: number): Promise<Owner[]> {
  const [, parentId] = await catalog.content.foldersAbove(folderId);
  if (parentId === undefined) return [];
  const children = await catalog.content.subFolders([parentId]);
  // `Show/Bonus` belongs to what lies in `Show/Season 01`.
  for (const folders of [[parentId], children.map((child) => child.id)]) {
    const ids = (await catalog.content.filesOfFolders(folders)).map((file) => file.id);
    const places = await catalog.titlesOf(tree.name).placesOf(ids);
    const recognitions = await catalog.recognitions.ofFiles([...places.keys()]);
    const owners = [...places.values()].flatMap(({ fileId, titleKey }): Owner[] => {
      const { kind, title = '' } = JSON.parse(recognitions.get(fileId) ?? '{}') as Partial<Recognition>;
      return kind === 'extra' ? [] : [{ title, titleKey }];
    });
    if (owners.length > 0) return owners;
  }
  return [];
}
