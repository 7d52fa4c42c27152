import type { Catalog } from '../catalog/catalog.ts';
import type { Former, Target } from '../catalog/curation/override-types.ts';
import { type FileId, toFileId, toFolderId } from '../core/ids.ts';

/** Ids of the files that a person's word on these stands for. */
export async function filesOf(
  { files }: Pick<Catalog, 'files'>,
  targets: readonly Target[],
): Promise<FileId[]> {
  const ids: FileId[] = [];
  for (const target of targets) {
    const id = target.slice(target.indexOf(':') + 1);
    if (target.startsWith('file:')) ids.push(toFileId(id));
    else ids.push(...(await files.descendantFileIds(toFolderId(id))));
  }
  return ids;
}

/** Brings back what was said of something before. */
export async function sayAgain(
  { overrides }: Pick<Catalog, 'overrides'>,
  former: readonly Former[],
): Promise<void> {
  for (const { target, value, at } of former)
    if (value === undefined || at === undefined) await overrides.remove(target);
    else await overrides.put({ target, value, at });
}
