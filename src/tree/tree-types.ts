import type { BridgeError } from '../core/errors.ts';
import type { FileId } from '../core/ids.ts';

export type EntryKind = 'strm' | 'nfo' | 'subtitle' | 'artwork';

/** What is remembered of a file that we wrote. All paths here are relative to library.dir, with `/`. */
export interface ManifestEntry {
  path: string;
  kind: EntryKind;
  fileId?: FileId;
  titleKey: string;
  /** Of the bytes that we wrote, hex. */
  sha256: string;
  /** Of the bytes that we were about to write: after a kill, either may lie there. */
  nextSha256?: string;
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
  fileId?: FileId;
  titleKey: string;
  content: TreeContent;
  /** The time that the file is to have on the disk, where it is not the one when it is written. Milliseconds UTC. */
  mtimeMs?: number;
}

/** What lay on the disk when the plan was made. `applyTree` touches the file only while that is still true. */
export interface Seen {
  sizeBytes: number;
  mtimeMs: number;
}

/** One step of a plan. `reason` is for a person. */
export type TreeOp =
  | { op: 'create'; path: string; reason: string; desired: Desired }
  /** `entry` = its row, with the hash of what lies there when that is ours. */
  | { op: 'update'; path: string; reason: string; desired: Desired; seen: Seen; entry?: ManifestEntry }
  /** Right as it is. `entry` is what the manifest should say; `changed` = it says something else, or nothing, today. */
  | {
      op: 'keep' | 'adopt';
      path: string;
      reason: string;
      entry: ManifestEntry;
      changed: boolean;
      /** The time that it gets: its content is right, and its time is not. */
      touchMs?: number;
    }
  /** Without `seen` there is nothing on the disk and only the manifest changes. `entry` = its row. */
  | { op: 'delete'; path: string; reason: string; seen?: Seen; entry: ManifestEntry }
  /** A person's file: neither overwritten nor deleted. `forget` = its row leaves the manifest, it is theirs now. */
  | { op: 'conflict'; path: string; reason: string; forget: boolean };

/** What `applyTree` would do, in this order (deletes first). Nothing has been touched yet. */
export interface TreePlan {
  ops: TreeOp[];
  counts: Record<TreeOp['op'], number>;
}

/** Where files of the tree go when what they stand for is gone, and where they come back from. `full` = system path. */
export interface TreeTrash {
  /** Moves the file away; false = it leaves for another reason and is to be deleted. */
  take(path: string, full: string): Promise<boolean>;
  /** Whether something that came from this path may lie there. */
  holds(path: string): boolean;
  /** Moves back what came from this path, with its old time; false = there is nothing with this content. */
  giveBack(path: string, sha256: string, full: string): Promise<boolean>;
}

export interface ApplyResult {
  /** Manifest rows to store: everything created, updated, adopted, or kept with a new row. */
  written: ManifestEntry[];
  /** Paths whose manifest rows must go. */
  removed: string[];
  /** What did not work. `code` is the system's (`ENOSPC`, `EACCES`, ...), an error's own, or `CHANGED`: touched since the plan. */
  failed: { path: string; code: string }[];
  /** Why the run stopped early: BRIDGE_DISK with the path, or the signal's reason. What stands above was done all the same. */
  stopped?: BridgeError | { aborted: unknown };
}
