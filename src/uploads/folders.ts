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
import { nameToGive } from './changes/target.ts';

export interface FolderMakerOptions {
  host: Pick<WritableHost, 'writes'>;
  catalog: Catalog;
  scanFolder: ScanFolder;
  clock: Clock;
  log: Log;
}

/**
 * A folder of the account by its path, made with all that lead to it where they are not there. One call for each folder
 * that is missing; where the host says that there is one, which the catalog does not know yet, one listing besides, and
 * one where the folder itself was never listed.
 * @param path begins with `/`; names as a person writes them
 * @throws BridgeError BRIDGE_BAD_REQUEST for a name that is too long, BRIDGE_NOT_INDEXED before the first sync; those of the host; the signal's reason
 */
export type EnsureFolder = (path: string, signal: AbortSignal) => Promise<CatalogFolder>;

const busyMs = 5 * secondMs;
const maxScanCalls = 20;

export function createEnsureFolder(options: FolderMakerOptions): EnsureFolder {
  const { host, catalog, scanFolder, clock, log } = options;

  async function standing(path: string): Promise<CatalogFolder | undefined> {
    const { folder } = await catalog.files.byPath(path);
    return folder?.missingSince === undefined ? folder : undefined;
  }

  /** A crawl that runs is waited for. */
  async function scan({ id }: CatalogFolder, signal: AbortSignal): Promise<void> {
    for (;;)
      try {
        return void (await scanFolder(id, signal, maxScanCalls));
      } catch (error) {
        if (!isBridgeError(error, 'BRIDGE_CRAWL_RUNNING')) throw error;
        await clock.sleep(busyMs, signal);
      }
  }

  async function make(parent: CatalogFolder, name: string, signal: AbortSignal): Promise<CatalogFolder> {
    const path = joinAccountPath(parent.path, name);
    try {
      const id = await host.writes.makeFolder(parent.id, name, { urgency: 'write', signal });
      log.info({ folder: path }, 'a folder was made in the account');
      await catalog.ownChanges.folderMade(parent.id, id, name, clock.now());
    } catch (error) {
      if (!isBridgeError(error, 'BRIDGE_HOST_REFUSED')) throw error;
      await scan(parent, signal);
      if (!(await standing(path))) throw error;
    }
    const made = await standing(path);
    if (!made)
      throw new BridgeError('BRIDGE_HOST_ODD_ANSWER', { detail: `${path} was made and is not there` });
    return made;
  }

  return async (path, signal) => {
    let folder = await standing('/');
    if (!folder) {
      const unknown = await notListedYet(catalog.files, path);
      throw unknown ?? new BridgeError('BRIDGE_NOT_INDEXED', { detail: 'nothing was synced yet' });
    }
    for (const written of path.split('/').filter((name) => name !== '')) {
      signal.throwIfAborted();
      // As listings have it.
      const name = host.writes.storedName(nameToGive(written));
      folder = (await standing(joinAccountPath(folder.path, name))) ?? (await make(folder, name, signal));
    }
    // Of what was never listed nobody knows what it holds: a file that is there would be sent again.
    if (folder.listedAt === undefined) await scan(folder, signal);
    return folder;
  };
}
