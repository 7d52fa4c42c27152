import { folderNotFound } from '../../catalog/account/near-paths.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { RemoteAddress } from '../../catalog/remote-journal.ts';
import { createBackgroundLoop } from '../../core/background-loop.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import type { WritableHost } from '../../host/host-writes.ts';
import { type AddressRuleOptions, createAddressRule, shownAddress } from './addresses.ts';
import { createFollowers } from './followers.ts';
import { createRemoteArrivals, type RemoteArrivalOptions, type StoredAddress } from './remote-arrivals.ts';
import { createRemoteAsking } from './remote-asking.ts';
import {
  type FollowedAddress,
  lineOf,
  progressOf,
  type RemoteLine,
  type RemoteProgress,
} from './remote-line.ts';
import { createRemotePolling, type EndAddresses } from './remote-polling.ts';

/** Addresses that a person wants the host to fetch. */
export interface RemoteWish {
  urls: readonly string[];
  /** Path of a folder of the account that the catalog knows. */
  to: string;
  /** Until each is in the library or cannot be had; else until the host was asked for all. */
  wait: boolean;
  signal: AbortSignal;
  /** Told of each address once: when no more is waited for. */
  onLine: (line: RemoteLine) => void;
  onProgress?: (progress: RemoteProgress) => void;
}

export interface RemoteOutcome {
  /** In the order in which they were given, each once. */
  lines: RemoteLine[];
  /** Nothing goes on for now; what is under way is gone on with later. */
  stoppedBy?: BridgeError;
}

export interface RemoteFetchesOptions
  extends RemoteArrivalOptions,
    Pick<AddressRuleOptions, 'isOwn' | 'secrets'> {
  host: Pick<WritableHost, 'writes' | 'limits' | 'pageOf' | 'shares'>;
  catalog: Catalog;
}

/**
 * The host fetches addresses by itself, and what it has is in the library. Work that is under way goes on when nobody
 * waits for it, and is gone on with by the next process.
 */
export interface RemoteFetches {
  /**
   * @throws BridgeError BRIDGE_NOT_FOUND for a folder that is not known, BRIDGE_BAD_REQUEST for no address or too many;
   * the signal's reason: what was noted goes on
   */
  run(wish: RemoteWish): Promise<RemoteOutcome>;
  /** The newest first, without what may be a token. */
  newest(limit: number): Promise<RemoteLine[]>;
  /** Goes on with what is under way. */
  start(): void;
  stop(): Promise<void>;
}

/** Under way at one time. */
const maxOpen = 2000;

