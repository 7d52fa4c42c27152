import type { CatalogFolder } from '../catalog/account/files.ts';
import { notListedYet } from '../catalog/account/near-paths.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { joinAccountPath } from '../core/account-path.ts';
import type { Clock } from '../core/clock.ts';
import { secondMs } from '../core/durations.ts';
import { BridgeError, isBridgeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { WritableHost } from '../host/host-writes.ts';
import type { ScanFolder } from '../sync/discovery/scan-folder.ts';
import type { MadeFolder } from './changes/entries.ts';
import { nameToGive } from './changes/target.ts';

export interface FolderMakerOptions {
  host: Pick<WritableHost, 'writes'>;
  catalog: Pick<Catalog, 'files' | 'ownChanges'>;
  scanFolder: ScanFolder;
  clock: Clock;
  log: Log;
}

/**
 * Makes folders of the account. Names are either as they are meant, or as the host keeps them: it takes not every sign
 * (`HostWrites.storedName`), and a name that was changed for it twice is another one.
 *
 * All throw BRIDGE_BAD_REQUEST for a name that is too long, what the host says, and the signal's reason.
 */
export interface FolderMaker {
  /**
   * The folder of this name in another, made where there is none: one call, and one listing besides where the host says
   * that there is one which the catalog does not know yet.
   * @param name as it is meant
   * @throws BridgeError BRIDGE_CRAWL_RUNNING where that listing would have to wait for another process
   */
  within(parent: CatalogFolder, name: string, signal: AbortSignal): Promise<MadeFolder>;
  /**
   * A folder by its path in the catalog, made with all that lead to it where they are not there any more.
   * @param path with names as the host keeps them
   */
  listed(path: string, signal: AbortSignal): Promise<CatalogFolder>;
}

const busyMs = 5 * secondMs;
const maxScanCalls = 20;

export function createFolderMaker(options: FolderMakerOptions): FolderMaker {
  const { host, catalog, scanFolder, clock, log } = options;

  async function within(parent: CatalogFolder, name: string, signal: AbortSignal): Promise<MadeFolder> {
    const path = joinAccountPath(parent.path, host.writes.storedName(nameToGive(name)));
    const known = await standingFolder(catalog, path);
    if (known) return { id: known.id, path, isNew: false };
    try {
      const id = await host.writes.makeFolder(parent.id, name, { urgency: 'write', signal });
      log.info({ folder: path }, 'a folder was made in the account');
      await catalog.ownChanges.folderMade(parent.id, id, host.writes.storedName(name), clock.now());
      return { id, path, isNew: true };
    } catch (error) {
      if (!isBridgeError(error, 'BRIDGE_HOST_REFUSED')) throw error;
      // Somebody else made it since the last listing.
      await scanFolder(parent.id, signal, maxScanCalls);
      const folder = await standingFolder(catalog, path);
      if (!folder) throw error;
      return { id: folder.id, path, isNew: false };
    }
  }

  return {
    within,
    listed: (path, signal) =>
      walkDown(catalog, path, async (parent, name) => {
        signal.throwIfAborted();
        const path = joinAccountPath(parent.path, name);
        if (await standingFolder(catalog, path)) return path;
        const { path: made } = await within(parent, host.writes.meantName(name), signal);
        return made;
      }),
  };
}

/**
 * A folder of the account by its path, made with all that lead to it where they are not there. One call for each folder
 * that is missing; where the host says that there is one, which the catalog does not know yet, one listing besides, and
 * one where the folder itself was never listed. A sync of another process is waited for.
 * @param path begins with `/`; names as a person writes them
 * @throws BridgeError BRIDGE_BAD_REQUEST for a name that is too long, BRIDGE_NOT_INDEXED before the first sync; those of the host; the signal's reason
 */
export type EnsureFolder = (path: string, signal: AbortSignal) => Promise<CatalogFolder>;

export function createEnsureFolder(options: FolderMakerOptions): EnsureFolder {
  const { catalog, scanFolder, clock } = options;
  const maker = createFolderMaker({
    ...options,
    scanFolder: (id, signal, maxCalls) => untilFree(signal, () => scanFolder(id, signal, maxCalls)),
  });

  async function untilFree<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (;;)
      try {
        return await work();
      } catch (error) {
        if (!isBridgeError(error, 'BRIDGE_CRAWL_RUNNING')) throw error;
        await clock.sleep(busyMs, signal);
      }
  }

  return async (path, signal) => {
    const folder = await walkDown(catalog, path, async (parent, name) => {
      signal.throwIfAborted();
      const { path: made } = await maker.within(parent, name, signal);
      return made;
    });
    // Of what was never listed nobody knows what it holds: a file that is there would be sent again.
    if (folder.listedAt === undefined)
      await untilFree(signal, () => scanFolder(folder.id, signal, maxScanCalls));
    return folder;
  };
}

async function standingFolder(
  { files }: FolderMakerOptions['catalog'],
  path: string,
): Promise<CatalogFolder | undefined> {
  const { folder } = await files.byPath(path);
  return folder?.missingSince === undefined ? folder : undefined;
}

/** From the top to the folder of this path. @param next makes sure of the next one, and tells its path */
async function walkDown(
  catalog: FolderMakerOptions['catalog'],
  path: string,
  next: (parent: CatalogFolder, name: string) => Promise<string>,
): Promise<CatalogFolder> {
  let folder = await standingFolder(catalog, '/');
  if (!folder) {
    const unknown = await notListedYet(catalog.files, path);
    throw unknown ?? new BridgeError('BRIDGE_NOT_INDEXED', { detail: 'nothing was synced yet' });
  }
  for (const name of path.split('/').filter((one) => one !== '')) {
    const made = await next(folder, name);
    folder = await standingFolder(catalog, made);
    if (!folder)
      throw new BridgeError('BRIDGE_HOST_ODD_ANSWER', { detail: `${made} was made and is not there` });
  }
  return folder;
}
