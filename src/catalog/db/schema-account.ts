import type { Generated } from 'kysely';
import type { FileId, FolderId } from '../../core/ids.ts';

/** Uploads that have begun and are not known to have ended. */
export interface UploadTable {
  id: Generated<number>;
  source: string;
  size_bytes: number;
  modified_at: number;
  folder_id: FolderId;
  name: string;
  receipt: string | null;
  begun_at: number;
  is_stored: number;
  replaces: Generated<number>;
  /** What its content is dated to be; null where nobody said. */
  dated_at: Generated<number | null>;
}

/** What a person removed, and where it lies in the account until it is removed for good. */
export interface AccountTrashTable {
  id: Generated<number>;
  kind: 'file' | 'folder';
  host_id: string;
  url: string | null;
  name: string;
  files: number;
  size_bytes: number;
  parent_id: string;
  path: string;
  day: string;
  day_id: string;
  /** 0 asked, 1 there, 2 due, 3 returning: see TrashState. */
  is_there: number;
  trashed_at: number;
  /** The same by a clock that nobody sets; null where it is not known. */
  certain_at: number | null;
  /** By this the files are known that left the library with it; null where they did not. */
  gone_at: number | null;
  /** JSON of a RoomFor; null where it makes room for nothing, or what was to come is there. */
  room_for: string | null;
}

/** Small files that only we have: empty ones, and what clients leave beside others. */
export interface LocalFileTable {
  folder_id: FolderId;
  name: string;
  content: Uint8Array;
  changed_at: number;
  /** What its content is dated to be; null where nobody said. */
  dated_at: Generated<number | null>;
}

/** What the content of files of the account is dated to be. */
export interface FileDateTable {
  file_id: FileId;
  dated_at: number;
}

/** Moves in the account that are not known to have ended. */
export interface BegunMoveTable {
  id: Generated<number>;
  kind: 'file' | 'folder';
  host_id: string;
  url: string | null;
  parent_id: string;
  name: string;
  begun_at: Generated<number>;
}

/** A copy that is to have another name than `file_id`; see `BegunCopies`. */
export interface BegunCopyTable {
  id: Generated<number>;
  file_id: string;
  parent_id: string;
  name: string;
  begun_at: number;
}

/** Files of this machine that were sent out of an inbox. */
export interface InboxFileTable {
  dir: string;
  path: string;
  size_bytes: number;
  modified_at: number;
  file_id: FileId;
  account_path: string;
  became: string;
  strm: string | null;
  strm_hash: string | null;
  done_at: number;
}

/** Addresses that the host is asked to fetch by itself. */
export interface RemoteAddressTable {
  id: Generated<number>;
  /** Whole until it is over, then as it may be shown. */
  url: string;
  folder_id: FolderId;
  /** See RemoteState. */
  state: string;
  added_at: number;
  asked_at: number | null;
  /** By which the host knows it. */
  job: string | null;
  file_id: FileId | null;
  page_url: string | null;
  why: string | null;
  ended_at: number | null;
}

/** Uploads whose bodies come in pieces. */
export interface HeldUploadTable {
  id: string;
  /** See HeldDoor. */
  door: string;
  path: string;
  size_bytes: number | null;
  metadata: string;
  replaces: number;
  /** See HeldState. */
  state: string;
  fate: string | null;
  file_id: FileId | null;
  error_code: string | null;
  error: string | null;
  added_at: number;
  touched_at: number;
}

/** Pieces of those that come in any order. */
export interface HeldChunkTable {
  upload_id: string;
  first_byte: number;
  last_byte: number;
  /** Of one that is numbered; null where its bytes are its name. */
  name: string | null;
}
