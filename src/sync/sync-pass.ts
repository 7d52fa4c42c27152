import type { CrawlNote } from '../catalog/account/crawls.ts';
import { isBridgeError } from '../core/errors.ts';
import type { FileId } from '../core/ids.ts';
import type { TitlesByTree } from '../library/trees.ts';
import { countWhereabouts, keptWhereabouts, type Whereabouts } from '../reconcile/left-out/count.ts';
import { addResult, emptyResult, type PublishResult, type PublishRun } from '../reconcile/run.ts';
import { type CrawlProgress, type CrawlResult, crawl } from './crawl/crawl.ts';
import { slicesOf } from './file-slices.ts';
import { createGatherer } from './gather.ts';
import type { DoneCrawl } from './retention/retention-policy.ts';
import type { SyncOptions, SyncResult, SyncRun } from './sync-run.ts';
import { type SyncScope, scopeOf } from './sync-scope.ts';

/** Syncs that follow each other in one process. */
export interface SyncPasses {
  /** Takes one: crawl, write what changed as it is listed, weigh what disappeared, look at the rest, fetch side-cars. */
  take(run: SyncRun, onProgress: (progress: CrawlProgress) => void): Promise<SyncResult>;
  /** Addresses are others from now on: the next one looks at everything, unless it is called off again. */
  recheck(isWanted: boolean): void;
  /** Resolves when no look at the disk is under way any more. */
  settled(): Promise<void>;
}

/** One sync under way. */
interface Pass {
  run: SyncRun;
  startedAt: number;
  scope: SyncScope;
  /** How the trees are written. */
  how: PublishRun;
  /** What came of it so far. */
  tree: PublishResult;
  /** What was known to be behind when a look at everything began. */
  dirtyBefore: readonly FileId[];
  /** What is other on the disk than it was noted, where that is looked for. */
  differing: Promise<TitlesByTree> | undefined;
}