export function createRemoteFetches(options: RemoteFetchesOptions): RemoteFetches {
  const { host, catalog, clock, log } = options;
  const journal = catalog.remote;
  const { pollMs } = host.limits.fetching;
  const ruleOf = createAddressRule(options);
  const followers = createFollowers(async (ids) => withFiles(await journal.byIds(ids)));
  const arrivals = createRemoteArrivals(options);

  async function withFiles(addresses: readonly RemoteAddress[]): Promise<FollowedAddress[]> {
    const ids = addresses.flatMap(({ fileId }) => fileId ?? []);
    const files = ids.length > 0 ? await catalog.files.filesByIds(ids) : [];
    const byId = new Map(files.map(({ id, name, sizeBytes }) => [id, { id, name, sizeBytes }]));
    return addresses.map((one) => ({ ...one, file: one.fileId && byId.get(one.fileId) }));
  }
  const tell = async (addresses: readonly RemoteAddress[]) => followers.changed(await withFiles(addresses));
  const end: EndAddresses = async (addresses, state, why) => {
    for (const { id, url } of addresses) {
      const over = { state, url: shownAddress(url), endedAt: clock.now(), ...(why !== undefined && { why }) };
      await tell(await journal.change([id], over));
    }
  };
  const asking = createRemoteAsking({ host, journal, clock, log, end, tell });
  const polling = createRemotePolling({ host, journal, clock, end, tell });
  /** What an earlier process left is asked after at once. */
  let pollAt: number | undefined = 0;

  const isAt = (state: RemoteAddress['state']) => (one: RemoteAddress) => one.state === state;
  const isStored = (one: RemoteAddress): one is StoredAddress => one.state === 'stored';
  const isAtHost = ({ state }: RemoteAddress) => state === 'asked' || state === 'fetching';

  /** One question for all. A question that fails is asked again with the next. */
  async function poll(open: readonly RemoteAddress[], signal: AbortSignal): Promise<void> {
    pollAt = clock.now() + pollMs;
    try {
      const jobs = await host.writes.fetchJobs({ urgency: 'write', signal }).catch((error: unknown) => {
        if (isBridgeError(error, 'BRIDGE_HOST_ODD_ANSWER')) return undefined;
        throw error;
      });
      // A list that cannot be read says nothing: jobs are asked for by their numbers, and none is taken for lost.
      if (jobs) await asking.adopt(open.filter(isAt('asked')), jobs, signal);
      await polling.read((await journal.open()).filter(isAt('fetching')), jobs ?? [], signal);
    } catch (error) {
      if (signal.aborted || !isBridgeError(error) || error.retryAt !== undefined) throw error;
      log.warn({ err: error }, 'what became of what the host fetches is asked again');
    }
  }

  async function settle(stored: readonly StoredAddress[], signal: AbortSignal): Promise<void> {
    const { added, atTop, late, lost } = await arrivals.settle(stored, signal);
    await end(added, 'added');
    await end(atTop, 'added', 'its folder is gone, it lies at the top of the account');
    await end(lost, 'unsure', 'the host said that it has it, and has not listed it for a day');
    await tell(late);
    const files = added.length + atTop.length;
    if (files > 0) log.info({ files }, 'what the host has fetched is in the library');
  }

  const loop = createBackgroundLoop({
    clock,
    async turn(signal) {
      const before = await journal.open();
      if (!before.some(isAtHost)) pollAt = undefined;
      await asking.askNext(before.filter(isAt('waiting')), signal);
      const open = await journal.open();
      if (open.some(isAtHost)) pollAt ??= clock.now() + pollMs;
      if (pollAt !== undefined && clock.now() >= pollAt) await poll(open, signal);
      await settle((await journal.open()).filter(isStored), signal);
      const left = await journal.open();
      if (left.length === 0) return undefined;
      const times = [
        left.some(isAt('waiting')) ? asking.dueAt() : undefined,
        left.some(isAtHost) ? (pollAt ?? clock.now() + pollMs) : undefined,
        arrivals.dueAt(left.filter(isStored)),
      ].filter((at) => at !== undefined);
      return Math.max(0, Math.min(...times) - clock.now());
    },
    onError(error) {
      const known = isBridgeError(error) ? error : new BridgeError('BRIDGE_INTERNAL', { cause: error });
      log.warn({ err: error }, 'what the host is to fetch waits');
      // Plays go first: it is asked for again in a moment.
      if (known.code !== 'BRIDGE_GATE_BUSY') followers.stopped(known);
      return Math.max(pollMs, (known.retryAt ?? 0) - clock.now());
    },
  });

  async function run(wish: RemoteWish): Promise<RemoteOutcome> {
    const { folder } = await catalog.files.byPath(wish.to);
    if (!folder) throw await folderNotFound(catalog.files, wish.to);
    const lines = new Map<string, RemoteLine>();
    const urls = new Map<string, string>();
    for (const given of new Set(wish.urls)) {
      const verdict = ruleOf(given);
      if ('why' in verdict) {
        const line: RemoteLine = { url: given, state: 'refused', path: folder.path, why: verdict.why };
        lines.set(given, line);
        wish.onLine(line);
      } else if (!urls.has(verdict.url)) {
        urls.set(verdict.url, given);
        // Its place in the order.
        lines.set(given, { url: given, state: 'waiting', path: folder.path });
      }
    }
    if ((await journal.open()).length + urls.size > maxOpen)
      throw new BridgeError('BRIDGE_BAD_REQUEST', {
        says: `More than ${maxOpen} addresses would be under way`,
        remedy: 'Wait until the host has fetched some of them',
      });
    const noted = urls.size > 0 ? await journal.add([...urls.keys()], folder.id, clock.now()) : [];
    const givenOf = new Map(noted.map(({ id, url }) => [id, urls.get(url) ?? url]));
    const isEnough = ({ id, state, endedAt }: FollowedAddress) =>
      wish.wait
        ? endedAt !== undefined || (state === 'stored' && arrivals.isLate(id))
        : state !== 'waiting' && state !== 'asked';
    const told = new Set<number>();
    const following = followers.follow({
      ids: noted.map(({ id }) => id),
      signal: wish.signal,
      isEnough,
      onAddress(address) {
        const given = givenOf.get(address.id) ?? address.url;
        const line = lineOf(address, folder.path, given);
        lines.set(given, line);
        if (isEnough(address) && !told.has(address.id)) {
          told.add(address.id);
          wish.onLine(line);
        }
        wish.onProgress?.(progressOf([...lines.values()]));
      },
    });
    loop.start();
    loop.wake();
    const stoppedBy = await following;
    return { lines: [...lines.values()], ...(stoppedBy && { stoppedBy }) };
  }

  return {
    run,
    async newest(limit) {
      const addresses = await withFiles(await journal.newest(limit));
      const paths = await catalog.files.folderPaths([...new Set(addresses.map(({ folderId }) => folderId))]);
      return addresses.map((one) => lineOf(one, paths.get(one.folderId) ?? '', shownAddress(one.url)));
    },
    start: loop.start,
    stop: loop.stop,
  };
}
