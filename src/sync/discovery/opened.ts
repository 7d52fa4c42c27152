import type { FolderId } from '../../core/ids.ts';

/** Whoever walks through everything opens thousands, and looks at none of them. */
const maxOpened = 20;

/**
 * Folders that somebody opened in a listing, the latest few. They get at most every second look: a mount or a scanner
 * opens folders all day long, and must not take the calls of those in which something happens.
 */
export interface OpenedFolders {
  /** Somebody opened it. */
  add(id: FolderId): void;
  /** It cannot be listed. */
  delete(id: FolderId): boolean;
  /** A folder was listed, whatever for. */
  listed(id: FolderId): void;
  /** The latest that may be listed, and whether it comes before what is due by itself. */
  find(mayList: (id: FolderId) => boolean): { id: FolderId; isTurn: boolean } | undefined;
}

export function createOpened(): OpenedFolders {
  const ids = new Set<FolderId>();
  let isTurn = true;
  return {
    add(id) {
      ids.delete(id);
      ids.add(id);
      const [oldest] = ids;
      if (ids.size > maxOpened && oldest !== undefined) ids.delete(oldest);
    },

    delete: (id) => ids.delete(id),

    listed(id) {
      isTurn = !ids.delete(id);
    },

    find(mayList) {
      const id = [...ids].findLast(mayList);
      return id === undefined ? undefined : { id, isTurn };
    },
  };
}
