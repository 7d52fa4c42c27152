import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { TwinFile } from '../catalog/account/twins.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { joinAccountPath } from '../core/account-path.ts';
import type { FolderId } from '../core/ids.ts';

/** Files of one name in one folder of the account: which of them is meant nobody but a person knows. */
export interface TwinFiles {
  /** Account path that all of them have. */
  path: string;
  files: (Pick<TwinFile, 'id' | 'sizeBytes' | 'sentAt'> & {
    /** By which one of them is meant alone. */
    path: string;
  })[];
}

const foldersAtOnce = 500;

/**
 * Names that several files share, in the order of their folders' ids.
 * @param limit most of them @param nameWithId what one of several of a name is called
 */
export async function filesOfOneName(
  { files, twins }: Pick<Catalog, 'files' | 'twins'>,
  nameWithId: (name: string, id: string) => string,
  limit: number,
  signal: AbortSignal,
): Promise<TwinFiles[]> {
  const found = new Map<string, TwinFiles>();
  for (let after: FolderId | undefined; found.size < limit; ) {
    signal.throwIfAborted();
    await yieldToEventLoop();
    const folderIds = await files.folderIdsAfter(after, foldersAtOnce);
    after = folderIds.at(-1);
    if (after === undefined) break;
    const shared = await twins.inFolders(folderIds);
    const paths = await files.folderPaths(shared.map(({ folderId }) => folderId));
    for (const { id, folderId, name, sizeBytes, sentAt } of shared) {
      const folder = paths.get(folderId);
      if (folder === undefined) continue;
      const path = joinAccountPath(folder, name);
      const known = found.get(path);
      if (!known && found.size >= limit) break;
      const one = { id, sizeBytes, sentAt, path: joinAccountPath(folder, nameWithId(name, id)) };
      if (known) known.files.push(one);
      else found.set(path, { path, files: [one] });
    }
  }
  return [...found.values()];
}
