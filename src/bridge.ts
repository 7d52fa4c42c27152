import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Agent, type Dispatcher } from 'undici';
import type { Settings } from '../config/settings.ts';
import { createBrowse } from './browse/browse.ts';
import { openCatalog } from './catalog/catalog.ts';
import { lockFile } from './catalog/lock.ts';
import { type Clock, systemClock } from './clock.ts';
import { createSigner } from './delivery/signature.ts';
import { isBridgeError } from './errors.ts';
import type { RememberedAccount } from './fichier/account.ts';
import { createFichierClient } from './fichier/client.ts';
import { createGovernor, type GovernorState } from './fichier/governor.ts';
import { createDiskThread, type Disk } from './library/tree/tree.ts';
import type { Log } from './log.ts';
import type { DayOfCalls } from './media/call-budget.ts';
import { inspect } from './media/inspect.ts';
import { createMediaQueue } from './media/queue.ts';
import type { Result } from './notify/notices.ts';
import { createNotifier } from './notify/notifier.ts';
import { createPlayback } from './playback.ts';
import { keysFile, livingKeys, loadSecrets } from './secrets.ts';
import { crawlShare, createCrawlBudget } from './sync/discovery/budget.ts';
import { createLookIn } from './sync/discovery/look-in.ts';
import { createLooks } from './sync/discovery/looks.ts';
import { createSideCarFetch } from './sync/publish/fetch-side-cars.ts';
import { createFixes } from './sync/publish/fixes.ts';
import { createPublisher } from './sync/publish/publish.ts';
import { createReplan } from './sync/publish/replan.ts';
import { filesToReview } from './sync/publish/review.ts';
import { createSideCars } from './sync/publish/side-cars.ts';
import { treesOf } from './sync/publish/trees.ts';
import { createDecisions } from './sync/removal/decisions.ts';
import { createLadder } from './sync/removal/ladder.ts';
import { createTrash } from './sync/removal/trash.ts';
import { createSync } from './sync/sync.ts';
import { version } from './version.ts';

/** What may be handed in instead of the real thing. */
export interface BridgeOverrides {
  clock?: Clock;
  dispatcher?: Dispatcher;
  disk?: Disk;
  /**
   * Where the settings name no base URL, the one that was in force last: a command in a shell of its own must not
   * rewrite every STRM file of the service beside it.
   */
  keepBaseUrl?: boolean;
}

/**
 * Builds the parts and hands them to each other. Opens the catalog and makes the secrets at a first start; listens to
 * nothing and calls nobody.
 * @throws BridgeError BRIDGE_DISK, BRIDGE_CATALOG_*
 */
