import type { CatalogFile } from '../../catalog/account/files.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import type { FolderId } from '../../core/ids.ts';
import type { LibraryFile } from '../../library/layout.ts';
import type { Recognition } from '../../naming/text/recognition.ts';

/** A file and what it was taken for. */
export interface RecognisedFile {
  file: LibraryFile;
  folderId: FolderId;
  recognition: Recognition;
  isMissing: boolean;
  /** It is missing, and its name is there again under another id. */
  isReplaced: boolean;
}

/** A file as the library sees it. @param folder account path of its folder */
export function toLibraryFile(file: CatalogFile, folder: string): LibraryFile {
  const { id, name, sizeBytes } = file;
  return { fileId: id, path: joinAccountPath(folder, name), name, sizeBytes };
}
