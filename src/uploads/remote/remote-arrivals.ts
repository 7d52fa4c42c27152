import type { Catalog } from '../../catalog/catalog.ts';
import type { RemoteAddress } from '../../catalog/remote-journal.ts';
import type { Clock } from '../../core/clock.ts';
import { dayMs, minuteMs, secondMs } from '../../core/durations.ts';
import { isBridgeError } from '../../core/errors.ts';
import { type FileId, type FolderId, rootFolderId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { WritableHost } from '../../host/host-writes.ts';
import type { ScanFolder } from '../../sync/discovery/scan-folder.ts';
import type { LayOut } from '../lay-out.ts';

export interface RemoteArrivalOptions {
  host: Pick<WritableHost, 'writes'>;
  catalog: Catalog;
  layOut: LayOut;
  scanFolder: ScanFolder;
  clock: Clock;
  log: Log;
}

/** What the host has fetched is found in listings, laid where it was wanted, and in the library. */
export interface RemoteArrivals {
  /**
   * One listing of each folder, where it is time for it, and one of the top for what is not there.
   * @returns those that are in the library, and those that nobody has seen for a day
   * @throws BridgeError of the host while it is locked; the signal's reason
   */
  settle(addresses: readonly StoredAddress[], signal: AbortSignal): Promise<SettledAddresses>;
  /** When one of these is looked for next; undefined without any. */
  dueAt(addresses: readonly StoredAddress[]): number | undefined;
  /** It was looked for so often that nobody should wait for it. */
  isLate(id: number): boolean;
}

export type StoredAddress = RemoteAddress & { fileId: FileId; pageUrl: string };

/** Those of one folder that were found. */
interface FoundAddresses {
  there: readonly StoredAddress[];
  /** Their folder is gone. */
  atTop: readonly StoredAddress[];
}

export interface SettledAddresses {
  added: StoredAddress[];
  /** They lie at the top: their folder is gone. */
  atTop: StoredAddress[];
  /** Late from now on. */
  late: StoredAddress[];
  lost: StoredAddress[];
}

/** A listing learns late of what is new. */
const soonTries = 3;
const soonMs = minuteMs;
const laterMs = 10 * minuteMs;
const busyMs = 5 * secondMs;
const lookedForMs = dayMs;
const maxScanCalls = 20;

export function createRemoteArrivals(options: RemoteArrivalOptions): RemoteArrivals {
  const { host, catalog, scanFolder, clock, log } = options;
  const tries = new Map<number, { count: number; at: number }>();
  const isDue = ({ id }: StoredAddress) => (tries.get(id)?.at ?? 0) <= clock.now();

  /** @returns false where the host has no such folder any more, undefined while another process syncs */
  async function scan(folderId: FolderId, signal: AbortSignal): Promise<boolean | undefined> {
    try {
      await scanFolder(folderId, signal, maxScanCalls);
      return true;
    } catch (error) {
      if (isBridgeError(error, 'BRIDGE_CRAWL_RUNNING')) return undefined;
      if (isBridgeError(error, 'BRIDGE_HOST_FILE_GONE')) return false;
      throw error;
    }
  }

  const known = async (addresses: readonly StoredAddress[]) =>
    new Map(
      (await catalog.files.filesByIds(addresses.map(({ fileId }) => fileId))).map((file) => [file.id, file]),
    );

  /** Those of one folder that are where they belong by now. @returns undefined while another process syncs */
  async function find(
    folderId: FolderId,
    addresses: readonly StoredAddress[],
    signal: AbortSignal,
  ): Promise<FoundAddresses | undefined> {
    let hasFolder = true;
    let files = await known(addresses);
    for (const where of new Set([folderId, rootFolderId])) {
      if (addresses.every(({ fileId }) => files.has(fileId))) break;
      const scanned = await scan(where, signal);
      if (scanned === undefined) return undefined;
      if (where === folderId) hasFolder = scanned;
      files = await known(addresses);
    }
    const found = addresses.filter(({ fileId }) => files.has(fileId));
    const isAstray = ({ fileId }: StoredAddress) =>
      folderId !== rootFolderId && files.get(fileId)?.folderId === rootFolderId;
    const astray = found.filter(isAstray);
    const brought = hasFolder && astray.length > 0 ? await bring(folderId, astray, signal) : [];
    if (!brought || !hasFolder) return { there: found.filter((one) => !isAstray(one)), atTop: astray };
    return { there: found.filter((one) => !isAstray(one) || brought.includes(one)), atTop: [] };
  }

  /**
   * The host laid them at the top: it had no such folder for a moment.
   * @returns those that were moved; undefined where it has no such folder
   */
  async function bring(
    folderId: FolderId,
    addresses: readonly StoredAddress[],
    signal: AbortSignal,
  ): Promise<readonly StoredAddress[] | undefined> {
    const pages = addresses.map(({ pageUrl }) => pageUrl);
    const moved = await host.writes
      .moveFiles(pages, folderId, { urgency: 'write', signal })
      .catch((error: unknown) => {
        if (isBridgeError(error, 'BRIDGE_HOST_FILE_GONE')) return undefined;
        throw error;
      });
    if (!moved) return undefined;
    const brought = addresses.filter(({ pageUrl }) => moved.includes(pageUrl));
    const ids = brought.map(({ fileId }) => fileId);
    const files = await catalog.files.filesByIds(ids);
    const checksums = await catalog.files.checksums(ids);
    const { changed } = await catalog.crawls.arrived(
      folderId,
      files.map((file) => ({
        ...file,
        checksum: checksums.get(file.id),
        hasPassword: false,
        hasAccessRules: false,
      })),
      clock.now(),
    );
    await options.layOut(changed, signal);
    return brought;
  }

  return {
    async settle(addresses, signal) {
      const settled: SettledAddresses = { added: [], atTop: [], late: [], lost: [] };
      for (const [folderId, all] of Map.groupBy(addresses.filter(isDue), (one) => one.folderId)) {
        const found = await find(folderId, all, signal).catch((error: unknown): FoundAddresses => {
          if (signal.aborted || !isBridgeError(error) || error.retryAt !== undefined) throw error;
          log.warn({ err: error }, 'what the host has fetched could not be listed yet');
          return { there: [], atTop: [] };
        });
        for (const address of all) {
          if (found?.there.includes(address)) settled.added.push(address);
          else if (found?.atTop.includes(address)) settled.atTop.push(address);
          else if (clock.now() - (address.askedAt ?? 0) > lookedForMs) settled.lost.push(address);
          else {
            const count = (tries.get(address.id)?.count ?? 0) + (found ? 1 : 0);
            const waitMs = !found ? busyMs : count < soonTries ? soonMs : laterMs;
            tries.set(address.id, { count, at: clock.now() + waitMs });
            if (found && count === soonTries) settled.late.push(address);
            continue;
          }
          tries.delete(address.id);
        }
      }
      return settled;
    },
    dueAt(addresses) {
      const times = addresses.map(({ id }) => tries.get(id)?.at ?? 0);
      return times.length === 0 ? undefined : Math.min(...times);
    },
    isLate: (id) => (tries.get(id)?.count ?? 0) >= soonTries,
  };
}
