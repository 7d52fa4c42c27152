import type { CatalogFile } from '../../catalog/account/files.ts';
import type { RoomFor } from '../../catalog/account/room-for.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { BridgeError } from '../../core/errors.ts';
import type { AccountChanges } from '../changes/changes.ts';
import type { EntryName } from '../changes/entries.ts';
import { splitAccountPath } from '../changes/target.ts';
import type { WriteTarget } from './write-targets.ts';

export interface InPlaceOptions {
  catalog: Pick<Catalog, 'files' | 'localFiles'>;
  changes: Pick<AccountChanges, 'remove' | 'putBack' | 'letGo'>;
}

/** What is told of work that takes the place of something. */
export interface Replaced extends Pick<RoomFor, 'copyOf'> {
  /** What is moved there is no more in its own way than it was before. */
  moved?: CatalogFile | undefined;
}

/**
 * Does something to a place where something may be that makes room for it, and comes back where it cannot be done. What
 * made room is removed for good only when the work is done, whenever this process ends: see `MadeRoom`.
 * @throws BridgeError BRIDGE_PRECONDITION where it may not be replaced; what the work throws
 */
export type InPlace = (
  to: WriteTarget,
  mayReplace: boolean,
  signal: AbortSignal,
  work: () => Promise<unknown>,
  replaced?: Replaced,
) => Promise<void>;

/** All that stands at a place: whoever removes a name removes every file that has it. */
export const allAt = ({ there, path }: WriteTarget, but?: CatalogFile): EntryName[] => {
  if (there.is === 'nothing' || there.is === 'local') return [];
  const some = there.is === 'file' ? [there.file, ...there.others] : there.others;
  const ids = some.filter(({ id }) => id !== but?.id).map(({ id }) => ({ fileId: id }));
  return there.is === 'folder' ? [`${path}/`, ...ids] : ids;
};

const idsAt = ({ there }: WriteTarget): string[] => {
  if (there.is === 'nothing' || there.is === 'local') return [];
  const first = there.is === 'file' ? there.file : there.folder;
  return [first, ...there.others].map(({ id }) => id);
};

export function createInPlace({ catalog: { files, localFiles }, changes }: InPlaceOptions): InPlace {
  return async (to, mayReplace, signal, work, { moved, ...copy } = {}) => {
    const { parent, name, there, path } = to;
    if (there.is !== 'nothing' && !mayReplace)
      throw new BridgeError('BRIDGE_PRECONDITION', { detail: `${path} is there` });
    const trashIds: number[] = [];
    try {
      const before = idsAt(to).filter((id) => id !== moved?.id);
      const roomFor = { name: splitAccountPath(path).name, before, ...copy };
      for (const path of allAt(to, moved))
        for (const { trashId } of await changes.remove({ path, isDeep: true, roomFor, signal }))
          if (trashId !== undefined) trashIds.push(trashId);
      await work();
    } catch (error) {
      // Where half of the work stands in its way it stays in the trash, and the first error is the one that is told.
      await changes.putBack(trashIds, signal).catch(() => undefined);
      throw error;
    }
    if (there.is === 'local') {
      const came = await files.byPath(path);
      if (came.folder || came.files.length > 0) await localFiles.remove(parent.id, name);
    }
    if (trashIds.length > 0) await changes.letGo(trashIds, signal);
  };
}
