import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { z } from 'zod';
import type { FolderGap } from '../../catalog/account/folder-gaps.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { jsonOf } from '../../core/codec.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
import { mediaKindOf } from '../../library/media-kind.ts';
import { shelfAt } from '../../library/shelf.ts';
import type { Tree } from '../../library/trees.ts';

const shape = z.object({
  /** Files of a media kind that the account is known to have: the sum of the three below. */
  files: z.number(),
  /** In a tree, as a film, an episode or an extra. */
  placed: z.number(),
  /** In a tree, under Unsorted. */
  unsorted: z.number(),
  leftOut: z.number(),
  /** Folders of which something is not known. */
  folders: z.number(),
});

/** Where the films, episodes and other media files of the account went. */
export type Whereabouts = z.infer<typeof shape>;

export const filesAtOnce = 1000;
export const foldersAtOnce = 100;

/** The whereabouts that the last sync counted. */
export function keptWhereabouts({ keyValues }: Pick<Catalog, 'keyValues'>) {
  return keyValues.entry('whereabouts', jsonOf(shape));
}

/** Whether this stands for files of a media kind that the catalog does not hold. */
export function isLostFile({ kind, reason, name, sizeBytes }: FolderGap): boolean {
  const isEntry = reason === 'address' || reason === 'entry';
  return kind === 'file' && isEntry && (name === undefined || mediaKindOf(name, sizeBytes) !== undefined);
}

/** Walks over everything, a handful at a time. @throws the signal's reason */
export async function countWhereabouts(
  { standings, folderGaps }: Pick<Catalog, 'standings' | 'folderGaps'>,
  trees: readonly Pick<Tree, 'name'>[],
  signal: AbortSignal,
): Promise<Whereabouts> {
  const counts: Whereabouts = { files: 0, placed: 0, unsorted: 0, leftOut: 0, folders: 0 };
  const names = trees.map(({ name }) => name);
  for (let after: FileId | undefined; ; ) {
    signal.throwIfAborted();
    await yieldToEventLoop();
    const rows = await standings.after(after, filesAtOnce, names);
    after = rows.at(-1)?.id;
    if (after === undefined) break;
    for (const { name, sizeBytes, contentType, path } of rows) {
      if (path === undefined && mediaKindOf(name, sizeBytes, contentType) === undefined) continue;
      counts.files++;
      if (path === undefined) counts.leftOut++;
      else if (shelfAt(path) === 'unsorted') counts.unsorted++;
      else counts.placed++;
    }
  }
  for (let after: FolderId | undefined; ; ) {
    signal.throwIfAborted();
    const rows = await folderGaps.after(after, foldersAtOnce);
    after = rows.at(-1)?.folderId;
    if (after === undefined) return counts;
    for (const { gaps } of rows) {
      const files = gaps.filter(isLostFile).reduce((sum, { count }) => sum + count, 0);
      counts.files += files;
      counts.leftOut += files;
      if (gaps.some(({ kind, reason }) => kind === 'folder' || !['address', 'entry'].includes(reason)))
        counts.folders++;
    }
  }
}
