import type { CatalogFile } from '../../catalog/account/files.ts';
import { createSuccessors } from '../../catalog/account/successor.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Placement } from '../../catalog/tree/placements.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
import { createYielder, filterInSteps, groupInSteps, inTurns, mapInSteps } from '../../core/yield-often.ts';
import type { LibraryFile } from '../../library/layout.ts';
import type { TitlesByTree, Tree } from '../../library/trees.ts';
import { isSubtitle, isVideo, recogniseInSteps } from '../../naming/recognise.ts';
import type { Recognition } from '../../naming/text/recognition.ts';
import { createEffectiveOverrides } from './effective-overrides.ts';
import { pinnedReading } from './pinned-reading.ts';
import { placeIn } from './place-files.ts';
import { type RecognisedFile, toLibraryFile } from './recognised-file.ts';
import { isSideCar } from './related-files.ts';
import { videosBeside } from './videos-beside.ts';

/** What came of a look at files. */
export interface Recognised {
  /** The titles that they belong to, or belonged to. */
  titles: TitlesByTree;
  /** Files of which another folder may still say more: the title that an extra belongs to, a file that is missing. */
  open: Set<FileId>;
  /** Folders in which something has come that stood nowhere before. */
  fresh: Set<FolderId>;
  /** Files that were uploaded anew, and the missing ones whose word is theirs. */
  successors: Map<FileId, FileId>;
  /** Where those that were looked at lie. */
  folders: Set<FolderId>;
}

/** Account paths of the folders of these files. */
export function foldersOf(catalog: Catalog, files: Iterable<CatalogFile>): Promise<Map<FolderId, string>> {
  return catalog.files.folderPaths([...new Set([...files].map((file) => file.folderId))]);
}

/**
 * Recognises the folders of these files anew, each as a whole: siblings tell what a file is. A file that stands in a
 * tree stays there, whatever it is taken for now.
 * @param midCrawl see PublishRun
 * @param isWhole nothing more is to come just now
 */
export async function recogniseFiles(
  catalog: Catalog,
  trees: readonly Tree[],
  fileIds: readonly FileId[],
  midCrawl = false,
  isWhole = !midCrawl,
): Promise<Recognised> {
  const changed = await catalog.files.namesByIds(fileIds);
  const changedVideos = await inTurns(filterInSteps(changed, ({ name }) => isVideo(name)));
  const videoFolders = [...new Set(changedVideos.map((file) => file.folderId))];
  const together = await inTurns(
    filterInSteps(
      await catalog.files.filesOfFolders(videoFolders),
      ({ name }) => isVideo(name) || isSubtitle(name),
    ),
  );
  const paths = await foldersOf(catalog, together);
  const result: Recognised = {
    titles: new Map(),
    open: new Set(),
    fresh: new Set(),
    successors: new Map(),
    folders: new Set(changed.map((file) => file.folderId)),
  };
  const read = await recogniseTogether(catalog, trees, together, paths, result.successors);
  const titled = await inTurns(filterInSteps(read, ({ file }) => isVideo(file.name)));
  // A folder whose place is not known just now keeps its titles: the crawl that is under way will say where it is.
  const known = new Set([...titled.map(({ file }) => file.fileId), ...fileIds]);
  const lost = filterInSteps([...changed, ...together], ({ folderId }) => !paths.has(folderId));
  for (const { id, name } of await inTurns(lost)) if (isVideo(name)) known.delete(id);
  // A side-car has no title of its own: its neighbours are laid out again.
  const sideCars = await inTurns(filterInSteps(changed, ({ name }) => isSideCar(name)));
  const beside = await videosBeside(catalog, sideCars);
  for (const id of result.successors.keys()) result.open.add(id);
  const places = new Map<Tree, Map<FileId, Placement>>();
  for (const tree of trees)
    places.set(tree, await catalog.placementsOf(tree.name).placesOf([...known, ...beside]));
  await readAnew(catalog, titled, places);
  const gone = new Set(midCrawl ? await goneOf(catalog, fileIds, changed) : []);
  for (const [tree, before] of places) {
    const titles = catalog.placementsOf(tree.name);
    const { places: now, open } = await placeIn(catalog, tree, titled, before, { midCrawl, isWhole, gone });
    for (const id of open) result.open.add(id);
    // It had a place and was refused by the disk: nothing else would bring it back to mind.
    if (midCrawl) await catalog.dirty.mark(open.filter((id) => before.has(id)));
    await titles.place(
      titled.map(({ file }) => file.fileId),
      now.filter((place) => differs(place, before.get(place.fileId))),
      now.map((place) => place.fileId),
    );
    // Where a file leaves one title for another, both are laid out together: it is hardly ever gone in between.
    const after = new Map(now.map((place) => [place.fileId, place]));
    const fresh = filterInSteps(
      titled,
      ({ file, recognition }) =>
        recognition.kind !== 'extra' && after.has(file.fileId) && !before.has(file.fileId),
    );
    for (const { folderId } of await inTurns(fresh)) result.fresh.add(folderId);
    const keys = new Set<string>();
    for (const id of new Set([...before.keys(), ...after.keys()]))
      for (const place of [before.get(id), after.get(id)]) if (place) keys.add(place.titleKey);
    for (const key of await titles.treeKeysOf(fileIds)) keys.add(key);
    result.titles.set(tree.name, keys);
  }
  return result;
}

