import type { Catalog } from '../../catalog/catalog.ts';
import type { HostFile } from '../../host/host.ts';
import type { UnindexedFile } from './planner.ts';

/** Folders that a name may point to. */
const maxCandidates = 3;
/** A beginning that is shorter says nothing. */
const shortestBeginning = 4;

/**
 * Of the files that the account has, those that the catalog has not, each with the folders that it may well lie in: the
 * one that it names, where the host names one, or those with files that are called alike.
 */
export async function unindexedFilesAmong(
  catalog: Pick<Catalog, 'folderFacts'>,
  files: readonly HostFile[],
): Promise<UnindexedFile[]> {
  const unknown = await catalog.folderFacts.unknownOf(files.map(({ id }) => id));
  const unindexedFiles: UnindexedFile[] = [];
  for (const { id, name, folderId } of files) {
    if (!unknown.has(id)) continue;
    const beginning = folderId === undefined ? beginningOf(name) : undefined;
    const alike =
      beginning === undefined ? [] : await catalog.folderFacts.withNames(beginning, maxCandidates);
    unindexedFiles.push({ id, likely: folderId === undefined ? alike : [folderId] });
  }
  return unindexedFiles;
}

/** What stands before the number of an episode: other episodes begin the same. */
export function beginningOf(name: string): string | undefined {
  const [, show = ''] =
    /^(.+?)[ ._\-[(]+(?:s\d{1,4}[ ._-]?e\d|\d{1,2}x\d{2}|e(?:p|pisode)?[ ._-]?\d|\d{2,4}\b)/i.exec(name) ??
    [];
  return show.length >= shortestBeginning ? show : undefined;
}
