import type { FileId, FolderId } from '../../core/ids.ts';
import type { FileTable, FolderTable } from '../db/schema.ts';
import type { FolderGap } from './folder-gaps.ts';

/** A point between our own changes of the account. */
export type OwnMark = number & { readonly brand: unique symbol };

/** What one listing of one folder said: a complete, atomic fact about it. */
export interface Listing {
  folderId: FolderId;
  /** Its name and parent, where known; the root of the account has no parent. */
  name: string;
  folders: readonly { id: FolderId; name: string; createdAt?: number | undefined }[];
  files: readonly ListedFile[];
  /** False when the listing may lack entries: then nothing is called missing. */
  complete: boolean;
  /** What it lacks, and why. */
  gaps?: readonly FolderGap[];
  /** When it was asked for: of what we changed since, our own word stands. */
  asked?: OwnMark;
  /** What was removed by hand after this may still be named where it was; milliseconds UTC. */
  lateSince?: number;
}

export interface ListedFile {
  id: FileId;
  url: string;
  name: string;
  sizeBytes: number;
  sentAt: number | undefined;
  contentType: string | undefined;
  checksum: string | undefined;
  hasPassword: boolean;
  hasAccessRules: boolean;
  /** Of its content, of one that we have put there ourselves: the host has none. */
  datedAt?: number | undefined;
}

/** What a listing changed in the catalog. */
export interface ListingChange {
  /** Files that are new, renamed, moved, resized, back again, or below a folder that was renamed or moved. */
  changed: FileId[];
  /** Files that are missing from now on, below missing folders too. */
  missing: FileId[];
  /** How many files are in the library now that were not. */
  added: number;
}

/** A file as the catalog holds it: what is compared with what a listing says. */
export type HeldFile = Omit<FileTable, 'checksum' | 'seen_at' | 'missed_at' | 'confirmed_at' | 'kept_at'>;

/** A sub-folder as the catalog holds it. */
export type Child = Pick<FolderTable, 'id' | 'name' | 'parent_id' | 'missing_since'>;