export function createSyncPasses(options: SyncOptions): SyncPasses {
  const { catalog, clock, publisher, sideCars, fetchSideCars, retention, trash } = options;
  let hasCheckedAll = false;
  let mustRecheck = false;
  let checking: Promise<unknown> | undefined;

  async function begin(run: SyncRun): Promise<Pass> {
    const { signal, full = false, dryRun = false } = run;
    const startedAt = clock.now();
    if (mustRecheck && !dryRun) {
      hasCheckedAll = false;
      mustRecheck = false;
    }
    const isSameAsThen = !hasCheckedAll && (await publisher.fingerprint.isSame());
    const scope = scopeOf({ full, dryRun, hasCheckedAll, isSameAsThen });
    await publisher.findTrees({ takeAll: full });
    // The disk is looked at while the host is asked.
    const differing = scope.differing ? publisher.fingerprint.differing(signal) : undefined;
    checking = differing?.catch(() => undefined);
    const how: PublishRun = { dryRun, signal, done: { folders: new Set(), titles: new Set() } };
    return { run, startedAt, scope, how, tree: emptyResult(), dirtyBefore: [], differing };
  }

  async function publish({ tree }: Pass, fileIds: readonly FileId[], how: PublishRun): Promise<void> {
    // After a kill, or for another process, there may be a whole account of them.
    for await (const some of slicesOf(catalog.files, fileIds))
      addResult(tree, withoutKeeps(await publisher.files(some, how)));
  }

  /** Lists the account, and writes what changed as it comes. */
  async function list(pass: Pass, onProgress: (progress: CrawlProgress) => void): Promise<CrawlResult> {
    const { run, scope, how } = pass;
    const midCrawl = { ...how, midCrawl: true };
    // What another process, or one that was killed, has listed and not written.
    if (!scope.everything) await publish(pass, await catalog.dirty.all(), midCrawl);
    const listed = createGatherer(clock, (fileIds) => publish(pass, fileIds, midCrawl));
    const result = await crawl(options, {
      signal: run.signal,
      maxCalls: run.maxCalls,
      onProgress,
      onChange: async ({ changed }) => (run.dryRun ? undefined : listed.add(changed)),
    });
    // Who stops it waits for nothing more: the next sync begins with what was listed and not written.
    if (!run.signal.aborted) await listed.rest();
    await options.spend(result.calls);
    return result;
  }

  /** Looks at everything, or at what was noted as left undone or is other on the disk. */
  async function checkRest(pass: Pass): Promise<void> {
    const { scope, how, tree, differing } = pass;
    if (scope.everything) {
      pass.dirtyBefore = await catalog.dirty.all();
      addResult(tree, await publisher.everything(how));
    } else if (differing) addResult(tree, await publisher.each(await differing, how));
    if (how.dryRun) return;
    if (!scope.everything) addResult(tree, await publisher.catchUp(how));
    hasCheckedAll ||= tree.counts.failed === 0;
  }

  /** @returns how long it took, in milliseconds */
  function fetch({ run, tree }: Pass): Promise<number> {
    const { signal, sideCarsForMs = Number.POSITIVE_INFINITY } = run;
    return fetchSideCars(tree.wanted.splice(0), {
      signal,
      forMs: sideCarsForMs,
      publish: async (titles) => addResult(tree, withoutKeeps(await publisher.titles(titles, { signal }))),
    });
  }

  /** Notes what was looked at, and forgets what has lain around for long enough. */
  async function tidy({ scope, tree, dirtyBefore }: Pass, hasFailedFolders: boolean): Promise<void> {
    const { failed, conflict } = tree.counts;
    if (scope.everything) {
      // What was left undone is tried again by the next process.
      const undone = failed + conflict + tree.wanted.length + publisher.away().length;
      if (undone === 0) await publisher.fingerprint.note();
      // What has changed meanwhile may not have been seen.
      if (failed === 0) await catalog.dirty.clear(dirtyBefore);
    }
    const trashMs = options.trashMs();
    await trash.purge(trashMs);
    await catalog.freePlaces(clock.now() - trashMs);
    if (scope.everything && !hasFailedFolders) await sideCars.sweep(sizesOf);
  }

  /** Counted only where it may be other than before: a quiet account has many files. */
  async function count({ tree: { counts }, run }: Pass, note: CrawlNote): Promise<Whereabouts | undefined> {
    const kept = keptWhereabouts(catalog);
    const { create, update, delete: gone, failed, conflict } = counts;
    const isOther = create + update + gone + failed + conflict + (note.incompleteFolders ?? 0) > 0;
    if (!isOther && (await kept.get())) return undefined;
    const now = await countWhereabouts(catalog, options.trees, run.signal);
    await kept.put(now);
    return now;
  }

  async function sizesOf(ids: readonly FileId[]): Promise<Map<FileId, number>> {
    return new Map((await catalog.files.filesByIds(ids)).map((file) => [file.id, file.sizeBytes]));
  }

  /** Everything is well but the count of calls: what is known is laid out all the same. */
  async function endEarly(
    pass: Pass,
    { reason, retryAt, calls, note }: Extract<CrawlResult, { outcome: 'stopped' }>,
  ): Promise<SyncResult> {
    if (!pass.how.dryRun && isBridgeError(reason, 'BRIDGE_BUDGET')) {
      await checkRest(pass);
      await fetch(pass);
    }
    const { tree } = pass;
    return { outcome: 'stopped', reason, retryAt, calls, note, tree, away: publisher.away() };
  }

  async function end(pass: Pass, done: DoneCrawl): Promise<SyncResult> {
    const { run, how, tree } = pass;
    const { gone, note } = await retention.weigh(done, run);
    if (how.dryRun) how.asIfGone = new Set(gone);
    // What goes now, and what a person decided about while the crawl ran.
    else await publish(pass, await catalog.dirty.all(), how);
    await checkRest(pass);
    let fetchedForMs = 0;
    if (!how.dryRun) {
      await tidy(pass, Boolean(note.failedFolders));
      fetchedForMs = await fetch(pass);
    }
    // Asked only where something changed in the tree: a quiet account has many files and no news.
    const hasNews = tree.counts.create > 0 && !how.dryRun;
    const arrived = hasNews ? await catalog.recognitions.arrivedSince(pass.startedAt) : undefined;
    const whereabouts = how.dryRun ? undefined : await count(pass, note);
    return {
      outcome: 'done',
      calls: done.calls,
      ...(arrived && { arrived }),
      ...(whereabouts && { whereabouts }),
      note,
      tree,
      away: publisher.away(),
      fetchedForMs,
    };
  }

  return {
    async take(run, onProgress) {
      const pass = await begin(run);
      const result = await list(pass, onProgress);
      return result.outcome === 'stopped' ? endEarly(pass, result) : end(pass, result);
    },
    recheck(isWanted) {
      mustRecheck = isWanted;
    },
    settled: async () => void (await checking),
  };
}

/** A title is laid out again with each of its files: what stayed as it was is only counted by a look at everything. */
function withoutKeeps(result: PublishResult): PublishResult {
  result.counts.keep = 0;
  return result;
}
