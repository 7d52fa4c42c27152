import type { FolderId } from '../../core/ids.ts';
/** Whoever walks through everything opens thousands, and looks at none of them. */
export const maxOpened = 20;

/**
 * Folders that somebody opened in a listing, the latest few. They get at most every second look: a mount or a scanner
 * opens folders all day long, and must not take the calls of those in which something happens.
 */
export function createOpened() {
  const ids = new Set<FolderId>();
  let isTurn = true;
  return {
    add(id: FolderId): void {
      ids.delete(id);
      ids.add(id);
      const [oldest] = ids;
      if (ids.size > maxOpened && oldest !== undefined) ids.delete(oldest);
    },

    delete: (id: FolderId): boolean => ids.delete(id),

    /** A folder was listed, whatever for. */
    listed(id: FolderId): void {
      isTurn = !ids.delete(id);
    },

    /** The latest that may be listed, and whether it comes before what is due by itself. */
    find(mayList: (id: FolderId) => boolean): { id: FolderId; isTurn: boolean } | undefined {
      const id = [...ids].findLast(mayList);
      return id === undefined ? undefined : { id, isTurn };
    },
  };
}
