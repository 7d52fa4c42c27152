import type { BridgeError } from '../errors.ts';

export type EntryKind = 'strm' | 'nfo' | 'subtitle';

/** What is remembered of a file that we wrote. All paths here are relative to library.dir, with `/`. */
export interface ManifestEntry {
  path: string;
  kind: EntryKind;
  fileId?: string;
  titleKey: string;
  /** Of the bytes that we wrote, hex. */
  sha256: string;
  sizeBytes: number;
  mtimeMs: number;
}

/**
 * The bytes of a file, or how to get them. A function is called only when the file must be written or compared, so a
 * subtitle that is already there costs no download: same path, same file id and untouched on disk = same content.
 */
export type TreeContent = string | Buffer | (() => Promise<string | Buffer>);

/** A file that should be in the tree. */
export interface Desired {
  path: string;
  kind: EntryKind;
  fileId?: string;
  titleKey: string;
  content: TreeContent;
}

/** One step of a plan. `reason` is for a person. */
export type TreeOp =
  | { op: 'create' | 'update'; path: string; reason: string; desired: Desired }
  /** Right as it is. `entry` is what the manifest should say now; `changed` when it says something else today. */
  | { op: 'keep' | 'adopt'; path: string; reason: string; entry: ManifestEntry; changed: boolean }
  /** `forgotten` = nothing on disk, only the manifest changes. */
  | { op: 'delete'; path: string; reason: string; entry: ManifestEntry; forgotten: boolean }
  /** A person's file: neither overwritten nor deleted. */
  | { op: 'conflict'; path: string; reason: string };

/** What `applyTree` would do, in this order (deletes first). Nothing has been touched yet. */
export interface TreePlan {
  ops: TreeOp[];
  counts: Record<TreeOp['op'], number>;
}

export interface ApplyResult {
  /** Manifest rows to store: everything created, updated, adopted, or kept with a new row. */
  written: ManifestEntry[];
  /** Paths whose manifest rows must go. */
  removed: string[];
  /** What did not work; `code` is the system's (`ENOSPC`, `EACCES`, ...) or ours. */
  failed: { path: string; code: string }[];
  /** Set when the run stopped early because the disk refused (BRIDGE_DISK) or the signal aborted; rows above are true. */
  stopped?: BridgeError | 'aborted';
}
