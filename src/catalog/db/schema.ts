import type { Generated } from 'kysely';
import type { FileId, FolderId } from '../../core/ids.ts';
import type {
  AccountTrashTable,
  BegunCopyTable,
  BegunMoveTable,
  FileDateTable,
  HeldChunkTable,
  HeldUploadTable,
  InboxFileTable,
  LocalFileTable,
  RemoteAddressTable,
  UploadTable,
} from './schema-account.ts';

/** Times are milliseconds since the epoch, UTC; flags are 0 or 1. */
export interface FolderTable {
  id: FolderId;
  parent_id: FolderId | null;
  name: string;
  seen_at: number;
  /** When its content was last listed. */
  listed_at: number | null;
  /** Since when it is absent from the listing of its parent. */
  missing_since: number | null;
  /** When something in it changed last; before the first change the newest date that the host names. */
  changed_at: number | null;
  /** Of the files that its last whole listing named. */
  fingerprint: string | null;
}

export interface FileTable {
  id: FileId;
  folder_id: FolderId;
  url: string;
  name: string;
  size_bytes: number;
  sent_at: number | null;
  content_type: string | null;
  checksum: string | null;
  has_password: number;
  has_access_rules: number;
  first_seen_at: number;
  /** When a listing last told something new of it. */
  seen_at: number;
  /** Since when it is absent from listings. */
  missing_since: number | null;
  /** End of the first successful crawl that missed it; monotonic time, see src/reconcile/monotonic-clock.ts. */
  missed_at: number | null;
  /** When it was taken out of the library for good. */
  gone_at: number | null;
  /** End of the second successful crawl that missed it; monotonic time. */
  confirmed_at: number | null;
  /** When a person said that it stays although it is missing. */
  kept_at: number | null;
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
  folder_id: FolderId;
  done_at: number | null;
  /** Error code of a folder that could not be listed. */
  failure: string | null;
}

/** What the last listing of a folder lacked. */
export interface FolderGapsTable {
  folder_id: FolderId;
  /** JSON, see FolderGap */
  gaps: string;
}

/** Files that took down what read them; without `why` one that is being read, or during which the process ended. */
export interface PutAsideTable {
  file_id: FileId;
  size_bytes: number;
  at: number;
  tries: number;
  why: string | null;
}

export interface LeaseTable {
  file_id: FileId;
  url: string;
  issued_at: number;
  first_used_at: number | null;
}

/** A beginning or end of a file that is kept on disk. */
export interface CachedRangeTable {
  file_id: FileId;
  /** head or tail */
  side: string;
  size_bytes: number;
  /** See `file_versions`. */
  version: string;
  start: number;
  length: number;
  /** CRC-32 of each block, four bytes each, little-endian. */
  checks: Uint8Array;
  used_at: number;
}

/** Of which version the bytes are that the host gives of a file. */
export interface FileVersionTable {
  file_id: FileId;
  /** Made of the host's validators. */
  version: string;
  /** What the file's entity tag ends with; empty until its bytes were seen to change. */
  mark: string;
}

/** A play; `record` is JSON. */
export interface PlayTable {
  id: string;
  started_at: number;
  record: string;
}

/** What a file was taken for last. */
export interface RecognitionTable {
  file_id: FileId;
  /** JSON of the Recognition. */
  recognition: string;
}

/** Where a file stands in a tree. */
export interface PlacementTable {
  /** Name of the tree, '' for the first. */
  tree: string;
  file_id: FileId;
  /** Folded path of the directory of its title. */
  title_key: string;
  /** Path of its .strm without the extension. Frozen: once there it is changed by a person's order alone. */
  stem: string | null;
  /** The file's name when it was written: what its address ends in, also when it is renamed at the host. */
  name: string | null;
  /** JSON of what its path tells, where what its name is taken for today would lead elsewhere. */
  pinned: string | null;
  /** Since when its title is in the account, as media servers are told it; milliseconds UTC. */
  added_at: number | null;
}

/** What a person says of a file or of a folder and all below it. */
export interface OverrideTable {
  /** `file:<id>` or `folder:<id>` */
  target: string;
  /** JSON of the Override. */
  value: string;
  at: number;
}

/** Places that were changed together; what brings them back. */
export interface JournalTable {
  id: Generated<number>;
  at: number;
  why: string;
  /** JSON of the moves. */
  moves: string;
  /** JSON of what was said before of what the batch is about; null = it changed no word. */
  former: string | null;
  undone_at: number | null;
}

