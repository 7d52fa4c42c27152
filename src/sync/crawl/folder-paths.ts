import { joinAccountPath } from '../../core/account-path.ts';
/** Paths of folders while a crawl walks down: what was listed tells where its sub-folders are. */
export interface FolderPaths<Id> {
  /**
   * The path of a folder that was listed just now, beginning with `/`; those of its sub-folders are known from now on,
   * and its own is forgotten.
   */
  listed(folderId: Id, folders: readonly { id: Id; name: string }[]): Promise<string>;
  /** The path of a folder that waits, or how it is called where that is not known. */
  of(folderId: Id): Promise<string>;
}

/**
 * Keeps as many paths as folders wait: asking the catalog for each would cost more than writing a listing down.
 * @param pathsOf asked where a crawl goes on whose beginning another run has seen
 */
export function createFolderPaths<Id>(
  pathsOf: (ids: readonly Id[]) => Promise<ReadonlyMap<Id, string>>,
): FolderPaths<Id> {
  const known = new Map<Id, string>();
  const of = async (folderId: Id) =>
    known.get(folderId) ?? (await pathsOf([folderId])).get(folderId) ?? `folder ${folderId}`;
  return {
    of,
    async listed(folderId, folders) {
      const path = await of(folderId);
      known.delete(folderId);
      for (const { id, name } of folders) known.set(id, joinAccountPath(path, name));
      return path;
    },
  };
}
