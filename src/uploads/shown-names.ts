import type { CatalogFile, Files } from '../catalog/account/files.ts';
import { type FolderId, toFileId } from '../core/ids.ts';

/** How listings show names: what they show must be found again by it. */
export interface ShownNames {
  /** A name in the forms that its accents may have. */
  formsOf(text: string): string[];
  /** What one of several of one name is called. */
  nameWithId(name: string, id: string): string;
  /** The id in such a name. */
  readNameWithId(name: string): string | undefined;
}

/** One of several files of a name, which is asked for by its id. @param stored the whole of it, as the host keeps names */
export async function fileByShownId(
  files: Pick<Files, 'byId'>,
  shown: Pick<ShownNames, 'nameWithId' | 'readNameWithId'>,
  folderId: FolderId,
  stored: string,
): Promise<CatalogFile | undefined> {
  const id = shown.readNameWithId(stored);
  const file = id === undefined ? undefined : await files.byId(toFileId(id));
  const isShown = file && shown.nameWithId(file.name, file.id) === stored;
  return isShown && file.folderId === folderId ? file : undefined;
}
