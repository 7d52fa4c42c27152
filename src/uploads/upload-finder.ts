import type { Catalog } from '../catalog/catalog.ts';
import type { BegunUpload } from '../catalog/uploads.ts';
import type { Clock } from '../core/clock.ts';
import { minuteMs, secondMs } from '../core/durations.ts';
import { isBridgeError } from '../core/errors.ts';
import { rootFolderId } from '../core/ids.ts';
import type { SentFile, WritableHost } from '../host/host-writes.ts';
import type { ScanFolder } from '../sync/discovery/scan-folder.ts';

export interface UploadFinderOptions {
  host: Pick<WritableHost, 'writes'>;
  catalog: Catalog;
  scanFolder: ScanFolder;
  clock: Clock;
}

/** Finds in listings what the host has stored and not told of. */
export interface UploadFinder {
  /**
   * Looks for it in the folder where it should be, and at the top, where the host lays what it has no folder for.
   * @param digest what it must come to: a file of somebody else may have its name and its size, and nobody has seen it
   * before; undefined where the source is here no more
   * @param scans a listing learns late of what is new: it is asked so often, with a pause
   */
  find(
    begun: BegunUpload,
    scans: number,
    signal: AbortSignal,
    digest: string | undefined,
  ): Promise<SentFile | undefined>;
  /** Lists a folder; a sync of another process is waited for. */
  scanOne(folderId: BegunUpload['folderId'], signal: AbortSignal): Promise<void>;
}

const lateMs = minuteMs;
const busyMs = 5 * secondMs;
const maxScanCalls = 20;

export function createUploadFinder({ host, catalog, scanFolder, clock }: UploadFinderOptions): UploadFinder {
  async function find(
    begun: BegunUpload,
    scans: number,
    signal: AbortSignal,
    digest: string | undefined,
  ): Promise<SentFile | undefined> {
    const { folderId, sizeBytes, begunAt } = begun;
    const stored = host.writes.storedName(begun.name);
    for (let scan = 0; scan < scans; scan++) {
      if (scan > 0) await clock.sleep(lateMs, signal);
      for (const where of folderId === rootFolderId ? [folderId] : [folderId, rootFolderId]) {
        await scanOne(where, signal);
        const candidates = (await catalog.files.filesOfFolders([where])).filter(
          (one) => one.name === stored && one.sizeBytes === sizeBytes && one.firstSeenAt >= begunAt,
        );
        const checksums = await catalog.files.checksums(candidates.map(({ id }) => id));
        const file = candidates.find(({ id }) => digest === undefined || checksums.get(id) === digest);
        if (!file) continue;
        if (where !== folderId)
          await host.writes.moveFiles([file.url], folderId, { urgency: 'write', signal });
        const checksum = checksums.get(file.id);
        return { id: file.id, url: file.url, name: file.name, sizeBytes: file.sizeBytes, checksum };
      }
    }
    return undefined;
  }

  async function scanOne(folderId: BegunUpload['folderId'], signal: AbortSignal): Promise<void> {
    for (;;)
      try {
        return void (await scanFolder(folderId, signal, maxScanCalls));
      } catch (error) {
        if (!isBridgeError(error, 'BRIDGE_CRAWL_RUNNING')) throw error;
        await clock.sleep(busyMs, signal);
      }
  }

  return { find, scanOne };
}
