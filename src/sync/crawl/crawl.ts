import type { CrawlNote } from '../../catalog/account/crawls.ts';
import type { Listing, ListingChange } from '../../catalog/account/listing.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Clock } from '../../core/clock.ts';
import { dayMs, minuteMs } from '../../core/durations.ts';
import { BridgeError, errorTable, isBridgeError } from '../../core/errors.ts';
import type { FolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { Host } from '../../host/host.ts';
import { createFolderPaths } from './folder-paths.ts';
import { createFolderTries, isFolderFault } from './folder-tries.ts';
import { createListFolder } from './list-folder.ts';
import { forgetRoot, type Root, resolveRoots } from './roots.ts';

export interface CrawlOptions {
  catalog: Catalog;
  host: Pick<Host, 'limits' | 'listFolder'>;
  clock: Clock;
  log: Log;
  roots: readonly string[];
  /** Folders that one crawl lists at most: a host that makes some up would be listed without end. */
  maxFolders: () => number;
  /** Calls that one crawl may make beyond one for each folder: for listings that the host cuts. */
  maxExtraCalls: () => number;
}

/** How far a crawl is. Times in milliseconds UTC. */
export interface CrawlProgress {
  foldersDone: number;
  foldersWaiting: number;
  files: number;
  calls: number;
  estimatedEndAt: number;
}

export interface CrawlRun {
  signal: AbortSignal;
  /** Calls that it may make; then it stops, and goes on when it is run again. Default: as many as it takes. */
  maxCalls?: number | undefined;
  /** What one listing changed, right after it was recorded. */
  onChange: (change: ListingChange) => Promise<void>;
  onProgress: (progress: CrawlProgress) => void;
}

export type CrawlResult = { crawlId: number; calls: number; note: CrawlNote; roots: Root[] } & (
  | { outcome: 'done' }
  /** Goes on later where it was; `retryAt` when that makes sense. */
  | { outcome: 'stopped'; reason: unknown; retryAt: number | undefined }
);

/** A short pause of the host is waited for; a lock ends this part of the crawl. */
const maxWaitMs = 2 * minuteMs;

/** A stopped crawl older than this starts from the beginning. */
const resumeWithinMs = dayMs;

/** One that was only stopped by the calls of the day goes on for longer: a large account takes several days. */
const spreadOverMs = 14 * resumeWithinMs;

/**
 * Walks the account breadth first, one call per folder, and writes each listing down at once. Everything that it knows
 * is in the catalog, so a killed crawl goes on with the folder that it had not recorded.
 */
export async function crawl(options: CrawlOptions, run: CrawlRun): Promise<CrawlResult> {
  const { catalog, clock, log } = options;
  const { folderIntervalMs, requestIntervalMs } = options.host.limits;
  const { maxCalls = Number.POSITIVE_INFINITY } = run;
  let calls = 0;
  let extraCalls = 0;
  let countedCalls = 0;
  const listFolder = createListFolder({
    host: options.host,
    catalog,
    clock,
    log,
    signal: run.signal,
    deadlineMs: maxWaitMs + folderIntervalMs + requestIntervalMs,
    onCall: () => calls++,
  });
  const tries = createFolderTries({ clock, signal: run.signal, folderIntervalMs });
  const before = await catalog.crawls.last();
  const goesOn =
    before &&
    before.outcome !== 'done' &&
    before.outcome !== 'failed' &&
    JSON.stringify(before.roots) === JSON.stringify(options.roots) &&
    clock.now() - before.startedAt <
      (before.note.stoppedBy === 'BRIDGE_BUDGET' ? spreadOverMs : resumeWithinMs);
  const crawlId = goesOn ? before.id : await catalog.crawls.start(options.roots, clock.now());
  if (goesOn) await catalog.crawls.resume(crawlId);

  const stopped = async (reason: unknown, roots: Root[]): Promise<CrawlResult> => {
    const stoppedBy = isBridgeError(reason) ? reason.code : 'stopped';
    const note = { stoppedBy };
    await catalog.crawls.end(crawlId, 'stopped', note, clock.now(), newCalls());
    const retryAt = isBridgeError(reason) ? reason.retryAt : undefined;
    return { crawlId, calls, note, roots, outcome: 'stopped', reason, retryAt };
  };

  let roots: Root[] = [];
  const missingRoots: string[] = [];
  try {
    const resolved = await resolveRoots(options.roots, { catalog, listFolder, now: () => clock.now() });
    roots = resolved.roots;
    missingRoots.push(...resolved.missing);
    for (const root of roots) await catalog.crawls.enqueue(crawlId, root.folderId);
  } catch (error) {
    return stopped(error, roots);
  }

  const startedAt = clock.now();
  const paths = createFolderPaths(catalog.files.folderPaths);
  let listed = 0;
  // Counted on: asking the database after each folder would cost more than the folder.
  const counts = { ...(await catalog.crawls.counts(crawlId)), files: (await catalog.files.counts()).files };
  for (;;) {
    const next = await catalog.crawls.next(crawlId);
    if (next === undefined) break;
    const { folderId, listedAt } = next;
    try {
      run.signal.throwIfAborted();
      if (calls >= maxCalls) throw new BridgeError('BRIDGE_BUDGET');
      await tries.waitForInterval(listedAt);
      const listing = await tries.run(() => listWithin(folderId));
      const room = options.maxFolders() - counts.done - counts.waiting;
      const change = await catalog.crawls.listed(crawlId, listing, clock.now(), newCalls(), room);
      counts.waiting += change.enqueued;
      counts.files += change.added;
      const path = await paths.listed(folderId, listing.folders);
      log.info(
        {
          path,
          files: listing.files.length,
          added: change.added,
          calls,
          maxCalls: Number.isFinite(maxCalls) ? maxCalls : undefined,
          // With those that it has just told of.
          folder: counts.done + 1,
          folders: counts.done + counts.waiting,
        },
        'folder listed',
      );
      await run.onChange(change);
    } catch (error) {
      const root = roots.find((one) => one.folderId === folderId);
      if (root && isBridgeError(error, 'BRIDGE_HOST_FILE_GONE')) {
        missingRoots.push(root.path);
        await forgetRoot(catalog, root.path);
      }
      if (!isFolderFault(error)) return stopped(error, roots);
      log.warn(
        { path: await paths.of(folderId), code: error.code },
        'a folder could not be listed; the others go on',
      );
      await catalog.crawls.failed(crawlId, folderId, error.code, clock.now(), newCalls());
    }
    listed++;
    counts.done++;
    counts.waiting--;
    report();
  }

  if (missingRoots.length > 0) {
    // Where none is there, whoever wanted the sync is told so, once.
    if (missingRoots.length === options.roots.length)
      return stopped(new BridgeError('BRIDGE_ROOT_NOT_FOUND', { detail: missingRoots.join(', ') }), roots);
    log.error(
      { roots: missingRoots, remedy: errorTable.BRIDGE_ROOT_NOT_FOUND.remedy },
      'folders of library.roots do not exist in the account; nothing is removed',
    );
  }
  const { failed } = await catalog.crawls.counts(crawlId);
  // What lies in folders that were left out may have been moved there.
  const unlisted = await catalog.folderGaps.count(['many']);
  const note: CrawlNote = {
    ...(failed + unlisted > 0 ? { failedFolders: failed + unlisted } : {}),
    ...(await incompleteFolders()),
    ...(missingRoots.length > 0 ? { missingRoots } : {}),
  };
  await catalog.crawls.end(crawlId, 'done', note, clock.now());
  return { crawlId, calls, note, roots, outcome: 'done' };

  /** Those that no folder was charged with yet. */
  function newCalls(): number {
    const since = calls - countedCalls;
    countedCalls = calls;
    return since;
  }

  /** One folder leaves half of the calls of the day to those behind it. */
  async function listWithin(folderId: FolderId): Promise<Listing> {
    const before = calls;
    const half = Math.floor((maxCalls - calls) / 2);
    try {
      return await listFolder(
        folderId,
        1 + Math.max(0, Math.min(half, options.maxExtraCalls() - extraCalls)),
      );
    } finally {
      extraCalls += Math.max(0, calls - before - 1);
    }
  }

  async function incompleteFolders(): Promise<Pick<CrawlNote, 'incompleteFolders'>> {
    const count = (await catalog.folderGaps.count()) - (await catalog.folderGaps.count(['failed']));
    return count > 0 ? { incompleteFolders: count } : {};
  }

  function report(): void {
    const perFolderMs = Math.max(requestIntervalMs, (clock.now() - startedAt) / listed);
    run.onProgress({
      foldersDone: counts.done,
      foldersWaiting: counts.waiting,
      files: counts.files,
      calls,
      estimatedEndAt: Math.round(clock.now() + counts.waiting * perFolderMs),
    });
  }
}
