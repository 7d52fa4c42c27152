import { join } from 'node:path';
import type { LiveSettings } from '../config/live-settings.ts';
import type { Settings } from '../config/settings.ts';
import { formsOf, nameWithId, readNameWithId } from './browse/names.ts';
import type { PutAsideFile } from './catalog/account/put-aside.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { BackgroundLoop } from './core/background-loop.ts';
import { type Clock, systemClock } from './core/clock.ts';
import { dayMs, hourMs, minuteMs } from './core/durations.ts';
import { followWhirlpool, whirlpoolOfFile } from './core/files/whirlpool.ts';
import type { FileId } from './core/ids.ts';
import { type Log, ofArea } from './core/log.ts';
import { createSerialQueue } from './core/serial-queue.ts';
import { createTreeMoves, type TreeMoves } from './curation/moves.ts';
import { createOverrideEditor, type OverrideEditor } from './curation/overrides.ts';
import { createDecisions, type Decisions } from './curation/proposal-decisions.ts';
import { type Doubt, filesToReview } from './curation/review-queue.ts';
import { filesOfOneName, type TwinFiles } from './curation/twin-files.ts';
import { strmLine } from './delivery/address.ts';
import type { Reader } from './delivery/stream/reader.ts';
import type { WritableHost } from './host/host-writes.ts';
import { createInbox, type Inbox } from './inbox/inbox.ts';
import type { Trees } from './library/trees.ts';
import type { Tallies } from './metrics/tallies.ts';
import { createLeftOut, type LeftOutList } from './reconcile/left-out/list.ts';
import { createMonotonicClock } from './reconcile/monotonic-clock.ts';
import { createPublisher, type Publisher } from './reconcile/publisher.ts';
import { createTrash } from './reconcile/trash.ts';
import { createTreeTurns } from './reconcile/tree-turns.ts';
import type { OnWritten } from './reconcile/tree-writer.ts';
import { createSidecarCache, type SidecarCache } from './sidecars/sidecar-cache.ts';
import { createSidecarFetcher } from './sidecars/sidecar-fetcher.ts';
import { createSidecarReader, type SidecarReader } from './sidecars/sidecar-reader.ts';
import { type CrawlBudget, crawlShare, createCrawlBudget } from './sync/discovery/budget.ts';
import { createDiscoveryLoop, type DiscoveryLoop } from './sync/discovery/loop.ts';
import { createScanFolder } from './sync/discovery/scan-folder.ts';
import { createRetentionPolicy } from './sync/retention/retention-policy.ts';
import { createSharedSync, type SharedSync } from './sync/shared-sync.ts';
import { createSync } from './sync/sync.ts';
import type { Disk } from './tree/tree.ts';
import {
  type AccountChanges,
  type AccountChangesOptions,
  createAccountChanges,
} from './uploads/changes/changes.ts';
import { createDavLocks, type DavLocks } from './uploads/dav/locks.ts';
import { createDavWriter, type DavWriter } from './uploads/dav/writer.ts';
import { createEnsureFolder } from './uploads/folders.ts';
import { createLayOut } from './uploads/lay-out.ts';
import { createLinkImporter, type LinkImporter, type LinkImportOptions } from './uploads/link-import.ts';
import { type ChunkUploads, createChunkUploads } from './uploads/pieces/chunk-uploads.ts';
import { createHeldSender } from './uploads/pieces/held-sender.ts';
import { createPieceUploads, type PieceUploads } from './uploads/pieces/piece-uploads.ts';
import { createSoleWriter } from './uploads/pieces/sole-writer.ts';
import {
  createRemoteFetches,
  type RemoteFetches,
  type RemoteFetchesOptions,
} from './uploads/remote/remote-fetches.ts';
import { createSpool } from './uploads/spool.ts';
import { createUpkeep } from './uploads/upkeep.ts';
import { createUploader, type Uploader } from './uploads/uploader.ts';

export interface IndexingParts {
  settings: Settings;
  onSettings: LiveSettings['onChange'] | undefined;
  dataDir: string;
  clock: Clock;
  log: Log;
  catalog: Catalog;
  trees: Trees;
  disk: Disk;
  sidecarReader?: SidecarReader | undefined;
  host: Pick<
    WritableHost,
    | 'account'
    | 'knownAccount'
    | 'keyFingerprint'
    | 'limits'
    | 'listAccount'
    | 'listFolder'
    | 'pageOf'
    | 'shares'
    | 'writes'
  >;
  reader: Pick<Reader, 'open'>;
  /** What addresses in STRM files begin with, and how they are signed. */
  baseUrl: string;
  sign: (fileId: FileId) => string;
  onWritten: OnWritten;
  /** Told when an upload that nobody waits for came into the account. */
  onSent: () => Promise<void>;
  /** Whoever looks for new files between crawls is noted. */
  watchedSearch: Tallies['watchedSearch'];
  importMemory: LinkImportOptions['memory'];
  trashMemory: AccountChangesOptions['memory'];
  /** What the host must not be asked to fetch. */
  notFetched: Pick<RemoteFetchesOptions, 'isOwn' | 'secrets'>;
}

