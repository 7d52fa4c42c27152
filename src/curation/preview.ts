import type { Catalog } from '../catalog/catalog.ts';
import type { Move } from '../catalog/curation/journal.ts';
import type { Target } from '../catalog/curation/override-types.ts';
import type { FileId } from '../core/ids.ts';
import { createYielder, inTurns } from '../core/yield-often.ts';
import { type Item, layoutInSteps } from '../library/layout.ts';
import type { Override } from '../library/override.ts';
import { keyIn, type Tree } from '../library/trees.ts';
import { isVideo, recogniseInSteps } from '../naming/recognise.ts';
import type { Recognition } from '../naming/text/recognition.ts';
import { createEffectiveOverrides } from '../reconcile/placement/effective-overrides.ts';
import { foldersOf } from '../reconcile/placement/recognise-files.ts';
import { toLibraryFile } from '../reconcile/placement/recognised-file.ts';

/** More files than these are counted, and not laid out ahead. */
const maxPreviewed = 500;

/**
 * Where files would stand if this were said of the targets: they alone, since all others keep their paths. Changes
 * nothing. Extras are not among them: they follow their titles.
 * @param fileIds those that the word touches
 */
export async function previewFix(
  catalog: Catalog,
  trees: readonly Tree[],
  {
    targets,
    override,
    fileIds,
  }: { targets: readonly Target[]; override: Override; fileIds: readonly FileId[] },
): Promise<Move[]> {
  const wanted = new Set(fileIds.slice(0, maxPreviewed));
  const recognised = await readAs(catalog, trees, wanted, { targets, override });
  const moves: Move[] = [];
  for (const tree of trees) {
    const titles = catalog.placementsOf(tree.name);
    const places = await titles.placesOf([...wanted]);
    const byKey = Map.groupBy(recognised, ({ file, recognition }) => keyIn(tree, file, recognition));
    for (const [titleKey, some] of byKey) {
      const stems = titleKey === undefined ? new Map() : await stemsOf(tree, titleKey, some);
      for (const { file } of some) {
        const from = places.get(file.fileId);
        const stem = stems.get(file.fileId);
        if (from?.stem === stem) continue;
        moves.push({
          tree: tree.name,
          fileId: file.fileId,
          ...(from && { from: { titleKey: from.titleKey, stem: from.stem, pinned: from.pinned } }),
          ...(titleKey !== undefined && stem !== undefined && { to: { titleKey, stem } }),
        });
      }
    }
  }
  return moves;

  /** Beside those that stand there, whose paths are theirs. */
  async function stemsOf(tree: Tree, titleKey: string, some: readonly Item[]): Promise<Map<FileId, string>> {
    const rows = (await catalog.placementsOf(tree.name).ofKeys([titleKey])).filter(
      ({ fileId }) => !wanted.has(fileId),
    );
    const files = await catalog.files.filesByIds(rows.map(({ fileId }) => fileId));
    const folders = await foldersOf(catalog, files);
    const rowOf = new Map(rows.map((row) => [row.fileId, row]));
    const standing = files.flatMap((file): Item[] => {
      const { stem, recognition } = rowOf.get(file.id) ?? {};
      if (!recognition) return [];
      const libraryFile = toLibraryFile(file, folders.get(file.folderId) ?? '/');
      return [{ file: libraryFile, recognition, ...(stem !== undefined && { stem }) }];
    });
    const options = { profile: tree.profile, nfo: false };
    const entries = await inTurns(layoutInSteps([...standing, ...some], [], options));
    return new Map(
      entries.flatMap((entry) =>
        entry.kind === 'strm' ? [[entry.fileId, entry.path.slice(0, -'.strm'.length)] as const] : [],
      ),
    );
  }
}

/** What these files would be taken for: folder by folder, as a sync reads them, with this word besides the others. */
async function readAs(
  catalog: Catalog,
  trees: readonly Tree[],
  wanted: ReadonlySet<FileId>,
  { targets, override }: { targets: readonly Target[]; override: Override },
): Promise<Item[]> {
  const said = new Set<Target>(targets);
  const all = async () => [
    ...(await catalog.overrides.all()).filter(({ target }) => !said.has(target)),
    ...targets.map((target) => ({ target, value: override, at: 0 })),
  ];
  const effective = await createEffectiveOverrides(
    { files: catalog.files, placementsOf: catalog.placementsOf, overrides: { ...catalog.overrides, all } },
    trees,
  );
  const files = await catalog.files.filesByIds([...wanted]);
  const folderIds = [...new Set(files.map(({ folderId }) => folderId))];
  const together = (await catalog.files.filesOfFolders(folderIds)).filter(({ name }) => isVideo(name));
  const folders = await foldersOf(catalog, together);
  const yieldOften = createYielder();
  const items: Item[] = [];
  for (const [folderId, group] of Map.groupBy(together, (file) => file.folderId)) {
    const some = group.map((file) => toLibraryFile(file, folders.get(folderId) ?? '/'));
    const read = await inTurns(
      recogniseInSteps(
        some.map(({ path }) => path),
        some.map(({ sizeBytes }) => sizeBytes),
      ),
      yieldOften,
    );
    const { say } = await effective.of(folderId, group);
    for (const [at, file] of some.entries())
      if (wanted.has(file.fileId))
        items.push({ file, recognition: say(file.fileId, read[at] as Recognition) });
  }
  return items;
}
