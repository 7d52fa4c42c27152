import type { TitleRow } from '../catalog/tree/placements.ts';
import type { FileId } from '../core/ids.ts';
import type { Item } from '../library/layout.ts';
import { admitsAt, type Tree } from '../library/trees.ts';
import type { KnownTitles } from './known-titles.ts';
import { withPinned } from './placement/pinned-reading.ts';
import { toLibraryFile } from './placement/recognised-file.ts';
import type { Successions } from './successions.ts';

/** What the layout works with, title by title. */
export type ItemsByTitle = ReadonlyMap<string, readonly Item[]>;

/**
 * A file that takes over the path of another one stands there; what is gone and may come back stays as a
 * tombstone, so that nobody takes its path. In short steps.
 */
export function* itemsInSteps(
  { rows, files, facts, folders }: Pick<KnownTitles, 'rows' | 'files' | 'facts' | 'folders'>,
  tree: Tree,
  { inherited, waiting, isShown }: Successions,
  added: ReadonlyMap<FileId, number>,
): Generator<undefined, ItemsByTitle> {
  const passedOn = new Set(inherited.values());

  function toItem({ fileId, stem, name, recognition: read, pinned }: TitleRow): Item | undefined {
    if (waiting.has(fileId)) return undefined;
    const recognition = withPinned(read, pinned);
    const file = files.get(fileId);
    if (!file || !isShown(fileId)) {
      if (stem === undefined || passedOn.has(stem)) return undefined;
      const { path } = recognition;
      const own = path.slice(path.lastIndexOf('/') + 1);
      return { file: { fileId, path, name: own, sizeBytes: 0 }, recognition, stem, tombstone: true };
    }
    const { path } = recognition;
    const folder = folders.get(file.folderId) ?? path.slice(0, path.lastIndexOf('/'));
    const libraryFile = toLibraryFile(file, folder);
    const own = inherited.get(fileId) ?? stem;
    // Its path stays its own while the settings have no room for it.
    if (own !== undefined && !admitsAt(tree, libraryFile, own))
      return { file: libraryFile, recognition, stem: own, tombstone: true };
    const known = facts.get(fileId);
    const addedAt = added.get(fileId);
    return {
      file: libraryFile,
      recognition,
      ...(own !== undefined && { stem: own }),
      ...(name !== undefined && { name }),
      ...(known !== undefined && { facts: known }),
      ...(addedAt !== undefined && { addedAt }),
    };
  }

  const items = new Map<string, Item[]>();
  for (const row of rows) {
    yield;
    const some = items.get(row.titleKey) ?? [];
    items.set(row.titleKey, some);
    const item = toItem(row);
    if (item) some.push(item);
  }
  return items;
}