/** What makes trees of the account. Nothing of it runs before it is asked or started. */
export interface Indexing {
  /** Subtitles and pictures that lie beside films. */
  sideCars: SidecarCache;
  publisher: Publisher;
  sync: SharedSync;
  discovery: DiscoveryLoop;
  /** Files of this machine that a person wants in the account. */
  uploader: Uploader;
  /** Folders of this machine whose finished files go into the account. */
  inbox: Inbox;
  /** Files of others that a person wants in the account. */
  linkImport: LinkImporter;
  /** Folders, names and removals in the account. */
  accountChanges: AccountChanges;
  /** What WebDAV writes. */
  davWriter: DavWriter;
  davLocks: DavLocks;
  /** Uploads that go on where they broke. */
  pieceUploads: PieceUploads;
  chunkUploads: ChunkUploads;
  /** Ends what was cut off in the account. */
  upkeep: BackgroundLoop;
  /** Addresses that a person wants the host to fetch. */
  remote: RemoteFetches;
  /** Calls that complete crawls may make today; as many as they take before one was complete. */
  crawlBudget: Omit<CrawlBudget, 'left'> & { left(): Promise<number> };
  /** What a person says. */
  curation: {
    moves: TreeMoves;
    overrides: OverrideEditor;
    /** What should be looked at by a person. @param limit most of them @param after the last id of the page before */
    review(limit: number, signal: AbortSignal, after?: FileId): Promise<Doubt[]>;
    leftOut: LeftOutList;
    /** Names that several files of a folder share, at most `limit`. */
    twins(limit: number, signal: AbortSignal): Promise<TwinFiles[]>;
    /** Files that took down what read them, at most `limit`. */
    putAside(limit: number): Promise<PutAsideFile[]>;
    proposals: Decisions;
  };
}

