import type { Listing } from '../../catalog/account/listing.ts';
import { minuteMs, secondMs } from '../../core/durations.ts';
import { isBridgeError } from '../../core/errors.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
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
 * host is asked, so that a crawl finds it free.
 * @throws BridgeError BRIDGE_CRAWL_RUNNING while a crawl runs, here or in another process; BRIDGE_DISK; those of the host
 */
export type ScanFolder = (
  folderId: FolderId,
  signal: AbortSignal,
  /** Calls that it may take at most. */
  maxCalls: number,
) => Promise<ScannedFolder>;

export function createScanFolder(options: ScanFolderOptions): ScanFolder {
  const { catalog, clock, turns } = options;

  /** Folders that the listing may name: a host that makes some up would fill the catalog between two crawls. */
  async function roomFor({ folders }: Listing, known: ReadonlySet<FolderId>): Promise<number> {
    if (folders.every(({ id }) => known.has(id))) return folders.length;
    const { folders: all } = await catalog.files.counts();
    return Math.max(known.size, options.maxFolders() - all);
  }

  /** Side-cars come when they come: a crawl that runs by now is waited for. */
  async function whenFree(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    while (!(await turns.briefUnlessSynced(work))) await clock.sleep(busyMs, signal);
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
    await turns.brief(async () => undefined);
    const listing = await fetch(folderId, signal, maxCalls, () => calls++);
    const { change, newFolders, wanted } = await turns.brief(async () => {
      await options.publisher.findTrees();
      const subFolders = async () => (await catalog.files.subFolders([folderId])).map(({ id }) => id);
      const before = new Set(await subFolders());
      const room = await roomFor(listing, before);
      const change = await catalog.crawls.listedAlone(listing, clock.now(), room);
      const { wanted } = await options.publisher.files(change.changed, { signal, moreToCome: true });
      return { change, newFolders: (await subFolders()).filter((id) => !before.has(id)), wanted };
    });
    if (wanted.length > 0)
      await options.fetchSideCars(wanted, {
        signal,
        forMs: sideCarsForMs,
        publish: (titles) =>
          whenFree(signal, async () => void (await options.publisher.titles(titles, { signal }))),
      });
    return {
      fileIds: listing.files.map(({ id }) => id),
      newFolders,
      changed: change.changed.length,
      calls,
    };
  };
}
