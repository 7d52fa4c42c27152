import { unlessLocked, whileLocked } from '../core/files/file-lock.ts';
import type { FileId } from '../core/ids.ts';
import { inLowMemoryMode } from '../core/low-memory-mode.ts';
import type { PublishResult } from '../reconcile/run.ts';
import type { CrawlProgress } from './crawl/crawl.ts';
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