export interface TreeTable {
  tree: string;
  path: string;
  kind: string;
  file_id: FileId | null;
  title_key: string;
  sha256: string;
  /** Of what was about to be written over it. */
  next_sha256: string | null;
  size_bytes: number;
  mtime_ms: number;
}

/** What is about to be written into a tree: it takes one row, where the manifest would take one for each file. */
export interface TreeIntentTable {
  id: Generated<number>;
  tree: string;
  /** JSON of manifest rows. */
  rows: string;
}

/** What changed in a tree, as a person sees it there. */
export interface TreeChangeTable {
  id: Generated<number>;
  at: number;
  tree: string;
  /** came, went, moved, replaced */
  kind: string;
  /** null = of several titles. */
  title_key: string | null;
  path: string;
  former: string | null;
  files: number;
  titles: number;
}

/** A folder of a tree, `''` = its top, and when something in or below it was written or taken away last. */
export interface TreeFolderTable {
  tree: string;
  path: string;
  changed_at: number;
}

/** Files whose place in the tree has not been brought up to date since they changed. */
export interface DirtyTable {
  file_id: FileId;
}

/** A deletion that was stopped, or one that went through. */
export interface ProposalTable {
  id: Generated<number>;
  at: number;
  /** What stopped it; `retention` = nothing did. */
  kind: string;
  why: string;
  /** open, accepted, refused, undone, settled */
  state: string;
  decided_at: number | null;
  /** JSON, see ProposalFacts */
  facts: string;
}

export interface ProposalFileTable {
  proposal_id: number;
  file_id: FileId;
}

/** A tree file that lies in dataDir/trash. */
export interface TrashTable {
  /** Where, below dataDir/trash. */
  stored: string;
  proposal_id: number;
  /** The tree that it comes from, and its path there. */
  tree: string;
  path: string;
  file_id: FileId | null;
  sha256: string;
  /** monotonic time. */
  trashed_at: number;
}

/** What a video's header says, or how often it could not be read. */
export interface MediaTable {
  file_id: FileId;
  /** Of the file when it was read: with another size the row says nothing. */
  size_bytes: number;
  at: number;
  failures: number;
  /** JSON, see MediaFacts */
  facts: string | null;
}

/** A folder of a tree of which a media server has not been told. */
export interface OutboxTable {
  server: string;
  tree: string;
  dir: string;
  /** Bits: 1 created, 2 updated, 4 removed. */
  changes: number;
  /** 1 = a film or an episode came or went. */
  major: number;
  first_at: number;
  at: number;
  /** Counts what was added to it. */
  rev: number;
}

/** Folders that a media server was told of and that were not seen in it yet. */
export interface ToldFolderTable {
  server: string;
  tree: string;
  dir: string;
  told_at: number;
  /** How often it was looked for since. */
  checks: number;
  /** When it is looked for next. */
  due_at: number;
}

export interface KeyValueTable {
  name: string;
  value: string;
}

/** The tables of the catalog. */
export interface Schema {
  folders: FolderTable;
  files: FileTable;
  crawls: CrawlTable;
  crawl_folders: CrawlFolderTable;
  folder_gaps: FolderGapsTable;
  put_aside: PutAsideTable;
  leases: LeaseTable;
  cached_ranges: CachedRangeTable;
  file_versions: FileVersionTable;
  plays: PlayTable;
  recognitions: RecognitionTable;
  placements: PlacementTable;
  overrides: OverrideTable;
  journal: JournalTable;
  tree: TreeTable;
  tree_intents: TreeIntentTable;
  tree_folders: TreeFolderTable;
  tree_changes: TreeChangeTable;
  dirty: DirtyTable;
  media: MediaTable;
  key_values: KeyValueTable;
  proposals: ProposalTable;
  proposal_files: ProposalFileTable;
  trash: TrashTable;
  outbox: OutboxTable;
  told_folders: ToldFolderTable;
  uploads: UploadTable;
  account_trash: AccountTrashTable;
  file_dates: FileDateTable;
  local_files: LocalFileTable;
  begun_moves: BegunMoveTable;
  begun_copies: BegunCopyTable;
  inbox_files: InboxFileTable;
  remote_addresses: RemoteAddressTable;
  held_uploads: HeldUploadTable;
  held_chunks: HeldChunkTable;
}