export async function createBridge(settings: Settings, log: Log, overrides: BridgeOverrides = {}) {
  const { fichier, library, sync: syncSettings } = settings;
  const clock = overrides.clock ?? systemClock;
  // HTTP/1.1 alone: players' ranges each want a connection of their own that can be closed at once.
  const dispatcher =
    overrides.dispatcher ?? new Agent({ allowH2: false, connect: { timeout: fichier.timeLimitMs } });
  const dataDir = resolve(settings.dataDir);
  const isFirstStart = !existsSync(join(dataDir, keysFile));
  const kept = loadSecrets(dataDir);
  const secrets = {
    ...kept,
    adminToken: settings.auth.adminToken ?? kept.adminToken,
    password: settings.auth.password ?? kept.password,
  };
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const catalog = await openCatalog(join(dataDir, 'catalog.db'));
  const trees = treesOf(library);
  const titles = catalog.titlesOf(trees[0].name);
  if (isFirstStart && (await titles.treeCount()) > 0) {
    log.warn(
      { dataDir },
      'the keys were gone and new ones were made: every STRM file gets a new address with the next sync',
    );
  }
  const userAgent = `Passerelle/${version}`;

  const governor = createGovernor({
    clock,
    log,
    memory: await memoryOf<GovernorState>('governor'),
    requestIntervalMs: fichier.requestIntervalMs,
    folderIntervalMs: fichier.folderIntervalMs,
    playBurst: fichier.playBurst,
    userInfoIntervalMs: fichier.userInfoIntervalMs,
    pausesMs: fichier.pausesMinutes.map((minutes) => minutes * 60_000),
  });
  const client = createFichierClient({
    apiUrl: fichier.apiUrl,
    apiKey: fichier.apiKey ?? '',
    userAgent,
    dispatcher,
    governor,
    clock,
    log,
    memory: await memoryOf<RememberedAccount>('account'),
    userInfoIntervalMs: fichier.userInfoIntervalMs,
    timeLimitMs: fichier.timeLimitMs,
  });
  const playback = await createPlayback({
    settings,
    dataDir,
    clock,
    log,
    dispatcher,
    userAgent,
    catalog,
    titles,
    client,
    governor,
    onPlay: () => media.interrupt(),
    memoryOf,
  });
  const { reader, shield, plays, slots } = playback;
  const signer = createSigner(livingKeys(secrets.signingKeys, clock.now()));
  const named = settings.server.baseUrl;
  const before = overrides.keepBaseUrl ? await catalog.memory.get<string>('baseUrl') : undefined;
  if (named !== undefined) await catalog.memory.put('baseUrl', named);
  const baseUrl = named ?? before ?? `http://${localName(settings.server.host)}:${settings.server.port}`;
  const sideCars = createSideCars({
    dir: join(dataDir, 'sidecars'),
    clock,
    log,
    intervalMs: syncSettings.smallFileIntervalMs,
    open: (file, signal) =>
      reader.open(file, { start: 0, end: file.sizeBytes - 1 }, { urgency: 'background', signal }),
  });
  const trash = createTrash({ catalog, clock, log, dir: join(dataDir, 'trash') });
  const notify = createNotifier({
    settings: settings.notify,
    trees,
    store: catalog.notices,
    results: {
      get: (server) => catalog.memory.get<Result>(`notify ${server}`),
      put: (server, result) => catalog.memory.put(`notify ${server}`, result),
    },
    clock,
    log,
    dispatcher,
    userAgent,
    lock: () => {
      try {
        return lockFile(join(dataDir, 'notify.lock'), 'BRIDGE_CATALOG_IN_USE');
      } catch (error) {
        if (isBridgeError(error, 'BRIDGE_CATALOG_IN_USE')) return undefined;
        throw error;
      }
    },
  });
  const publisher = createPublisher({
    trash,
    disk: overrides.disk ?? createDiskThread(),
    catalog,
    log,
    now: () => clock.now(),
    trees,
    onWritten: notify.written,
    baseUrl,
    sign: signer.sign,
    sideCars,
    lockData: library.lockdata,
    maxSubtitleBytes: library.subtitleMaxBytes,
    artwork: library.artwork,
  });
  const lockPath = join(dataDir, 'crawl.lock');
  const curation = { catalog, clock, publisher, lockPath };
  const ladder = createLadder({
    catalog,
    trees,
    clock,
    log,
    account: {
      keyPrint: printOf((fichier.apiKey ?? '').replace(/\s+/g, '')),
      whose: async (signal) => {
        try {
          const { email } = await client.userInfo({ urgency: 'background', deadlineMs: 60_000, signal });
          return email === undefined ? undefined : printOf(email.toLowerCase());
        } catch (error) {
          signal.throwIfAborted();
          log.warn({ err: error }, 'the host does not say now whose account this is');
          return undefined;
        }
      },
    },
    removePercent: syncSettings.removePercent,
    removeMost: syncSettings.removeMost,
    confirmMs: syncSettings.confirmMinutes * 60_000,
    graceMs: syncSettings.graceHours * 3_600_000,
  });
  const fetchSideCars = createSideCarFetch({ sideCars, clock, log });
  const crawlBudget = createCrawlBudget(catalog.memory, clock, syncSettings.callsPerDay);
  const crawling = {
    catalog,
    host: client,
    clock,
    log,
    publisher,
    fetchSideCars,
    roots: library.roots,
    listingCap: fichier.listingCap,
    folderIntervalMs: fichier.folderIntervalMs,
    requestIntervalMs: fichier.requestIntervalMs,
    lockPath,
  };
  const sync = createSync({
    ...crawling,
    spend: crawlBudget.spend,
    ladder,
    trash,
    trashMs: syncSettings.trashDays * 24 * 3_600_000,
    sideCars,
  });
  const looks = createLooks({
    catalog,
    host: client,
    lookIn: createLookIn(crawling),
    clock,
    log,
    onlyAsked: !syncSettings.discovery || syncSettings.intervalMinutes === 0,
    callsPerDay: Math.floor(syncSettings.callsPerDay * (1 - crawlShare)),
    folderIntervalMs: fichier.folderIntervalMs,
    requestIntervalMs: fichier.requestIntervalMs,
  });
  const browse = createBrowse({
    catalog,
    trees,
    roots: library.roots,
    onOpened: (folderId) => void looks.hint(folderId),
  });
  const proposals = createDecisions({ catalog, clock, ladder, publisher, lockPath });

  const media = createMediaQueue({
    store: catalog.media,
    reader,
    shield,
    inspect,
    clock,
    log,
    isQuiet: () => governor.state().open && plays.isIdle() && slots.used() < fichier.connections,
    intervalMs: settings.media.intervalMs,
    callsPerDay: settings.media.callsPerDay,
    memory: await memoryOf<DayOfCalls>('mediaCalls'),
    onFacts: sync.refresh,
  });

  return {
    settings,
    log,
    clock,
    dispatcher,
    baseUrl,
    secrets,
    catalog,
    client,
    ...playback,
    signer,
    publisher,
    notify,
    replan: createReplan(curation),
    fixes: createFixes(curation),
    review: (limit: number, signal: AbortSignal) => filesToReview(catalog, limit, signal),
    sync,
    media,
    looks,
    crawlBudget: {
      ...crawlBudget,
      left: async () => crawlBudget.left(!(await catalog.crawls.everDone())),
    },
    proposals,
    browse,
    /** Refuses what waits for the host, then closes the catalog. */
    async close(): Promise<void> {
      await media.stop();
      await looks.stop();
      await notify.stop();
      await publisher.rest();
      governor.close();
      await playback.close();
      await catalog.close();
      if (!overrides.dispatcher) await dispatcher.destroy();
    },
  };

  /** A small fact read once and written in the background: what uses it must not wait for the disk. */
  async function memoryOf<T>(name: string) {
    let value: T | undefined = await catalog.memory.get<T>(name);
    return {
      read: () => value,
      write: (next: T) => {
        value = next;
        catalog.memory
          .put(name, next)
          .catch((error: unknown) => log.warn({ err: error, name }, 'could not be kept on disk'));
      },
    };
  }
}

export type Bridge = Awaited<ReturnType<typeof createBridge>>;

/** Tells one key or account from another without keeping it. */
function printOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** An address that listens everywhere is reached on this machine by this name. */
function localName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
