import type { Listing } from '../../catalog/account/listing.ts';
import { minuteMs, secondMs } from '../../core/durations.ts';
import { isBridgeError } from '../../core/errors.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
import type { TitlesByTree } from '../../library/trees.ts';
import type { Publisher } from '../../reconcile/publisher.ts';
import type { TreeTurns } from '../../reconcile/tree-turns.ts';
import type { SidecarFetcher } from '../../sidecars/sidecar-fetcher.ts';
import type { CrawlOptions } from '../crawl/crawl.ts';
import { createListFolder } from '../crawl/list-folder.ts';
import { forgetRoot, knownRoots } from '../crawl/roots.ts';

export interface ScanFolderOptions extends CrawlOptions {
  publisher: Pick<Publisher, 'findTrees' | 'files' | 'titles'>;
  fetchSideCars: SidecarFetcher;
  turns: TreeTurns;
}

export interface ScannedFolder {
  fileIds: FileId[];
  /** Sub-folders that were not known. */
  newFolders: FolderId[];
  changed: number;
  calls: number;
}

/** A turn that does not come within this is left to the crawl or to later. */
const maxWaitMs = minuteMs;
const busyMs = 5 * secondMs;
/** Subtitles of what was found come at once as far as this goes; the rest comes with the next sync. */
const sideCarsForMs = minuteMs;

/**
 * Lists one folder between crawls, the way a crawl does: one transaction, then the tree is brought up to date for what
 * changed. What is missing is only noted; taking out is the business of complete crawls. The lock is not held while the
 * host is asked, so that a crawl finds it free. In the middle of a crawl of this process it is done all the same.
 * @throws BridgeError BRIDGE_CRAWL_RUNNING while another process syncs; BRIDGE_DISK; those of the host
 */
export type ScanFolder = (
  folderId: FolderId,
  signal: AbortSignal,
  /** Calls that it may take at most. */
  maxCalls: number,
) => Promise<ScannedFolder>;

export function createScanFolder(options: ScanFolderOptions): ScanFolder {
  const { catalog, clock, publisher, turns } = options;

  /** Folders that the listing may name: a host that makes some up would fill the catalog between two crawls. */
  async function roomFor({ folders }: Listing, known: ReadonlySet<FolderId>): Promise<number> {
    if (folders.every(({ id }) => known.has(id))) return folders.length;
    const { folders: all } = await catalog.files.counts();
    return Math.max(known.size, options.maxFolders() - all);
  }

  /** Side-cars come when they come: a sync of another process that runs by now is waited for. */
  async function layOut(titles: TitlesByTree, signal: AbortSignal): Promise<void> {
    for (;;)
      try {
        return await turns.alsoBesideSync(
          async (isBeside) => void (await publisher.titles(titles, { signal, midCrawl: isBeside })),
        );
      } catch (error) {
        if (!isBridgeError(error, 'BRIDGE_CRAWL_RUNNING')) throw error;
        await clock.sleep(busyMs, signal);
      }
  }

  async function fetch(
    folderId: FolderId,
    signal: AbortSignal,
    maxCalls: number,
    onCall: () => void,
  ): Promise<Listing> {
    const listFolder = createListFolder({
      host: options.host,
      catalog,
      clock,
      log: options.log,
      signal,
      deadlineMs: maxWaitMs + options.host.limits.folderIntervalMs,
      onCall,
    });
    try {
      return await listFolder(folderId, maxCalls);
    } catch (error) {
      // The next crawl looks for a root by its path again.
      if (isBridgeError(error, 'BRIDGE_HOST_FILE_GONE'))
        for (const root of await knownRoots(catalog))
          if (root.folderId === folderId) await forgetRoot(catalog, root.path);
      throw error;
    }
  }

  return async (folderId, signal, maxCalls) => {
    let calls = 0;
    // Where another process syncs, the host need not be asked.
    await turns.alsoBesideSync(async () => undefined);
    const listing = await fetch(folderId, signal, maxCalls, () => calls++);
    const { change, newFolders, wanted } = await turns.alsoBesideSync(async (isBeside) => {
      // A sync has found them when it began.
      if (!isBeside) await publisher.findTrees();
      const subFolders = async () => (await catalog.files.subFolders([folderId])).map(({ id }) => id);
      const before = new Set(await subFolders());
      const room = await roomFor(listing, before);
      const change = await catalog.crawls.listedAlone(listing, clock.now(), room);
      // What the crawl has not come to yet may still be found there.
      const run = { signal, moreToCome: true, midCrawl: isBeside };
      const { wanted } = await publisher.files(change.changed, run);
      return { change, newFolders: (await subFolders()).filter((id) => !before.has(id)), wanted };
    });
    if (wanted.length > 0)
      await options.fetchSideCars(wanted, {
        signal,
        forMs: sideCarsForMs,
        publish: (titles) => layOut(titles, signal),
      });
    return {
      fileIds: listing.files.map(({ id }) => id),
      newFolders,
      changed: change.changed.length,
      calls,
    };
  };
}
