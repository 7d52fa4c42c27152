import { z } from 'zod';
import type { Catalog } from '../../catalog/catalog.ts';
import { jsonOf } from '../../core/codec.ts';
import { type FolderId, toFileId } from '../../core/ids.ts';
import { knownRoots } from '../crawl/roots.ts';
import type { FolderFacts } from './folder-rate.ts';

const maxPlays = 200;
/** What of a play tells that somebody watches a folder. */
const play = z.object({
  id: z.string(),
  startedAt: z.number(),
  fileId: z.string().transform(toFileId).transform(toFileId),
});

/** The folders below the roots, with what tells how soon they may have something new. */
export async function knownFolders(catalog: Catalog, now: number): Promise<FolderFacts[]> {
  const roots = (await knownRoots(catalog)).map(({ folderId }) => folderId);
  const watched = await watchedFolders(catalog);
  const rows = await catalog.folderFacts.below(roots, now);
  return rows.map((row) => ({ ...row, watchedAt: watched.get(row.id) }));
}

/** When something was last played from a folder. */
async function watchedFolders({ plays, files: catalogFiles }: Catalog): Promise<Map<FolderId, number>> {
  const recent = await plays(jsonOf(play)).recent(maxPlays);
  const files = await catalogFiles.filesByIds([...new Set(recent.map(({ fileId }) => fileId))]);
  const folderOf = new Map(files.map(({ id, folderId }) => [id, folderId]));
  const watched = new Map<FolderId, number>();
  for (const { fileId, startedAt } of recent) {
    const folderId = folderOf.get(fileId);
    if (folderId !== undefined && !watched.has(folderId)) watched.set(folderId, startedAt);
  }
  return watched;
}
