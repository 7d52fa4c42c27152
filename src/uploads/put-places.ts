import type { CatalogFile, CatalogFolder } from '../catalog/account/files.ts';
import { folderNotFound } from '../catalog/account/near-paths.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { joinAccountPath } from '../core/account-path.ts';
import { BridgeError } from '../core/errors.ts';
import type { HostWrites } from '../host/host-writes.ts';
import type { AccountChanges } from './changes/changes.ts';
import { nameToGive } from './changes/target.ts';
import type { PlannedPut, PutWish } from './put-wish.ts';
import { sourceFacts } from './source-facts.ts';

export interface PutPlacesOptions {
  host: { writes: Pick<HostWrites, 'storedName'> };
  catalog: Pick<Catalog, 'files'>;
  /** With all folders on the way to it. */
  makeFolder: AccountChanges['makeFolder'];
  /** Whirlpool of a file of this machine. */
  digest: (path: string, signal: AbortSignal) => Promise<string>;
}

/** Where a file that is sent is to lie. */
export interface PutPlace {
  folder: CatalogFolder;
  /** As it was wished for. */
  name: string;
  /** As listings have it. */
  stored: string;
}

/** Finds out where files that are sent go, and what is there. */
export interface PutPlaces {
  /**
   * Makes the folders that are missing on the way to it, where the wish has names for them.
   * @throws BridgeError BRIDGE_NOT_FOUND for a folder that is not known, BRIDGE_UPLOAD_EXISTS where a folder is called so;
   * those of the host
   */
  of(wish: PutWish): Promise<PutPlace>;
  /** Files that are there under its name. */
  twins(place: PutPlace): Promise<CatalogFile[]>;
  /** One of these that has the same content. */
  sameOf(
    twins: readonly CatalogFile[],
    source: string,
    sizeBytes: number,
    signal: AbortSignal,
  ): Promise<CatalogFile | undefined>;
  /** What would become of a wish: see `Uploader.plan`. */
  plan(wish: PutWish): Promise<PlannedPut>;
}

/** @throws BridgeError BRIDGE_UPLOAD_EXISTS */
export function mustNotStandThere({ folder, name }: PutPlace): never {
  throw new BridgeError('BRIDGE_UPLOAD_EXISTS', { detail: `${folder.path} has another ${name}` });
}

export function createPutPlaces({ host, catalog, makeFolder, digest }: PutPlacesOptions): PutPlaces {
  const { files } = catalog;

  const placeIn = (folder: CatalogFolder, name: string): PutPlace => ({
    folder,
    name,
    stored: host.writes.storedName(name),
  });

  /** @returns the name alone where the folder that it would lie in is missing */
  async function find({ to, source, isName = false, names }: PutWish): Promise<PutPlace | { path: string }> {
    if (names !== undefined && names.length > 0) {
      const below = names.map((name) => host.writes.storedName(nameToGive(name)));
      const path = below.slice(0, -1).reduce(joinAccountPath, to);
      const { folder } = await files.byPath(path);
      return folder && folder.missingSince === undefined
        ? placeIn(folder, names.at(-1) as string)
        : { path: joinAccountPath(path, below.at(-1) as string) };
    }
    const { folder } = isName ? {} : await files.byPath(to);
    if (folder) return placeIn(folder, source.slice(source.lastIndexOf('/') + 1));
    const cut = to.lastIndexOf('/');
    const parent = (await files.byPath(to.slice(0, cut) || '/')).folder;
    const name = to.slice(cut + 1);
    if (!parent || name === '') throw await folderNotFound(files, to.slice(0, cut) || '/');
    return placeIn(parent, name);
  }

  async function mustBeNoFolder({ folder, stored }: PutPlace): Promise<void> {
    const path = joinAccountPath(folder.path, stored);
    const { folder: there } = await files.byPath(path);
    if (there)
      throw new BridgeError('BRIDGE_UPLOAD_EXISTS', {
        says: `${path} is a folder`,
        remedy: 'Give another name',
      });
  }

  const places: PutPlaces = {
    async of(wish) {
      let found = await find(wish);
      if (!('folder' in found)) {
        // One after the other from the top: of two who want the same one, the second finds it.
        let path = wish.to;
        for (const name of wish.names?.slice(0, -1) ?? [])
          ({ path } = await makeFolder(joinAccountPath(path, name), false, wish.signal));
        found = await find(wish);
      }
      if (!('folder' in found)) throw await folderNotFound(files, wish.to);
      if (wish.isName || wish.names) await mustBeNoFolder(found);
      return found;
    },

    // What listings lack may have gone: it is no reason to send nothing.
    twins: async ({ folder, stored }) =>
      (await files.filesOfFolders([folder.id])).filter(
        (file) => file.name === stored && file.missingSince === undefined,
      ),

    async sameOf(twins, source, sizeBytes, signal) {
      const candidates = twins.filter((file) => file.sizeBytes === sizeBytes);
      if (candidates.length === 0) return undefined;
      const checksums = await files.checksums(candidates.map(({ id }) => id));
      const digested = await digest(source, signal);
      return candidates.find(({ id }) => checksums.get(id) === digested);
    },

    async plan(wish) {
      const { source, replaces = false, signal } = wish;
      const { sizeBytes } = await sourceFacts(source);
      const place = await find(wish);
      if (!('folder' in place)) return { fate: 'new', path: place.path };
      if (wish.isName || wish.names) await mustBeNoFolder(place);
      const path = joinAccountPath(place.folder.path, place.stored);
      const twins = await places.twins(place);
      if (twins.length === 0) return { fate: 'new', path };
      const same = await places.sameOf(twins, source, sizeBytes, signal);
      if (!same && !replaces) mustNotStandThere(place);
      return { fate: same && (twins.length === 1 || !replaces) ? 'same' : 'replaces', path };
    },
  };
  return places;
}