/** Everything between the host's listings and the trees: finding, laying out, a person's words, and what may go. */
export function createIndexing(parts: IndexingParts): Indexing {
  const { settings, dataDir, clock, catalog, trees, disk, host, reader } = parts;
  const log = ofArea(parts.log, 'library');
  const ofAccount = ofArea(parts.log, 'account');
  const { library, sync: syncSettings } = settings;
  const sideCars = createSidecarCache({
    dir: join(dataDir, 'sidecars'),
    clock,
    log,
    reader: parts.sidecarReader ?? createSidecarReader({ clock: systemClock }),
    putAside: catalog.putAside,
    intervalMs: syncSettings.smallFileIntervalMs,
    open: (file, signal) =>
      reader.open(file, { start: 0, end: file.sizeBytes - 1 }, { urgency: 'background', signal }),
  });
  const trash = createTrash({ catalog, clock, log, dir: join(dataDir, 'trash') });
  const publisher = createPublisher({
    trash,
    disk,
    catalog,
    log,
    now: () => clock.now(),
    trees,
    onWritten: parts.onWritten,
    baseUrl: parts.baseUrl,
    sign: parts.sign,
    sideCars,
    lockData: library.lockdata,
    language: library.language,
    episodeTitles: library.episodeTitles,
    maxSubtitleBytes: library.subtitleMaxBytes,
    artwork: library.artwork,
  });
  const turns = createTreeTurns(join(dataDir, 'crawl.lock'));
  const byHand = { catalog, clock, publisher, turns, words: createSerialQueue() };
  const retention = createRetentionPolicy({
    catalog,
    trees,
    clock,
    log,
    account: {
      keyFingerprint: host.keyFingerprint,
      whose: async (signal) => {
        try {
          return (await host.account({ urgency: 'background', deadlineMs: minuteMs, signal })).id;
        } catch (error) {
          signal.throwIfAborted();
          log.warn({ err: error }, 'the host does not say now whose account this is');
          return undefined;
        }
      },
    },
    limits: () => ({
      removePercent: syncSettings.removePercent,
      removeMax: syncSettings.removeMax,
      confirmMs: syncSettings.confirmMinutes * minuteMs,
      graceMs: syncSettings.graceHours * hourMs,
    }),
  });
  const crawlBudget = createCrawlBudget(catalog.keyValues, clock, () => syncSettings.callsPerDay);
  const crawling = {
    catalog,
    host,
    clock,
    log,
    publisher,
    fetchSideCars: createSidecarFetcher({ sideCars, clock, log }),
    roots: library.roots,
    maxFolders: () => syncSettings.maxFolders,
    maxExtraCalls: () => syncSettings.callsPerDay || Number.POSITIVE_INFINITY,
    turns,
  };
  const sync = createSharedSync(
    createSync({
      ...crawling,
      spend: crawlBudget.spend,
      retention,
      trees,
      trash,
      trashMs: () => syncSettings.trashDays * dayMs,
      sideCars,
    }),
    { clock, log },
  );
  const scanFolder = createScanFolder(crawling);
  const layOut = createLayOut(sync, log);
  const discovery = createDiscoveryLoop({
    catalog,
    host: { limits: host.limits, listAccount: parts.watchedSearch(host.listAccount) },
    scanFolder: parts.watchedSearch(scanFolder),
    clock,
    log,
    onlyAsked: () => !syncSettings.discovery || syncSettings.intervalMinutes === 0,
    isCrawled: turns.isSynced,
    callsPerDay: () => syncSettings.callsPerDay - Math.floor(syncSettings.callsPerDay * crawlShare),
  });
  const shown = { formsOf, nameWithId, readNameWithId };
  const accountChanges = createAccountChanges({
    host,
    shown,
    catalog,
    layOut,
    scanFolder,
    roots: library.roots,
    trashDays: () => settings.uploads.trashDays,
    memory: parts.trashMemory,
    certain: createMonotonicClock(catalog.keyValues, clock),
    clock,
    log: ofAccount,
    onOpen: () => upkeep.wake(),
  });
  const uploader = createUploader({
    host,
    catalog,
    layOut,
    scanFolder,
    retire: accountChanges.retire,
    makeFolder: accountChanges.makeFolder,
    parallel: () => settings.uploads.parallel,
    digest: whirlpoolOfFile,
    follow: followWhirlpool,
    clock,
    log: ofAccount,
    onOpen: () => upkeep.wake(),
  });
  parts.onSettings?.(discovery.settingsChanged);
  parts.onSettings?.(uploader.settingsChanged);
  const spool = createSpool(join(dataDir, 'spool'), () => settings.uploads.spoolMiB * 1024 * 1024);
  const davWriter = createDavWriter({
    host,
    catalog,
    shown,
    uploader,
    changes: accountChanges,
    spool,
    roots: library.roots,
    clock,
  });
  const ofPieces = {
    host,
    catalog,
    spool,
    clock,
    log: ofAccount,
    keepMs: () => settings.uploads.resumeHours * hourMs,
  };
  const writer = createSoleWriter(clock);
  const sender = createHeldSender({ ...ofPieces, uploader, davWriter, onSent: parts.onSent });
  const pieceUploads = createPieceUploads({ ...ofPieces, sender, writer });
  const upkeep = createUpkeep({
    catalog,
    uploader,
    pieces: pieceUploads,
    accountChanges,
    spool,
    clock,
    log: ofAccount,
  });
  return {
    davLocks: createDavLocks(clock),
    davWriter,
    pieceUploads,
    chunkUploads: createChunkUploads({ ...ofPieces, sender, writer, uploads: pieceUploads }),
    sideCars,
    publisher,
    sync,
    discovery,
    uploader,
    inbox: createInbox({
      inboxes: settings.inbox,
      uploader,
      ensureFolder: createEnsureFolder({ host, catalog, scanFolder, clock, log: ofAccount }),
      catalog,
      strmOf: (fileId, name) => strmLine(parts, fileId, name),
      clock,
      log: ofAccount,
    }),
    linkImport: createLinkImporter({
      host,
      catalog,
      scanFolder,
      clock,
      log: ofAccount,
      memory: parts.importMemory,
    }),
    accountChanges,
    upkeep,
    remote: createRemoteFetches({
      ...{ host, catalog, layOut, scanFolder, clock, log: ofAccount },
      ...parts.notFetched,
    }),
    crawlBudget: {
      ...crawlBudget,
      left: async () => crawlBudget.left(!(await catalog.crawls.everDone())),
    },
    curation: {
      moves: createTreeMoves(byHand),
      overrides: createOverrideEditor(byHand),
      review: (limit, signal, after) => filesToReview(catalog, limit, signal, after),
      twins: (limit, signal) => filesOfOneName(catalog, nameWithId, limit, signal),
      leftOut: createLeftOut({ catalog, trees, away: publisher.away }),
      putAside: catalog.putAside.list,
      proposals: createDecisions({ catalog, clock, retention, publisher, turns }),
    },
  };
}
