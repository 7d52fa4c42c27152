import type { Files } from '../catalog/account/files.ts';
import type { FileId } from '../core/ids.ts';

/** Published in one go, whatever waits. */
export const filesAtOnce = 500;

/**
 * Cuts what waits to be published into parts of some {@link filesAtOnce}. A folder is recognised and laid out as a whole,
 * whichever of its files changed: those of one folder that stand together are not parted.
 */
export async function* slicesOf(
  files: Pick<Files, 'namesByIds'>,
  ids: readonly FileId[],
): AsyncGenerator<readonly FileId[]> {
  for (let start = 0; start < ids.length; ) {
    const end = await endOfFolder(files, ids, start + filesAtOnce);
    yield ids.slice(start, end);
    start = end;
  }
}

/** Where the folder ends that reaches over `end`. */
async function endOfFolder(
  files: Pick<Files, 'namesByIds'>,
  ids: readonly FileId[],
  end: number,
): Promise<number> {
  for (let at = end; at < ids.length; at += filesAtOnce) {
    const some = ids.slice(at - 1, at + filesAtOnce);
    const folders = new Map((await files.namesByIds(some)).map(({ id, folderId }) => [id, folderId]));
    const folder = folders.get(some[0] as FileId);
    const other = some.findIndex((id) => folder === undefined || folders.get(id) !== folder);
    if (other >= 0) return Math.max(at, at - 1 + other);
  }
  return Math.max(end, ids.length);
}
