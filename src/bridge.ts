import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Agent, type Dispatcher } from 'undici';
import type { LiveSettings } from '../config/live-settings.ts';
import type { Settings } from '../config/settings.ts';
import { isGuessedFirst } from '../config/weak-secrets.ts';
import { baseUrlOf } from './base-url.ts';
import { type Browse, createBrowse } from './browse/browse.ts';
import { createLookup, type Lookup } from './browse/lookup.ts';
import { withTypedPaths } from './catalog/account/typed-paths.ts';
import { type Catalog, openCatalog } from './catalog/catalog.ts';
import { createKeptFacts } from './catalog/kept-facts.ts';
import { type Clock, systemClock } from './core/clock.ts';
import { readOwnFile } from './core/files/own-file.ts';
import type { RecentLines } from './core/log/recent-lines.ts';
import { type Log, ofArea } from './core/log.ts';
import { version } from './core/version.ts';
import { ownTurn } from './core/yield-often.ts';
import { createSigner, type Signer } from './delivery/signature.ts';
import { createDoctor, type Doctor } from './doctor/doctor.ts';
import { basePathOf } from './edge/base-path.ts';
import { firstStartOf } from './first-start.ts';
import { countedVerbs, createCallCounts } from './host/fichier/call-counts.ts';
import { createFichier } from './host/fichier/fichier.ts';
import type { WritableHost } from './host/host-writes.ts';
import { acceptedKeyCodec, createKeyWatch, type KeyWatch } from './host/key-watch.ts';
import { createIndexing, type Indexing } from './indexing.ts';
import { createKeyRotation, type KeyRotation } from './key-rotation.ts';
import { keptValues } from './library/kept-values.ts';
import { treesOf } from './library/trees.ts';
import { createMeasuring } from './measuring.ts';
import { dayOfCallsCodec } from './media/call-budget.ts';
import { inspect } from './media/inspect.ts';
import { createMediaQueue, type MediaQueue } from './media/queue.ts';
import type { Metrics } from './metrics/metrics.ts';
import { createConnect } from './notify/http.ts';
import { createNotified } from './notify/notified.ts';
import type { Notifier } from './notify/notifier.ts';
import type { People } from './notify/people/people.ts';
import { warmingCodec } from './notify/warming/ledger.ts';
import type { Warming } from './notify/warming/warming.ts';
import { createOwnAddresses } from './own-addresses.ts';
import { createPageParts, type PageParts } from './page-parts.ts';
import { createPlayback, type Playback } from './playback.ts';
import { keysFile, livingKeys, loadSecrets, type Secrets } from './secrets.ts';
import type { SidecarReader } from './sidecars/sidecar-reader.ts';
import { createTelling } from './telling.ts';
import { createTellingPeople } from './telling-people.ts';
import { createDiskThread, type Disk } from './tree/tree.ts';
import { trashFoldersCodec } from './uploads/changes/trash-days.ts';
import { importedPagesCodec } from './uploads/link-import.ts';
import { createFilmWarming } from './warming.ts';

/** What may be handed in instead of the real thing. */
export interface BridgeOverrides {
  clock?: Clock;
  dispatcher?: Dispatcher;
  disk?: Disk;
  sidecarReader?: SidecarReader;
  /**
   * Where the settings name no base URL, the one that was in force last: a command in a shell of its own must not
   * rewrite every STRM file of the service beside it.
   */
  keepBaseUrl?: boolean;
  /** Who takes in hand what is to be done when settings that are live are others; none ever are when absent. */
  onSettings?: LiveSettings['onChange'];
  /** Where the lines of `log` are kept; none are when absent. */
  recentLines?: RecentLines;
}

