import type { TrashedEntry } from '../../catalog/account/account-trash.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { joinAccountPath } from '../../core/account-path.ts';
import type { Clock } from '../../core/clock.ts';
import { BridgeError, isBridgeError } from '../../core/errors.ts';
import { type FileId, type FolderId, rootFolderId } from '../../core/ids.ts';
import type { WritableHost } from '../../host/host-writes.ts';
import type { ScanFolder } from '../../sync/discovery/scan-folder.ts';
import type { ListedPlace } from './listed-place.ts';
import { splitAccountPath } from './target.ts';
import type { TrashMoves } from './trash-moves.ts';
import { unlessCrawled } from './unless-crawled.ts';

export interface ReturnerOptions {
  host: Pick<WritableHost, 'writes' | 'listFolder'>;
  catalog: Catalog;
  trash: Pick<TrashMoves, 'giveBack'>;
  scanFolder: ScanFolder;
  clock: Clock;
}

/** Puts back what was removed, into its folder, which is made anew where it is gone. */
export interface Returner {
  /**
   * The host is asked first what lies there: nothing is put beside another of its name.
   * @returns files that are back in the library, and the path
   * @param together ids of what was removed with it, of the same name: it may be back before it
   * @throws BridgeError BRIDGE_UPLOAD_EXISTS where something else is in its place; those of {@link TrashMoves.giveBack}
   */
  giveBack(
    entry: TrashedEntry,
    signal: AbortSignal,
    together?: ReadonlySet<string>,
  ): Promise<{ back: FileId[]; path: string }>;
}

/** A folder that is there, and what the host names in it just now. */
interface StandingFolder {
  id: FolderId;
  path: string;
  listing: ListedPlace;
}

const maxScanCalls = 20;

export function createReturner({ host, catalog, trash, scanFolder, clock }: ReturnerOptions): Returner {
  const { files } = catalog;

  /** By names as the host keeps them. */
  async function standing(path: string, signal: AbortSignal): Promise<StandingFolder> {
    const id = path === '/' ? rootFolderId : (await files.byPath(path)).folder?.id;
    const listing = id === undefined ? undefined : await ask(id, signal);
    if (id !== undefined && listing) return { id, path, listing };
    if (path === '/') throw new BridgeError('BRIDGE_HOST_ODD_ANSWER', { detail: 'the account has no top' });
    const { parent, name } = splitAccountPath(path);
    const outer = await standing(parent, signal);
    // Of two of one name the catalog must know which one is gone.
    if (id !== undefined) await scanFolder(outer.id, signal, maxScanCalls).catch(unlessCrawled);
    return inside(outer, name, signal);
  }

  /** The folder of this name in one that is there, of which the catalog knows nothing. */
  async function inside(outer: StandingFolder, name: string, signal: AbortSignal): Promise<StandingFolder> {
    const there = folderIn(outer.listing, name) ?? (await makeOrFind(outer, name, signal));
    await catalog.ownChanges.folderMade(outer.id, there, name, clock.now());
    const listing = (await ask(there, signal)) ?? { files: [], folders: [], complete: true };
    return { id: there, path: joinAccountPath(outer.path, name), listing };
  }

  async function makeOrFind(outer: StandingFolder, name: string, signal: AbortSignal): Promise<FolderId> {
    try {
      const meant = host.writes.meantName(name);
      return await host.writes.makeFolder(outer.id, meant, { urgency: 'write', signal });
    } catch (error) {
      if (!isBridgeError(error, 'BRIDGE_HOST_REFUSED')) throw error;
      // Somebody else made it in this moment.
      const listing = await ask(outer.id, signal);
      const there = listing && folderIn(listing, name);
      if (there === undefined) throw error;
      return there;
    }
  }

  /** What the host names in a folder; undefined for one that is gone. */
  async function ask(id: FolderId, signal: AbortSignal): Promise<ListedPlace | undefined> {
    try {
      return await host.listFolder(id, { urgency: 'write', signal });
    } catch (error) {
      if (!isBridgeError(error, 'BRIDGE_HOST_FILE_GONE')) throw error;
      return undefined;
    }
  }

  return {
    async giveBack(entry, signal, together = none) {
      const { folder, files: twins } = await files.byPath(entry.path);
      mustBeItself(entry, [...(folder ? [folder] : []), ...twins], together);
      const { parent, name } = splitAccountPath(entry.path);
      const into = await standing(parent, signal);
      const listed = [...into.listing.files, ...into.listing.folders];
      mustBeItself(
        entry,
        listed.filter((one) => one.name === name),
        together,
      );
      // Named there or not: a late listing names what was removed, and moving it once more changes nothing.
      return {
        back: await trash.giveBack(entry, into.id, signal),
        path: joinAccountPath(into.path, name),
      };
    },
  };
}

const folderIn = ({ folders }: ListedPlace, name: string): FolderId | undefined =>
  folders.find((one) => one.name === name)?.id;

const none: ReadonlySet<string> = new Set();

function mustBeItself(
  { path, hostId }: TrashedEntry,
  there: readonly { id: string }[],
  together: ReadonlySet<string>,
): void {
  if (there.some(({ id }) => id !== hostId && !together.has(id)))
    throw new BridgeError('BRIDGE_UPLOAD_EXISTS', {
      says: `${path} is there already`,
      remedy: 'Give what is there another name, or remove it first; nothing is replaced',
    });
}
