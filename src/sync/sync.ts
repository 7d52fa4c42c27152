import type { CrawlNote } from '../catalog/account/crawls.ts';
import type { Arrivals } from '../catalog/tree/recognitions.ts';
import { isBridgeError } from '../core/errors.ts';
import { lockFile } from '../core/file-lock.ts';
import { inLowMemoryMode } from '../core/low-memory-mode.ts';
import type { Away } from '../reconcile/mounts.ts';
import type { Publisher } from '../reconcile/publisher.ts';
import { addResult, emptyResult, type PublishResult, type PublishRun } from '../reconcile/run.ts';
import type { Trash } from '../reconcile/trash.ts';
import type { SideCars } from '../sidecars/sidecar-cache.ts';
import type { SideCarFetch } from '../sidecars/sidecar-fetcher.ts';
import { type CrawlOptions, type CrawlProgress, crawl } from './crawl/crawl.ts';
import type { RetentionPolicy } from './retention/retention-policy.ts';

export interface SyncOptions extends CrawlOptions {
  publisher: Publisher;
  sideCars: SideCars;
  fetchSideCars: SideCarFetch;
  /** Hears how many calls a crawl made. */
  spend: (calls: number) => Promise<void>;
  /** Held while a crawl runs, across processes. */
  lockPath: string;
  retention: RetentionPolicy;
  trash: Trash;
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
  arrived?: Arrivals;
  note: CrawlNote;
  tree: PublishResult;
  /** Trees that were left out: not mounted, or full. They are brought up to date when they are there again. */
  away: Away[];
  /** How long side-cars were fetched after the crawl. */
  fetchedForMs?: number;
}

/** Published in one go, whatever waits. */
const filesAtOnce = 500;
/** What was listed is in the tree after so long, whatever there is. */
const gatherForMs = 1000;

/** How far the running sync is, for whoever asks. */
export interface SyncState {
  running: boolean;
  progress: CrawlProgress | undefined;
}

/**
 * One sync from the host to the tree: crawl, write what changed as it is listed, weigh what disappeared, fetch small
 * side-cars. One at a time on this catalog, also between processes.
 */
