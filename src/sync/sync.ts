import { isBridgeError } from '../core/errors.ts';
import type { FileId } from '../core/ids.ts';
import { inLowMemoryMode } from '../core/low-memory-mode.ts';
import type { PublishResult } from '../reconcile/run.ts';
import type { CrawlProgress } from './crawl/crawl.ts';
import { gatherRefreshes, type Refresh } from './refreshes.ts';
import { createSyncPasses } from './sync-pass.ts';
import type { SyncOptions, SyncResult, SyncRun } from './sync-run.ts';

/** How far the running sync is, for whoever asks. */
export interface SyncState {
  running: boolean;
  progress: CrawlProgress | undefined;
}

/** From the host to the tree. One at a time on this catalog, also between processes. */
export interface Sync {
  state(): SyncState;
  /**
   * Lays the titles of these files out again, without a crawl. A sync that is asked for meanwhile waits for it; beside one
   * that runs in this process it is done all the same.
   * @returns false when it has to be asked again: another process syncs, or a file could not be written
   * @throws BridgeError BRIDGE_DISK; the signal's reason
   */
  refresh: Refresh;
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
  const { publisher, turns } = options;
  const passes = createSyncPasses(options);
  const state: SyncState = { running: false, progress: undefined };

  async function onTree(work: () => Promise<PublishResult>): Promise<PublishResult> {
    try {
      await publisher.findTrees();
      return await work();
    } finally {
      await publisher.rest();
    }
  }

  function takeOne(run: SyncRun): Promise<SyncResult> {
    const onProgress = (progress: CrawlProgress) => {
      state.progress = progress;
      run.onProgress?.(progress);
    };
    return inLowMemoryMode(() => passes.take(run, onProgress));
  }

  async function refresh(fileIds: readonly FileId[], signal: AbortSignal): Promise<boolean> {
    try {
      // A crawl may take hours. What has moved may be known by one end alone until it is over.
      const { counts } = await turns.alsoBesideSync((isBeside) =>
        isBeside
          ? publisher.files(fileIds, { signal, midCrawl: true })
          : onTree(() => publisher.files(fileIds, { signal })),
      );
      return counts.failed === 0;
    } catch (error) {
      if (isBridgeError(error, 'BRIDGE_CRAWL_RUNNING')) return false;
      throw error;
    }
  }

  return {
    state: () => state,
    refresh: gatherRefreshes(refresh),

    async rewrite(signal) {
      passes.recheck(true);
      // Another process, after a kill, must not take the trees for what they should be.
      await publisher.fingerprint.forget();
      const rewritten = await turns.briefUnlessSynced(() => onTree(() => publisher.everything({ signal })));
      if (!rewritten) return undefined;
      const { failed, create, update } = rewritten.done.counts;
      passes.recheck(failed > 0);
      return create + update;
    },

    run: (run) =>
      turns.sync(async () => {
        state.running = true;
        try {
          return await takeOne(run);
        } finally {
          await passes.settled();
          await publisher.rest();
          state.running = false;
        }
      }),
  };
}
