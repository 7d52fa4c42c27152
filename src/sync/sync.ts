import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogFile } from '../catalog/content.ts';
import type { CrawlNote } from '../catalog/crawls.ts';
import { lockFile } from '../catalog/lock.ts';
import type { Clock } from '../clock.ts';
import { isBridgeError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type CrawlOptions, type CrawlProgress, type CrawlResult, crawl } from './crawl.ts';
import { frugally } from './frugal.ts';
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

/** Removals of the last day, by their time. */
const recentName = 'recentRemovals';
const recentMs = 24 * 3_600_000;

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
  /** Subtitles that are still to be fetched, from one sync to the next. */
  const wanted = new Map<string, CatalogFile>();

  /** Weighs what disappeared. @returns what goes now, or would go */
  async function weighRemovals(
    done: Extract<CrawlResult, { outcome: 'done' }>,
    { acceptRemovals = false, dryRun = false }: SyncRun,
  ): Promise<{ gone: string[]; note: CrawlNote }> {
    const now = clock.now();
    const { note } = done;
    // A crawl that could not see everything confirms nothing; a person may still say so.
    if ((note.failedFolders || note.missingRoots) && !acceptRemovals) return { gone: [], note };
    if (!note.missingRoots)
      await catalog.removals.missOutside(
        done.roots.map((root) => root.folderId),
        now,
      );
    const before = now - options.confirmMs;
    const gone = await catalog.removals.candidates(before);
    const lately = await recentRemovals(now);
    const whole = await catalog.removals.share(before);
    const roots = await Promise.all(
      done.roots.map(async ({ path, folderId }) => ({
        path,
        ...(await catalog.removals.shareBelow(folderId, before)),
      })),
    );
    const why = whyHeld({
      // Many small losses in one bad night are one large loss.
      whole: {
        total: whole.total + lately,
        candidates: whole.candidates === 0 ? 0 : whole.candidates + lately,
      },
      roots,
      removePercent: options.removePercent,
    });
    const held = why && !acceptRemovals ? { ...note, held: { files: gone.length, why } } : undefined;
    if (dryRun) return { gone: held ? [] : gone, note: held ?? note };
    await catalog.removals.confirm(now);
    if (held) {
      log.error(
        { files: gone.length, why },
        'NOTHING WAS REMOVED: too much would go. If it is right: passerelle sync --accept-removals',
      );
      await catalog.crawls.end(done.crawlId, 'done', held, now);
      return { gone: [], note: held };
    }
    await catalog.removals.remove(gone, now);
    await catalog.memory.put(
      recentName,
      acceptRemovals ? [] : [...(await recentEntries(now)), { at: now, files: whole.candidates }],
    );
    const result = gone.length > 0 ? { ...note, removed: gone.length } : note;
    await catalog.crawls.end(done.crawlId, 'done', result, now);
    return { gone, note: result };
  }

  async function recentEntries(now: number): Promise<{ at: number; files: number }[]> {
    const kept = (await catalog.memory.get<{ at: number; files: number }[]>(recentName)) ?? [];
    return kept.filter((entry) => entry.files > 0 && entry.at <= now && now - entry.at < recentMs);
  }

  async function recentRemovals(now: number): Promise<number> {
    return (await recentEntries(now)).reduce((sum, entry) => sum + entry.files, 0);
  }

  async function fetchSideCars(tree: PublishResult, signal: AbortSignal): Promise<void> {
    for (const file of tree.wanted) wanted.set(file.id, file);
    tree.wanted = [];
    for (const file of [...wanted.values()]) {
      try {
        const fetched = await sideCars.fetch(file, signal);
        if (fetched === 'fetched') await publish(tree, [file.id], { signal });
        if (fetched !== 'failed') wanted.delete(file.id);
      } catch (error) {
        signal.throwIfAborted();
        if (!isBridgeError(error) || error.retryAt === undefined) throw error;
        // A lock: the others would fail too, and all of them come with a later sync.
        log.warn({ err: error, waiting: wanted.size }, 'subtitles wait for a later sync');
        return;
      }
    }
  }

  async function publish(tree: PublishResult, fileIds: readonly string[], how: PublishRun): Promise<void> {
    addResult(tree, withoutKeeps(await publisher.files(fileIds, how)));
  }

  async function runOnce(run: SyncRun): Promise<SyncResult> {
    const { signal, full = false, dryRun = false, onProgress } = run;
    const tree = emptyResult();
    const how: PublishRun = { dryRun, signal, done: { files: new Set(), titles: new Set() } };
    // A dry run plans once, at the end: plans of a half listed account would tell of steps that never come.
    const all = full || dryRun || !lookedAtAll;
    if (!full) await publisher.checkMounted();
    // What another process, or one that was killed, has listed and not written.
    if (!all) await publish(tree, await catalog.dirty.all(), how);
    const result = await crawl(options, {
      signal,
      onProgress: (progress) => {
        state.progress = progress;
        onProgress?.(progress);
      },
      onChange: async ({ changed }) => (dryRun ? undefined : publish(tree, changed, how)),
    });
    if (result.outcome === 'stopped') {
      const { reason, retryAt, calls, note } = result;
      return { outcome: 'stopped', reason, retryAt, calls, note, tree };
    }
    const { gone, note } = await weighRemovals(result, run);
    if (dryRun) how.asIfGone = new Set(gone);
    else await publish(tree, gone, how);
    if (all) addResult(tree, await publisher.everything(how));
    if (!dryRun) {
      lookedAtAll ||= tree.counts.failed === 0;
      if (all && tree.counts.failed === 0) await catalog.dirty.clear(await catalog.dirty.all());
      await fetchSideCars(tree, signal);
    }
    return { outcome: 'done', calls: result.calls, note, tree };
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
      await publisher.checkMounted();
      const { counts } = await publisher.files(fileIds, { signal });
      return counts.failed === 0;
    } finally {
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
     * @throws BridgeError BRIDGE_CRAWL_RUNNING while another one runs, BRIDGE_DISK when the tree cannot be written;
     * the signal's reason when it aborts after the crawl
     */
    async run(run: SyncRun): Promise<SyncResult> {
      while (refreshing) await refreshing;
      const release = lockFile(options.lockPath, 'BRIDGE_CRAWL_RUNNING');
      state.running = true;
      try {
        return await frugally(() => runOnce(run));
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
