import type { Settings } from '../config/settings.ts';
import type { LiveStateAnswer } from './api/live.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { Clock } from './core/clock.ts';
import { dayMs, minuteMs, secondMs } from './core/durations.ts';
import type { PlayRecord, Plays } from './delivery/plays.ts';
import type { Host } from './host/host.ts';
import type { KeyWatch } from './host/key-watch.ts';
import { titleIn } from './library/stem-title.ts';
import { type Spent, spentCodec } from './sync/discovery/spent.ts';
import type { SharedSync } from './sync/shared-sync.ts';
import type { AccountChanges } from './uploads/changes/changes.ts';
import type { PieceUploads } from './uploads/pieces/piece-uploads.ts';
import type { RemoteFetches } from './uploads/remote/remote-fetches.ts';

/** What somebody who looks on sees change. */
export interface LiveState {
  /** Everything as it is now. */
  read(): Promise<LiveStateAnswer>;
  /**
   * The next look, at most one in a second for all who wait; nothing is looked at while nobody does.
   * @throws the signal's reason
   */
  next(signal: AbortSignal): Promise<LiveStateAnswer>;
  /** The first sync waits until then, milliseconds UTC. */
  syncBegins(at: number): void;
}

export interface LiveStateParts {
  settings: Settings;
  catalog: Catalog;
  clock: Clock;
  host: Pick<Host, 'state' | 'knownAccount'>;
  keyWatch: Pick<KeyWatch, 'doubt'>;
  sync: Pick<SharedSync, 'state'>;
  plays: Pick<Plays, 'recent'>;
  remote: Pick<RemoteFetches, 'newest'>;
  uploads: Pick<PieceUploads, 'newest'>;
  accountChanges: Pick<AccountChanges, 'purging'>;
  posters: { revision(): number };
  callsForHeaders: () => number;
}

/** More films at one time than a home has, and more addresses than anybody waits for. */
const maxRecentPlays = 50;
const maxAddresses = 50;
const maxUploads = 50;
const maxOpenProposals = 100;
const countEveryMs = 10 * secondMs;

export function createLiveState(parts: LiveStateParts): LiveState {
  const { settings, catalog, clock, host, keyWatch, sync, plays, remote, uploads, accountChanges, posters } =
    parts;
  const { keyValues } = catalog;
  const spentOn = (['crawlCalls', 'discoveryCalls'] as const).map((name) =>
    keyValues.entry(name, spentCodec),
  );
  let coming: Promise<LiveStateAnswer> | undefined;
  let version = 0;
  let firstSyncAt = 0;
  let counted = '';
  let counts:
    | { at: number; ofCrawl: string; known: Awaited<ReturnType<Catalog['files']['counts']>> }
    | undefined;

  async function callsToday(): Promise<number> {
    const today = Math.floor(clock.now() / dayMs);
    const spent = await Promise.all(spentOn.map((kept) => kept.get()));
    const ofToday = (one: Spent | undefined) => (one?.day === today ? one.calls : 0);
    return spent.reduce((sum, one) => sum + ofToday(one), parts.callsForHeaders());
  }

  /** Counting takes a walk over every file: once in a while is enough, and when a crawl has ended. */
  async function countsAt(ofCrawl: string) {
    const now = clock.now();
    if (!counts || counts.ofCrawl !== ofCrawl || now - counts.at >= countEveryMs || now < counts.at)
      counts = { at: now, ofCrawl, known: await catalog.files.counts() };
    return counts.known;
  }

  async function runningPlays() {
    const from = clock.now() - minuteMs;
    const running = (await plays.recent(maxRecentPlays)).filter((play) => isRunning(play, from));
    const places = await catalog.placements.placesOf(running.map(({ fileId }) => fileId));
    return running.map((play) => {
      const stem = places.get(play.fileId)?.stem;
      const { id, fileId, client, address, give, rule, lease, startedAt, bytes, cachedBytes, apiCalls } =
        play;
      const title = stem === undefined ? play.name : titleIn(stem);
      return {
        ...{ id, fileId, title, client, address, give, rule, startedAt, bytes, cachedBytes, apiCalls },
        ...(lease !== undefined && { lease }),
      };
    });
  }

  async function read(): Promise<LiveStateAnswer> {
    const [open, running, addresses, pieces, today, newest, change] = await Promise.all([
      catalog.proposals.list(maxOpenProposals, 'open'),
      runningPlays(),
      remote.newest(maxAddresses),
      uploads.newest(maxUploads),
      callsToday(),
      catalog.crawls.last(),
      catalog.treeChanges.newest(),
    ]);
    const known = await countsAt(`${newest?.id} ${newest?.endedAt}`);
    const { isBlocked, blockedUntil, blockedBy } = host.state();
    const { running: isSyncing, progress } = sync.state();
    const doubt = keyWatch.doubt();
    const purging = accountChanges.purging();
    const { premiumUntil, premiumUntilDay } = host.knownAccount() ?? {};
    // A crawl that has ended, files that came or went, other pictures: whoever shows the library asks again.
    const now = JSON.stringify([known, newest?.id, newest?.endedAt, posters.revision()]);
    if (now !== counted) version++;
    counted = now;
    return {
      sync: {
        running: isSyncing,
        ...(isSyncing && progress && { progress }),
        ...(!isSyncing && firstSyncAt > clock.now() && { beginsAt: firstSyncAt }),
      },
      host: {
        open: !isBlocked,
        ...(blockedUntil !== undefined && { closedUntil: blockedUntil }),
        ...(blockedBy !== undefined && { why: blockedBy }),
        ...(doubt !== undefined && { keyDoubt: doubt }),
        ...(premiumUntil !== undefined && { accountUntil: premiumUntil }),
        ...(premiumUntilDay !== undefined && { accountUntilDay: premiumUntilDay }),
        callsToday: today,
        callsPerDay: settings.sync.callsPerDay,
      },
      library: { ...known, version },
      plays: running,
      waiting: { proposals: open.length },
      changes: { newest: change },
      uploads: pieces.flatMap(({ id, path, state, offset, sizeBytes }) =>
        state === 'open' || state === 'whole'
          ? [{ id, path, state, offset, ...(sizeBytes !== undefined && { sizeBytes }) }]
          : [],
      ),
      trash: purging ? { purging } : {},
      transfers: addresses.flatMap(({ url, path, state }) =>
        state === 'added' || state === 'failed' || state === 'refused'
          ? []
          : [{ name: url, to: path, state }],
      ),
    };
  }

  return {
    read,

    syncBegins(at) {
      firstSyncAt = at;
    },

    next(signal) {
      signal.throwIfAborted();
      // Nobody's leaving ends it for the others; a second is soon over.
      coming ??= clock
        .sleep(secondMs)
        .then(read)
        .finally(() => {
          coming = undefined;
        });
      const next = coming;
      return new Promise((resolve, reject) => {
        const stop = () => reject(signal.reason);
        signal.addEventListener('abort', stop, { once: true });
        next.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
      });
    },
  };
}

/** What was sent on to the host is seen no more: it counts while its player may still be at it. */
function isRunning({ ended, lastAt }: PlayRecord, from: number): boolean {
  return ended === 'running' || lastAt >= from;
}
