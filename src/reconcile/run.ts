import type { FileId, FolderId } from '../core/ids.ts';
import type { WantedSidecar } from '../sidecars/sidecar-fetcher.ts';
import type { TreePlan } from '../tree/tree.ts';

/** How something is published. */
export interface PublishRun {
  /** Plans, and writes nothing. */
  dryRun?: boolean;
  signal?: AbortSignal;
  /** Done before the files are looked at, while nobody else writes: frees their places, for instance. Only `files` asks for it. */
  first?: () => Promise<void>;
  /** Files that a dry run treats as taken out. */
  asIfGone?: ReadonlySet<FileId>;
  /** A crawl is under way: what is missing may still be found, and nobody takes its place. */
  midCrawl?: boolean;
  /** Other folders are still to be listed: what may belong to them is looked at again. So it is in mid-crawl. */
  moreToCome?: boolean;
  /** What this sync has looked at already: `files` adds to it, `everything` leaves it out. */
  done?: Done;
}

/** Folders that were recognised, and titles (tree and key) that were compared with the disk. */
export interface Done {
  folders: Set<FolderId>;
  titles: Set<string>;
}

export type TreeCounts = TreePlan['counts'] & { failed: number };

export interface PublishResult {
  counts: TreeCounts;
  /** Files that are not ours or edited, as `<tree>/<path>`: a title that is laid out twice counts them once. */
  leftAlone: Set<string>;
  /** Side-cars whose content is not at hand yet. */
  wanted: WantedSidecar[];
  /** Files that get a place when the crawl has ended. */
  waiting: FileId[];
  /** What would be done to the tree; only kept for a dry run. */
  plans: TreePlan[];
}

/** Adds what `other` did to `result`. */
export function addResult(result: PublishResult, other: PublishResult): void {
  for (const [op, count] of Object.entries(other.counts)) result.counts[op as keyof TreeCounts] += count;
  for (const path of other.leftAlone) result.leftAlone.add(path);
  result.counts.conflict = result.leftAlone.size;
  result.wanted.push(...other.wanted);
  result.waiting.push(...other.waiting);
  result.plans.push(...other.plans);
}

export function emptyResult(): PublishResult {
  return {
    counts: { create: 0, update: 0, delete: 0, keep: 0, adopt: 0, conflict: 0, failed: 0 },
    leftAlone: new Set(),
    wanted: [],
    waiting: [],
    plans: [],
  };
}
