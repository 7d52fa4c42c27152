import type { NewTrashedEntry } from '../../catalog/account/account-trash.ts';
import type { CatalogFile } from '../../catalog/account/files.ts';
import type { RoomFor } from '../../catalog/account/room-for.ts';
import type { FileId, FolderId } from '../../core/ids.ts';

/** A folder of the account that was asked for. `isNew`: it was not there before. */
export interface MadeFolder {
  id: FolderId;
  path: string;
  isNew: boolean;
}

export interface ChangeWish {
  /** Only tells what would be done. */
  isDry?: boolean | undefined;
  signal: AbortSignal;
}

/** By its path, which may be that of several files, or by its id. */
export type EntryName = string | { fileId: FileId };

export interface RemoveWish extends ChangeWish, DeepWish {
  path: EntryName;
  /** It lies in the trash, whatever the settings say, until this has come: `letGo`, or `putBack`. */
  roomFor?: RoomFor | undefined;
  /** Told how far it is where there are no days for the trash. */
  onPurge?: ((progress: PurgeProgress) => void) | undefined;
}

export interface MoveWish extends ChangeWish {
  from: EntryName;
  /** A folder that is there, or a new name in one. */
  to: string;
  /** The last part of `to` is a name, also where a folder is called so. */
  isName?: boolean;
}

export interface DeepWish {
  /** Folders too, with all that is in them. */
  isDeep: boolean;
}

/** Something that lies elsewhere now, or is called otherwise. */
export interface ChangedEntry {
  kind: 'file' | 'folder';
  from: string;
  to: string;
}

/** What is removed, without when. */
export type Removal = NewTrashedEntry extends infer T
  ? T extends unknown
    ? Omit<T, 'trashedAt' | 'certainAt'>
    : never
  : never;

/** A file whose place another has taken; the catalog need not know it. */
export type RetiredFile = Pick<CatalogFile, 'id' | 'url' | 'name' | 'sizeBytes' | 'folderId'>;

/**
 * Takes files out of the library at once, and into the trash as soon as the host takes them there; without the trees:
 * whoever asks sees to them.
 * @returns those that left the library. @throws the signal's reason, when it stands in the journal
 */
export type Retire = (files: readonly RetiredFile[], signal: AbortSignal) => Promise<FileId[]>;

/** How far it is to remove for good what lies in the trash. */
export interface PurgeProgress {
  /** Folders that were looked into, and what was found to be removed by then. */
  listed: number;
  files: number;
  removedFiles: number;
  removedFolders: number;
}

export interface PurgeManner {
  onProgress?: ((progress: PurgeProgress) => void) | undefined;
  /** Many folders may wait, an hour as a rule, for what saves a call for each of them. */
  isPatient?: boolean;
}

/** What was removed. `trashId`: by this it is taken back; undefined where it is gone for good. */
export interface RemovedEntry {
  kind: 'file' | 'folder';
  path: string;
  files: number;
  sizeBytes: number;
  trashId: number | undefined;
}
