import type { Catalog } from '../catalog/catalog.ts';
import type { CrawlNote } from '../catalog/crawls.ts';
import { lockFile } from '../catalog/lock.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { type CrawlOptions, type CrawlProgress, type CrawlResult, crawl } from './crawl.ts';
import { whyHeld } from './guard.ts';
import { addResult, emptyResult, type Publisher, type PublishResult, type PublishRun } from './publish.ts';
import type { SideCars } from './side-cars.ts';

export interface SyncOptions extends CrawlOptions {
  catalog: Catalog;
  clock: Clock;
  log: Log;
  publisher: Publisher;
  sideCars: SideCars;
  /** Held while a crawl runs, across processes. */
  lockPath: string;
  removePercent: number;
  confirmMs: number;
}

export interface SyncRun {
  signal: AbortSignal;
  /** Recognise everything anew and compare every file of the tree with the disk. */
  full?: boolean;
  /** Lists the account and tells what would happen to the tree; writes no file of it. */
  dryRun?: boolean;
  /** A person's word that removals which the guard holds back may go. */
  acceptRemovals?: boolean;
  onProgress?: (progress: CrawlProgress) => void;
}

export interface SyncResult {
  outcome: 'done' | 'stopped';
  /** Why it stopped, and when it makes sense to go on (milliseconds UTC). */
  reason?: unknown;
  retryAt?: number | undefined;
  calls: number;
  note: CrawlNote;
  tree: PublishResult;
}

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
  const { catalog, clock, log, publisher, sideCars } = options;
  const state: SyncState = { running: false, progress: undefined };
  /** The first sync of a process looks at everything: settings, code or disk may have changed while it was down. */
  let lookedAtAll = false;

  async function confirmRemovals(
    done: Extract<CrawlResult, { outcome: 'done' }>,
    accept: boolean,
    dryRun: boolean,
  ): Promise<{ gone: string[]; note: CrawlNote }> {
    const now = clock.now();
    if (done.note.failedFolders) return { gone: [], note: done.note };
    const rootIds = done.roots.map((root) => root.folderId);
    await catalog.removals.missOutside(rootIds, now);
    const before = now - options.confirmMs;
    const candidates = await catalog.removals.candidates(before);
    const roots = await Promise.all(
      done.roots.map(async ({ path, folderId }) => ({
        path,
        ...(await catalog.removals.shareBelow(folderId, before)),
      })),
    );
    const why = whyHeld({
      whole: await catalog.removals.share(before),
      roots,
      removePercent: options.removePercent,
    });
    await catalog.removals.confirm(now);
    if (dryRun)
      return { gone: [], note: why ? { ...done.note, held: { files: candidates.length, why } } : done.note };
    if (why && !accept) {
      const note = { ...done.note, held: { files: candidates.length, why } };
      log.error(
        { files: candidates.length, why },
        'NOTHING WAS REMOVED: too much would go. If it is right: passerelle sync --accept-removals',
      );
      await catalog.crawls.end(done.crawlId, 'done', note, now);
      return { gone: [], note };
    }
    await catalog.removals.remove(candidates, now);
    const note = candidates.length > 0 ? { ...done.note, removed: candidates.length } : done.note;
    await catalog.crawls.end(done.crawlId, 'done', note, now);
    return { gone: candidates, note };
  }

  async function fetchSideCars(tree: PublishResult, signal: AbortSignal): Promise<void> {
    const wanted = new Map(tree.wanted.map((file) => [file.id, file]));
    tree.wanted = [];
    for (const file of wanted.values()) {
      if (!(await sideCars.fetch(file, signal))) continue;
      addResult(tree, withoutKeeps(await publisher.files([file.id], { signal })));
    }
  }

  /** What could not be written now (disk full, say) is found again by a look at everything. */
  async function publish(tree: PublishResult, fileIds: readonly string[], how: PublishRun): Promise<void> {
    try {
      addResult(tree, withoutKeeps(await publisher.files(fileIds, how)));
    } catch (error) {
      lookedAtAll = false;
      throw error;
    }
  }

  async function runOnce({
    signal,
    full = false,
    dryRun = false,
    acceptRemovals = false,
    onProgress,
  }: SyncRun): Promise<SyncResult> {
    const tree = emptyResult();
    const how = { dryRun, signal, done: { files: new Set<string>(), titles: new Set<string>() } };
    // A dry run plans once, at the end: plans of a half listed account would tell of steps that never come.
    const all = full || dryRun || !lookedAtAll;
    const result = await crawl(options, {
      signal,
      onProgress: (progress) => {
        state.progress = progress;
        onProgress?.(progress);
      },
      onChange: async ({ changed }) => (dryRun ? undefined : publish(tree, changed, how)),
    });
    if (result.outcome === 'stopped') {
      return {
        outcome: 'stopped',
        reason: result.reason,
        retryAt: result.retryAt,
        calls: result.calls,
        note: result.note,
        tree,
      };
    }
    const { gone, note } = await confirmRemovals(result, acceptRemovals, dryRun);
    if (!dryRun) await publish(tree, gone, how);
    if (all) addResult(tree, await publisher.everything(how));
    if (!dryRun) {
      lookedAtAll = tree.counts.failed === 0;
      await fetchSideCars(tree, signal);
    }
    return { outcome: 'done', calls: result.calls, note, tree };
  }

  return {
    state: (): SyncState => state,

    /**
     * @throws BridgeError BRIDGE_CRAWL_RUNNING while another one runs, BRIDGE_DISK when the tree cannot be written;
     * the signal's reason when it aborts after the crawl
     */
    async run(run: SyncRun): Promise<SyncResult> {
      const release = lockFile(options.lockPath, 'BRIDGE_CRAWL_RUNNING');
      state.running = true;
      try {
        return await runOnce(run);
      } finally {
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