/** The parts of a running Passerelle by their names, each an interface of its own room. */
export interface Bridge extends Indexing, PageParts, Pick<Playback, 'links' | 'delivery'> {
  settings: Settings;
  log: Log;
  clock: Clock;
  dispatcher: Dispatcher;
  /** What every address of ours begins with; no slash at its end. */
  baseUrl: string;
  /** Of `baseUrl`: every path that is written begins with it. Empty, or `/passerelle`. */
  basePath: string;
  /** With what the settings say in their place. */
  secrets: Secrets;
  catalog: Catalog;
  /** The host, watched by `keyWatch`. */
  host: WritableHost;
  keyWatch: KeyWatch;
  /** The same host for a key that nobody has entered yet. */
  hostWith(apiKey: string): Promise<WritableHost>;
  signer: Signer;
  keys: KeyRotation;
  notify: Notifier;
  people: People;
  warming: Warming;
  /** The date of folders of which nobody knows another; milliseconds UTC. */
  undatedAt: number;
  browse: Browse;
  lookup: Lookup;
  readOwnFile: typeof readOwnFile;
  ownTurn: typeof ownTurn;
  media: MediaQueue;
  doctor: Doctor;
  metrics: Metrics;
  /** Refuses what waits for the host, then closes the catalog. */
  close(): Promise<void>;
}

/**
 * Builds the parts and hands them to each other. Opens the catalog and makes the secrets at a first start; listens to
 * nothing and calls nobody.
 * @throws BridgeError BRIDGE_DISK, BRIDGE_CATALOG_*
 */
