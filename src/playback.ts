import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import type { Settings } from '../config/settings.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { Placements } from './catalog/tree/placements.ts';
import type { Clock } from './core/clock.ts';
import { minuteMs } from './core/durations.ts';
import type { FileId } from './core/ids.ts';
import type { KeepFact } from './core/kept-fact.ts';
import type { Log } from './core/log.ts';
import { createRangeCache, type RangeCache } from './delivery/cache/range-cache.ts';
import { createFileVersions, type FileVersions } from './delivery/file-versions.ts';
import { playCodec } from './delivery/play.ts';
import { createPlayLog } from './delivery/play-log.ts';
import { createPlays, type Plays } from './delivery/plays.ts';
import { builtInRules, type Rule } from './delivery/policy/rules.ts';
import { type ConnectionSlots, createConnectionSlots } from './delivery/stream/connection-slots.ts';
import { createPrefetch, type Prefetch } from './delivery/stream/prefetch.ts';
import { createReader, type Reader } from './delivery/stream/reader.ts';
import type { Host } from './host/host.ts';
import { nextAfter } from './library/next-episode.ts';
import { titleIn } from './library/stem-title.ts';
import { type Broker, createBroker } from './links/broker.ts';
import { createLinkProbe, type LinkProbe } from './links/link-probe.ts';
import { createLinkTtl, type LinkTtl, learnedTtlCodec } from './links/link-ttl.ts';
import { createLocationLock, type LocationLock } from './links/location-lock.ts';
import { createRenewal } from './links/renewal.ts';
import type { Tallies } from './metrics/tallies.ts';

/** So many plays are looked at for what comes next, and so many episodes ahead. */
const maxRecent = 20;
const episodesAhead = 2;

export interface PlaybackParts {
  settings: Settings;
  dataDir: string;
  clock: Clock;
  log: Log;
  dispatcher: Dispatcher;
  userAgent: string;
  catalog: Catalog;
  /** Titles of the tree that tells what comes after what. */
  titles: Placements;
  host: Pick<Host, 'directLink' | 'downloads' | 'keyFingerprint' | 'limits' | 'state'>;
  keep: KeepFact;
  /** Count readings, and plays that are over. */
  tallies: Pick<Tallies, 'plays' | 'watchedReader'>;
}

/** What a film needs on its way to a player. */
export interface Playback {
  links: {
    broker: Broker;
    /** How long links live. */
    ttl: LinkTtl;
    probe: LinkProbe;
    /** Of several places that watch at once, one has the account. */
    locationLock: LocationLock;
  };
  delivery: {
    rangeCache: RangeCache;
    versions: FileVersions;
    slots: ConnectionSlots;
    reader: Reader;
    plays: Plays;
    prefetch: Prefetch;
    /** Those of the settings first; the first that fits counts. */
    rules: readonly Rule[];
  };
  /** What people watch after the films that were played last, and after that; the sooner, the further in front. */
  nextEpisodes(): Promise<FileId[]>;
  /** Ends what runs in the background and waits until all that was kept is on the disk. */
  close(): Promise<void>;
}

