import type { CrawlNote } from '../catalog/account/crawls.ts';
import type { ArrivalCounts } from '../catalog/tree/recognitions.ts';
import type { Trees } from '../library/trees.ts';
import type { Whereabouts } from '../reconcile/left-out/count.ts';
import type { Away } from '../reconcile/mounts.ts';
import type { Publisher } from '../reconcile/publisher.ts';
import type { PublishResult } from '../reconcile/run.ts';
import type { Trash } from '../reconcile/trash.ts';
import type { TreeTurns } from '../reconcile/tree-turns.ts';
import type { SidecarCache } from '../sidecars/sidecar-cache.ts';
import type { SidecarFetcher } from '../sidecars/sidecar-fetcher.ts';
import type { CrawlOptions, CrawlProgress } from './crawl/crawl.ts';
import type { RetentionPolicy } from './retention/retention-policy.ts';

/** What a sync works with. */
export interface SyncOptions extends CrawlOptions {
  publisher: Publisher;
  sideCars: SidecarCache;
  fetchSideCars: SidecarFetcher;
  /** Hears how many calls a crawl made. */
  spend: (calls: number) => Promise<void>;
  turns: TreeTurns;
  retention: RetentionPolicy;
  trash: Trash;
  /** All that are written. */
  trees: Trees;
  /** How long what was taken out lies in the trash. */
  trashMs: () => number;
}

/** How one sync is asked for. */
export interface SyncRun {
  signal: AbortSignal;
  /** Recognise everything anew and compare every file of the tree with the disk. */
  full?: boolean;
  /** Lists the account and tells what would happen to the tree; writes no file of it. */
  dryRun?: boolean;
  /** Calls that the crawl may make; then it stops, and the next one goes on. Default: as many as it takes. */
  maxCalls?: number;
  /** A person's word that removals which the guard holds back, and those that are proposed, may go. */
  acceptRemovals?: boolean;
  onProgress?: (progress: CrawlProgress) => void;
  /** How long side-cars may be fetched after the crawl; what is left comes with the next sync. Default: until all are there. */
  sideCarsForMs?: number;
}

/** What came of it. */
export interface SyncResult {
  outcome: 'done' | 'stopped';
  /** Why it stopped, and when it makes sense to go on (milliseconds UTC). */
  reason?: unknown;
  retryAt?: number | undefined;
  calls: number;
  /** Films and episodes that were not in the library before. */
  arrived?: ArrivalCounts;
  note: CrawlNote;
  tree: PublishResult;
  /** Trees that were left out: not mounted, or full. They are brought up to date when they are there again. */
  away: Away[];
  /** Where the media files of the account went; only where something changed. */
  whereabouts?: Whereabouts;
  /** How long side-cars were fetched after the crawl. */
  fetchedForMs?: number;
}
