import type { Generated } from 'kysely';

/** Times are milliseconds since the epoch, UTC; flags are 0 or 1. */
export interface FolderTable {
  id: number;
  parent_id: number | null;
  name: string;
  seen_at: number;
  /** When its content was last listed. */
  listed_at: number | null;
  /** Since when it is absent from the listing of its parent. */
  missing_since: number | null;
}

export interface FileTable {
  id: string;
  folder_id: number;
  url: string;
  name: string;
  size_bytes: number;
  sent_at: number | null;
  content_type: string | null;
  checksum: string | null;
  has_password: number;
  has_access_rules: number;
  first_seen_at: number;
  seen_at: number;
  /** Since when it is absent from listings. */
  missing_since: number | null;
  /** End of the first successful crawl that missed it. */
  missed_at: number | null;
  /** When it was taken out of the library for good. */
  gone_at: number | null;
}

export interface CrawlTable {
  id: Generated<number>;
  started_at: number;
  ended_at: number | null;
  /** running, done, stopped (goes on later), failed */
  outcome: string;
  roots: string;
  calls: number;
  /** JSON, see CrawlNote */
  note: string | null;
}

export interface CrawlFolderTable {
  seq: Generated<number>;
  crawl_id: number;
  folder_id: number;
  done_at: number | null;
  /** Error code of a folder that could not be listed. */
  failure: string | null;
}

export interface LeaseTable {
  file_id: string;
  url: string;
  issued_at: number;
  first_used_at: number | null;
}

/** A beginning or end of a file that is kept on disk. */
export interface KeptTable {
  file_id: string;
  /** head or tail */
  side: string;
  size_bytes: number;
  start: number;
  length: number;
  /** CRC-32 of each block, four bytes each, little-endian. */
  checks: Uint8Array;
  used_at: number;
}

/** A play; `record` is JSON. */
export interface PlayTable {
  id: string;
  started_at: number;
  record: string;
}

export interface TitleTable {
  file_id: string;
  title_key: string;
  /** JSON of the Recognition. */
  recognition: string;
}

export interface TreeTable {
  path: string;
  kind: string;
  file_id: string | null;
  title_key: string;
  sha256: string;
  size_bytes: number;
  mtime_ms: number;
}

/** Files whose place in the tree has not been brought up to date since they changed. */
export interface DirtyTable {
  file_id: string;
}

/** What a video's header says, or how often it could not be read. */
export interface MediaTable {
  file_id: string;
  /** Of the file when it was read: with another size the row says nothing. */
  size_bytes: number;
  at: number;
  failures: number;
  /** JSON, see MediaFacts */
  facts: string | null;
}

export interface MemoryTable {
  name: string;
  value: string;
}

/** The tables of the catalog. */
export interface Schema {
  folders: FolderTable;
  files: FileTable;
  crawls: CrawlTable;
  crawl_folders: CrawlFolderTable;
  leases: LeaseTable;
  kept: KeptTable;
  plays: PlayTable;
  titles: TitleTable;
  tree: TreeTable;
  dirty: DirtyTable;
  media: MediaTable;
  memory: MemoryTable;
}
