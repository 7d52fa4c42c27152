import type { CrawlNote } from '../catalog/account/crawls.ts';
import type { ArrivalCounts } from '../catalog/tree/recognitions.ts';
import { unlessLocked, whileLocked } from '../core/files/file-lock.ts';
import type { FileId } from '../core/ids.ts';
import { inLowMemoryMode } from '../core/low-memory-mode.ts';
import type { Trees } from '../library/trees.ts';
import type { Whereabouts } from '../reconcile/left-out/count.ts';
import type { Away } from '../reconcile/mounts.ts';
import type { Publisher } from '../reconcile/publisher.ts';
import type { PublishResult } from '../reconcile/run.ts';
import type { Trash } from '../reconcile/trash.ts';
import type { SidecarCache } from '../sidecars/sidecar-cache.ts';
import type { SidecarFetcher } from '../sidecars/sidecar-fetcher.ts';
import type { CrawlOptions, CrawlProgress } from './crawl/crawl.ts';
import type { RetentionPolicy } from './retention/retention-policy.ts';
import { createSyncPasses } from './sync-pass.ts';

export interface SyncOptions extends CrawlOptions {
  publisher: Publisher;
  sideCars: SidecarCache;
  fetchSideCars: SidecarFetcher;
  /** Hears how many calls a crawl made. */
  spend: (calls: number) => Promise<void>;
  /** Held while a crawl runs, across processes. */
  lockPath: string;
  retention: RetentionPolicy;
  trash: Trash;
  /** All that are written. */
  trees: Trees;
  /** How long what was taken out lies in the trash. */
  trashMs: number;
}

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

/** How far the running sync is, for whoever asks. */
export interface SyncState {
  running: boolean;
  progress: CrawlProgress | undefined;
}

/** From the host to the tree. One at a time on this catalog, also between processes. */
export interface Sync {
  state(): SyncState;
  /**
   * Lays the titles of these files out again, without a crawl: a sync waits for it instead of being refused.
   * @returns false when it has to be asked again: a sync runs, or a file could not be written
   * @throws BridgeError BRIDGE_DISK; the signal's reason
   */
  refresh(fileIds: readonly FileId[], signal: AbortSignal): Promise<boolean>;
  /**
   * Writes everything anew, without a crawl: addresses are others from now on.
   * @returns files that were written; undefined when the next sync does it, since one runs
   * @throws BridgeError BRIDGE_DISK: then too, the next sync does it
   */
  rewrite(signal: AbortSignal): Promise<number | undefined>;
  /**
   * One sync: crawl, write what changed as it is listed, weigh what disappeared, fetch small side-cars.
   * @throws BridgeError BRIDGE_CRAWL_RUNNING while another one runs, BRIDGE_DISK when no tree can be written;
   * the signal's reason when it aborts after the crawl
   */
  run(run: SyncRun): Promise<SyncResult>;
}

export function createSync(options: SyncOptions): Sync {
  const { publisher, lockPath } = options;
  const passes = createSyncPasses(options);
  const state: SyncState = { running: false, progress: undefined };
  let refreshing: Promise<unknown> | undefined;

  /** @returns undefined while a sync runs */
  function onTree(work: () => Promise<PublishResult>): Promise<{ done: PublishResult } | undefined> {
    const begun = unlessLocked(lockPath, 'BRIDGE_CRAWL_RUNNING', async () => {
      try {
        await publisher.findTrees();
        return await work();
      } finally {
        await publisher.rest();
      }
    });
    const settled = Promise.allSettled([refreshing, begun]).then(() => {
      if (refreshing === settled) refreshing = undefined;
    });
    refreshing = settled;
    return begun;
  }

  function takeOne(run: SyncRun): Promise<SyncResult> {
    const onProgress = (progress: CrawlProgress) => {
      state.progress = progress;
      run.onProgress?.(progress);
    };
    return inLowMemoryMode(() => passes.take(run, onProgress));
  }

  return {
    state: () => state,

    async refresh(fileIds, signal) {
      const refreshed = await onTree(() => publisher.files(fileIds, { signal }));
      return refreshed?.done.counts.failed === 0;
    },

    async rewrite(signal) {
      passes.recheck(true);
      // Another process, after a kill, must not take the trees for what they should be.
      await publisher.fingerprint.forget();
      const rewritten = await onTree(() => publisher.everything({ signal }));
      if (!rewritten) return undefined;
      const { failed, create, update } = rewritten.done.counts;
      passes.recheck(failed > 0);
      return create + update;
    },

    async run(run) {
      while (refreshing) await refreshing;
      return whileLocked(lockPath, 'BRIDGE_CRAWL_RUNNING', async () => {
        state.running = true;
        try {
          return await takeOne(run);
        } finally {
          await passes.settled();
          await publisher.rest();
          state.running = false;
        }
      });
    },
  };
}