/** Everything between the host's links and the bytes that a player gets. Reads what an earlier run kept. */
export async function createPlayback(parts: PlaybackParts): Promise<Playback> {
  const { settings, clock, log, dispatcher, userAgent, catalog, titles, host } = parts;
  const { links, delivery, cache } = settings;
  const mebibytes = (count: number) => count * 1024 * 1024;

  const linkTtl = createLinkTtl({
    // The form in which it was kept before there was a fingerprint: what was learned stays.
    account: Buffer.from(host.keyFingerprint, 'hex').toString('base64url').slice(0, 8),
    ...links,
    minMs: links.minTtlMs,
    maxMs: links.maxTtlMs,
    memory: await parts.keep('linkLife', learnedTtlCodec),
  });
  const locationLock = createLocationLock({ clock, lockMs: delivery.locationLockMinutes * minuteMs, log });
  const broker = createBroker({
    clock,
    log,
    linkTtl,
    store: catalog.leases,
    directLink: host.directLink,
    onRefusal: (error) => locationLock.heard(error.code),
  });
  const probe = createLinkProbe({ broker, linkTtl, dispatcher, downloads: host.downloads, clock, userAgent });
  const renewal = createRenewal({ broker, probe, clock, log });
  const rangeCache = createRangeCache({
    dir: join(parts.dataDir, 'cache'),
    store: catalog.cachedRanges,
    clock,
    log,
    totalBytes: mebibytes(cache.totalMiB),
    fileBytes: mebibytes(cache.fileMiB),
  });
  const versions = createFileVersions({ store: catalog.fileVersions, log, onChange: rangeCache.drop });
  await versions.load();
  const slots = createConnectionSlots({
    clock,
    limit: host.limits.connections,
    perViewer: delivery.viewerConnections,
    waitMs: delivery.slotWaitMs,
  });
  const ownReader = createReader({
    broker,
    rangeCache,
    versions,
    slots,
    dispatcher,
    downloads: host.downloads,
    clock,
    log,
    userAgent,
    headersMs: host.limits.timeLimitMs,
    stallMs: delivery.stallMs,
    tries: delivery.tries,
    resumeForMs: delivery.resumeForMs,
    onFault: locationLock.heard,
    watch: renewal.watch,
  });
  const reader = parts.tallies.watchedReader(ownReader);
  const playLog = createPlayLog({ log, titlesOf });
  const plays = createPlays({
    clock,
    log,
    store: catalog.plays(playCodec),
    playLog: {
      going: playLog.going,
      over(over) {
        parts.tallies.plays.over(over);
        return playLog.over(over);
      },
    },
  });
  const prefetch = createPrefetch({
    reader,
    rangeCache,
    clock,
    log,
    nextOf,
    mayAskHost: () => !host.state().isBlocked,
    headBytes: delivery.nextEpisode ? rangeCache.headBytes : 0,
  });
  await catalog.leases.prune(clock.now() - Math.max(links.maxTtlMs, links.resumeWindowMs));

  /** Titles as they stand in the tree: `Metropolis (1927)`, `Lupin S01E02`. */
  async function titlesOf(fileIds: readonly FileId[]): Promise<Map<string, string>> {
    const places = [...(await titles.placesOf(fileIds)).values()];
    return new Map(
      places.flatMap(({ fileId, stem }) => (stem === undefined ? [] : [[fileId, titleIn(stem)] as const])),
    );
  }

  /** What a person watches after this file. */
  async function nextOf(fileId: FileId) {
    const key = (await titles.placesOf([fileId])).get(fileId)?.titleKey;
    if (key === undefined) return undefined;
    const titled = await titles.ofKeys([key]);
    const current = titled.find((one) => one.fileId === fileId);
    const next = current && nextAfter(current, titled);
    return next === undefined ? undefined : await catalog.files.byId(next);
  }

  async function nextEpisodes(): Promise<FileId[]> {
    const next = new Set<FileId>();
    const played = new Set((await plays.recent(maxRecent)).map(({ fileId }) => fileId));
    for (const fileId of played) {
      for (
        let at: FileId | undefined = fileId, ahead = 0;
        at !== undefined && ahead < episodesAhead;
        ahead++
      ) {
        at = (await nextOf(at))?.id;
        if (at !== undefined && !played.has(at)) next.add(at);
      }
    }
    return [...next];
  }

  return {
    nextEpisodes,
    links: { broker, ttl: linkTtl, probe, locationLock },
    delivery: {
      rangeCache,
      versions,
      slots,
      reader,
      plays,
      prefetch,
      rules: [...delivery.rules, ...builtInRules],
    },
    async close() {
      prefetch.close();
      await rangeCache.close();
      await plays.close();
    },
  };
}