/** Those that have left the library. @param there those that are in it */
async function goneOf(
  catalog: Catalog,
  ids: readonly FileId[],
  there: readonly Pick<CatalogFile, 'id'>[],
): Promise<FileId[]> {
  const rest = new Set(ids);
  for (const { id } of there) rest.delete(id);
  return rest.size === 0 ? [] : (await catalog.files.goneByIds([...rest])).map(({ id }) => id);
}

function differs(a: Placement, b: Placement | undefined): boolean {
  return a.titleKey !== b?.titleKey || a.stem !== b.stem || a.pinned !== b.pinned;
}

/**
 * Writes down what files are taken for now; what the paths of those that stand tell is kept first.
 * @param places by tree and file; what their paths tell is brought up to date
 */
async function readAnew(
  catalog: Catalog,
  titled: readonly RecognisedFile[],
  places: ReadonlyMap<Tree, Map<FileId, Placement>>,
): Promise<void> {
  const libraryFiles = new Map(titled.map(({ file }) => [file.fileId, file]));
  const rows = titled.map(({ file, recognition }) => ({ fileId: file.fileId, recognition }));
  await catalog.recognitions.update(rows, async (changed) => {
    for (const [tree, all] of places) {
      const other: Placement[] = [];
      for (const { fileId, recognition, before } of changed) {
        const standing = all.get(fileId);
        if (standing?.stem === undefined || before === undefined) continue;
        const file = libraryFiles.get(fileId) as LibraryFile;
        const pinned = pinnedReading(tree, file, recognition, standing, before);
        if (pinned === standing.pinned) continue;
        other.push({ ...standing, pinned });
        all.set(fileId, { ...standing, pinned });
      }
      if (other.length > 0) await catalog.placementsOf(tree.name).place([], other);
    }
  });
}

/** Recognises folder by folder, and lets a person's word stand above it. */
async function recogniseTogether(
  catalog: Catalog,
  trees: readonly Tree[],
  files: readonly CatalogFile[],
  paths: ReadonlyMap<FolderId, string>,
  /** Is added to. */
  allSuccessors: Map<FileId, FileId>,
): Promise<RecognisedFile[]> {
  const effectiveOverrides = await createEffectiveOverrides(catalog, trees);
  const titled: RecognisedFile[] = [];
  const yieldOften = createYielder();
  for (const [folderId, group] of await inTurns(groupInSteps(files, (file) => file.folderId))) {
    const folder = paths.get(folderId);
    if (folder === undefined) continue;
    const some = await inTurns(mapInSteps(group, (file) => toLibraryFile(file, folder)));
    // A player must not wait for a crawl.
    const recognitions = await inTurns(
      recogniseInSteps(
        some.map(({ path }) => path),
        some.map(({ sizeBytes }) => sizeBytes),
      ),
      yieldOften,
    );
    const { say, successors } = await effectiveOverrides.of(folderId, group);
    for (const [successor, from] of successors) allSuccessors.set(successor, from);
    const present = createSuccessors(group.filter(({ missingSince }) => missingSince === undefined));
    for (const [at, known] of group.entries()) {
      await yieldOften();
      const isMissing = known.missingSince !== undefined;
      titled.push({
        file: some[at] as LibraryFile,
        folderId,
        recognition: say(known.id, recognitions[at] as Recognition),
        isMissing,
        isReplaced: isMissing && present.otherAt(known) !== undefined,
      });
    }
  }
  return titled;
}
