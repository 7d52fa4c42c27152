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