export async function createBridge(
  settings: Settings,
  log: Log,
  overrides: BridgeOverrides = {},
): Promise<Bridge> {
  const { fichier, library } = settings;
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
  const opened = await openCatalog(join(dataDir, 'catalog.db'), keptValues, (what) =>
    log.warn({ what }, 'something that was kept cannot be read and counts as not kept'),
  );
  const keep = createKeptFacts(opened.keyValues, log);
  const { tallies, ...measuring } = await createMeasuring({ clock, log, keep, crawls: opened.crawls });
  const files = withTypedPaths(opened.files, () => host.writes);
  const catalog: Catalog = { ...opened, files, crawls: measuring.crawls };
  const trees = treesOf(library);
  const folders = { data: dataDir, library: trees[0].dir };
  const titles = catalog.placementsOf(trees[0].name);
  if (isFirstStart && (await titles.treeCount()) > 0) {
    log.warn(
      { dataDir },
      'the keys were gone and new ones were made: every STRM file gets a new address with the next sync',
    );
  }
  const userAgent = `Passerelle/${version}`;

  const calls = createCallCounts(ofArea(log, 'host'));
  const hostWith = (apiKey = fichier.apiKey) =>
    createFichier({ settings: { ...fichier, apiKey }, userAgent, dispatcher, clock, log: calls.log, keep });
  const keyWatch = createKeyWatch({
    host: tallies.watchedHost(await hostWith()),
    clock,
    memory: await keep('acceptedKey', acceptedKeyCodec),
  });
  const { host } = keyWatch;
  const playback = await createPlayback({
    settings,
    dataDir,
    clock,
    log: ofArea(log, 'playback'),
    dispatcher,
    userAgent,
    catalog,
    titles,
    host,
    keep,
    tallies,
  });
  const { reader, rangeCache, plays, slots } = playback.delivery;
  const signer = createSigner(livingKeys(secrets.signingKeys, clock.now()));
  const baseUrl = await baseUrlOf(settings.server, catalog.keyValues, overrides.keepBaseUrl);
  const connect = createConnect({ dispatcher, userAgent, clock });
  const ofNotify = ofArea(log, 'notify');
  const notified = createNotified(settings);
  const { warming, isQuiet, isOwn } = await createFilmWarming({
    settings,
    servers: notified.servers,
    catalog,
    rangeCache,
    signer,
    connect,
    clock,
    log: ofNotify,
    memoryOf: (name) => keep(name, warmingCodec),
    isQuiet: (isOwn) =>
      !host.state().isBlocked && plays.isIdle(isOwn) && slots.used() < host.limits.connections,
  });
  const notify = createTelling({
    settings: notified.servers,
    dataDir,
    catalog,
    trees,
    clock,
    log: ofNotify,
    dispatcher,
    userAgent,
    notified: tallies.notified,
    onSeen: warming.news,
  });
  const people = createTellingPeople({
    settings: notified.recipients,
    catalog,
    host,
    keyWatch,
    folders,
    connect,
    notified: tallies.notified,
    clock,
    log: ofNotify,
  });
  const indexing = createIndexing({
    ...{ settings, dataDir, clock, log, onSettings: overrides.onSettings },
    catalog,
    trees,
    disk: overrides.disk ?? createDiskThread(),
    sidecarReader: overrides.sidecarReader,
    host,
    reader,
    baseUrl,
    sign: signer.sign,
    onWritten: notify.written,
    onSent: notify.flush,
    notFetched: {
      isOwn: createOwnAddresses(settings, baseUrl, signer),
      secrets: () => [
        secrets.adminToken,
        secrets.password,
        fichier.apiKey ?? '',
        ...settings.gateways.map(({ apiKey = '' }) => apiKey),
        ...settings.notify.map(({ token = '' }) => token),
      ],
    },
    watchedSearch: tallies.watchedSearch,
    importMemory: await keep('importedPages', importedPagesCodec),
    trashMemory: await keep('accountTrash', trashFoldersCodec),
  });
  const undatedAt = await firstStartOf(catalog.keyValues, clock.now());
  const browse = createBrowse({
    catalog,
    trees,
    roots: library.roots,
    etagOf: playback.delivery.versions.etagOf,
    undatedAt,
    ...(settings.dav.write === 'account' && {
      names: { stored: host.writes.storedName, meant: host.writes.meantName },
    }),
    onOpened: (folderId) => indexing.discovery.opened(folderId),
  });
  const media = createMediaQueue({
    store: catalog.media,
    putAside: catalog.putAside,
    reader,
    rangeCache,
    inspect,
    clock,
    log: ofArea(log, 'media'),
    nextEpisodes: playback.nextEpisodes,
    isQuiet,
    intervalMs: () => settings.media.intervalMs,
    callsPerDay: () => settings.media.callsPerDay,
    memory: await keep('mediaCalls', dayOfCallsCodec),
    onFacts: indexing.sync.refresh,
  });
  plays.onPlay((play) => {
    tallies.plays.asked(play);
    if (!isOwn(play)) media.interrupt();
  });
  for (const one of [media, notify, people, warming]) overrides.onSettings?.(one.settingsChanged);
  const doctor = createDoctor({
    settings,
    isGuessedFirst,
    baseUrl,
    secrets,
    trees,
    dispatcher,
    userAgent,
    clock,
    catalog,
    host,
    links: playback.links,
    delivery: playback.delivery,
    signer,
    notify,
    people,
    warming,
    proposals: indexing.curation.proposals,
    inbox: indexing.inbox,
  });

  const pageParts = await createPageParts({
    ...{ settings, dataDir, catalog, clock, host, keyWatch, plays, keep, secrets },
    ...{ recentLines: overrides.recentLines, onSettings: overrides.onSettings },
    hostKey: fichier.apiKey,
    ...{ folders, dispatcher, userAgent, log, tree: trees[0] },
    filmHosts: fichier.downloadHosts,
    sync: indexing.sync,
    remote: indexing.remote,
    uploads: indexing.pieceUploads,
    accountChanges: indexing.accountChanges,
    callsForHeaders: () => media.state().callsToday,
  });

  return {
    ...{ settings, log, clock, dispatcher, baseUrl, secrets, catalog, host, keyWatch, hostWith },
    basePath: basePathOf(baseUrl),
    links: playback.links,
    delivery: playback.delivery,
    signer,
    keys: createKeyRotation({ dataDir, signer, clock, log, rewrite: indexing.sync.rewrite }),
    ...indexing,
    notify,
    people,
    warming,
    undatedAt,
    browse,
    lookup: createLookup(catalog.files, library.roots),
    readOwnFile,
    ownTurn,
    media,
    doctor,
    metrics: measuring.metricsOf({
      settings,
      calls: calls.counts,
      verbs: countedVerbs,
      host,
      delivery: playback.delivery,
      counts: catalog.files.counts,
      openProposals: catalog.proposals.open,
      notify,
      openUploads: catalog.uploads.all,
      folders,
    }),
    ...pageParts,
    async close() {
      await Promise.all([pageParts.titleSearch.close(), pageParts.posters.stop()]);
      measuring.stop();
      await Promise.all([media.stop(), warming.stop()]);
      await Promise.all([indexing.discovery.stop(), indexing.inbox.stop(), indexing.remote.stop()]);
      await indexing.pieceUploads.stop();
      await Promise.all([notify.stop(), people.stop()]);
      await indexing.publisher.rest();
      host.close();
      await playback.close();
      await catalog.close();
      if (!overrides.dispatcher) await dispatcher.destroy();
    },
  };
}