export function createSync(options: SyncOptions) {
  const { catalog, clock, publisher, sideCars, fetchSideCars, retention, trash } = options;
  const state: SyncState = { running: false, progress: undefined };
  /** The first sync of a process looks at everything: settings, code or disk may have changed while it was down. */
  let lookedAtAll = false;
  /** A look at the disk that is under way. */
  let looking: Promise<unknown> | undefined;

  async function sizesOf(ids: readonly string[]): Promise<Map<string, number>> {
    return new Map((await catalog.files.filesByIds(ids)).map((file) => [file.id, file.sizeBytes]));
  }

  async function publish(tree: PublishResult, fileIds: readonly string[], how: PublishRun): Promise<void> {
    // After a kill, or for another process, there may be a whole account of them.
    for (let start = 0; start < fileIds.length; start += filesAtOnce)
      addResult(tree, withoutKeeps(await publisher.files(fileIds.slice(start, start + filesAtOnce), how)));
  }

  async function runOnce(run: SyncRun): Promise<SyncResult> {
    const { signal, full = false, dryRun = false, onProgress } = run;
    const startedAt = clock.now();
    const tree = emptyResult();
    const how: PublishRun = { dryRun, signal, done: { folders: new Set(), titles: new Set() } };
    // A dry run plans once, at the end: plans of a half listed account would tell of steps that never come.
    const reconcileFingerprint =
      !full && !dryRun && !lookedAtAll && (await publisher.reconcileFingerprint.isSame());
    const all = full || dryRun || !(lookedAtAll || reconcileFingerprint);
    await publisher.findTrees({ takeAll: full });
    // The disk is looked at while the host is asked.
    const differing = reconcileFingerprint ? publisher.reconcileFingerprint.differing(signal) : undefined;
    looking = differing?.catch(() => undefined);
    // What another process, or one that was killed, has listed and not written.
    if (!all) await publish(tree, await catalog.dirty.all(), { ...how, midCrawl: true });
    const listed = gather((fileIds) => publish(tree, fileIds, { ...how, midCrawl: true }));
    const result = await crawl(options, {
      signal,
      maxCalls: run.maxCalls,
      onProgress: (progress) => {
        state.progress = progress;
        onProgress?.(progress);
      },
      onChange: async ({ changed }) => (dryRun ? undefined : listed.add(changed)),
    });
    // Who stops it waits for nothing more: the next sync begins with what was listed and not written.
    if (!signal.aborted) await listed.rest();
    await options.spend(result.calls);
    const fetchNow = () =>
      fetchSideCars(tree.wanted.splice(0), {
        signal,
        forMs: run.sideCarsForMs ?? Number.POSITIVE_INFINITY,
        publish: async (titles) => addResult(tree, withoutKeeps(await publisher.titles(titles, { signal }))),
      });
    if (result.outcome === 'stopped') {
      const { reason, retryAt, calls, note } = result;
      // Everything is well but the count of calls: what is known is laid out all the same.
      if (!dryRun && isBridgeError(reason, 'BRIDGE_BUDGET')) {
        addResult(tree, await (all ? publisher.everything(how) : publisher.catchUp(how)));
        if (differing) addResult(tree, await publisher.each(await differing, how));
        lookedAtAll ||= tree.counts.failed === 0;
        await fetchNow();
      }
      return { outcome: 'stopped', reason, retryAt, calls, note, tree, away: publisher.away() };
    }
    const { gone, note } = await retention.weigh(result, run);
    let fetchedForMs = 0;
    if (dryRun) how.asIfGone = new Set(gone);
    // What goes now, and what a person decided about while the crawl ran.
    else await publish(tree, await catalog.dirty.all(), how);
    if (all) addResult(tree, await publisher.everything(how));
    else if (differing) addResult(tree, await publisher.each(await differing, how));
    if (!dryRun) {
      if (!all) addResult(tree, await publisher.catchUp(how));
      const { failed, conflict } = tree.counts;
      lookedAtAll ||= failed === 0;
      // What was left undone is tried again by the next process.
      const undone = failed + conflict + tree.wanted.length + publisher.away().length;
      if (all && undone === 0) await publisher.reconcileFingerprint.note();
      if (all && tree.counts.failed === 0) await catalog.dirty.clear(await catalog.dirty.all());
      await trash.purge(options.trashMs);
      await catalog.freePlaces(clock.now() - options.trashMs);
      if (all && !note.failedFolders) await sideCars.sweep(sizesOf);
      fetchedForMs = await fetchNow();
    }
    // Asked only where something changed in the tree: a quiet account has many files and no news.
    const arrived =
      tree.counts.create > 0 && !dryRun ? await catalog.recognitions.arrivedSince(startedAt) : undefined;
    return {
      outcome: 'done',
      calls: result.calls,
      ...(arrived && { arrived }),
      note,
      tree,
      away: publisher.away(),
      fetchedForMs,
    };
  }

  /**
   * Files of one listing after another until they are worth the work: a host that answers at once would have the tree
   * written in two thousand little steps.
   */
  function gather(publishThese: (fileIds: readonly string[]) => Promise<void>) {
    let waiting: string[] = [];
    let publishedAt = Number.NEGATIVE_INFINITY;
    const rest = async () => {
      const these = waiting;
      waiting = [];
      publishedAt = clock.now();
      await publishThese(these);
    };
    return {
      async add(fileIds: readonly string[]): Promise<void> {
        waiting.push(...fileIds);
        if (waiting.length === 0) return;
        if (waiting.length >= filesAtOnce || clock.now() - publishedAt >= gatherForMs) await rest();
      },
      rest,
    };
  }

  /** A small piece of work on the tree without a crawl: a sync waits for it instead of being refused. */
  let refreshing: Promise<unknown> | undefined;

  async function refreshNow(fileIds: readonly string[], signal: AbortSignal): Promise<boolean> {
    let release: () => void;
    try {
      release = lockFile(options.lockPath, 'BRIDGE_CRAWL_RUNNING');
    } catch (error) {
      if (isBridgeError(error, 'BRIDGE_CRAWL_RUNNING')) return false;
      throw error;
    }
    try {
      await publisher.findTrees();
      const { counts } = await publisher.files(fileIds, { signal });
      return counts.failed === 0;
    } finally {
      await publisher.rest();
      release();
    }
  }

  return {
    state: (): SyncState => state,

    /**
     * Lays the titles of these files out again, without a crawl. @returns false when it has to be asked again: a sync
     * runs, or a file could not be written
     * @throws BridgeError BRIDGE_DISK; the signal's reason
     */
    refresh(fileIds: readonly string[], signal: AbortSignal): Promise<boolean> {
      const work = refreshNow(fileIds, signal);
      const settled = Promise.allSettled([refreshing, work]).then(() => {
        if (refreshing === settled) refreshing = undefined;
      });
      refreshing = settled;
      return work;
    },

    /**
     * @throws BridgeError BRIDGE_CRAWL_RUNNING while another one runs, BRIDGE_DISK when no tree can be written;
     * the signal's reason when it aborts after the crawl
     */
    async run(run: SyncRun): Promise<SyncResult> {
      while (refreshing) await refreshing;
      const release = lockFile(options.lockPath, 'BRIDGE_CRAWL_RUNNING');
      state.running = true;
      try {
        return await inLowMemoryMode(() => runOnce(run));
      } finally {
        await looking;
        await publisher.rest();
        state.running = false;
        release();
      }
    },
  };
}

/** A title is laid out again with each of its files: what stayed as it was is only counted by a look at everything. */
function withoutKeeps(result: PublishResult): PublishResult {
  result.counts.keep = 0;
  return result;
}

export type Sync = ReturnType<typeof createSync>;
