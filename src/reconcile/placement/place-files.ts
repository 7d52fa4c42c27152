import { createSuccessors } from '../../catalog/account/successor.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Placement } from '../../catalog/tree/placements.ts';
import type { FileId } from '../../core/ids.ts';
import { createYielder } from '../../core/yield-often.ts';
import type { LibraryFile } from '../../library/layout.ts';
import { foldedPath } from '../../library/safe-name.ts';
import { titleDir } from '../../library/shelf.ts';
import { admits, keyIn, type Tree } from '../../library/trees.ts';
import { unseenExtras } from '../../naming/folders/extras.ts';
import type { Recognition } from '../../naming/text/recognition.ts';
import { joiningTitles } from './one-title.ts';
import { pinned, pinnedReading } from './pinned-reading.ts';
import { placeExtrasIn } from './place-extras.ts';
import type { RecognisedFile } from './recognised-file.ts';

/** Places of files in a tree. */
export interface Placing {
  places: Placement[];
  /** Files that have none yet, and may have one when the crawl has ended: other folders say more of them. */
  open: FileId[];
}

/**
 * Where these files belong in a tree. One that stands there stays.
 * @param before the places that they have
 * @param known.isWhole all folders around are known: an extra that belongs to nobody goes under Unsorted
 * @param known.gone files that have gone for good, and are nowhere else
 */
export async function placeIn(
  catalog: Catalog,
  tree: Tree,
  titled: readonly RecognisedFile[],
  before: ReadonlyMap<FileId, Placement>,
  { midCrawl, isWhole, gone }: { midCrawl: boolean; isWhole: boolean; gone: ReadonlySet<FileId> },
): Promise<Placing> {
  const places: Placement[] = [];
  const open: FileId[] = [];
  const extras: RecognisedFile[] = [];
  const formerPlaceOf = await formerPlaces(catalog, tree, titled, before);
  const waiting = titled.filter(
    ({ file, isReplaced }) => before.get(file.fileId)?.stem === undefined && !isReplaced,
  );
  const joins = await joiningTitles(catalog, tree, waiting);
  const yieldOften = createYielder();
  for (const one of titled) {
    await yieldOften();
    const { file, recognition } = one;
    const standing = before.get(file.fileId);
    // Also where the settings have no room for it just now: they may change back, and its path is its own.
    if (standing?.stem !== undefined) {
      places.push(standing);
      continue;
    }
    // It waits for its end, and is nothing beside the one that has its path.
    if (one.isReplaced) continue;
    // Uploaded anew under its name: it belongs where the one before it stood, whatever that was taken for.
    const own = keyIn(tree, file, recognition);
    const left = own === undefined ? undefined : formerPlaceOf(one);
    // The one that took its path is missing by now, too: two that are gone are no two versions.
    if (left !== undefined && one.isMissing) continue;
    // What it seems to follow may have been moved to a folder that is listed later.
    if (left !== undefined && midCrawl && !gone.has(left.fileId)) {
      open.push(file.fileId);
      continue;
    }
    if (left !== undefined) {
      const pinned = pinnedReading(tree, file, recognition, left, left.recognition);
      places.push({ fileId: file.fileId, titleKey: left.titleKey, stem: undefined, pinned });
    } else if (own !== undefined) {
      const joined = joins(file.fileId) ?? { titleKey: own };
      places.push({ fileId: file.fileId, stem: undefined, ...joined });
    } else if (isShownExtra(recognition) && admits(tree, file, 'extra')) extras.push(one);
  }
  const placed = await placeExtrasIn(catalog, tree, extras, { titled, places, midCrawl });
  const owned = new Set(placed.map(({ fileId }) => fileId));
  for (const { file, recognition } of extras) {
    if (owned.has(file.fileId)) continue;
    open.push(file.fileId);
    if (isWhole && isWorthShowing(recognition) && admits(tree, file, 'unsorted'))
      places.push(asOrphan(tree, file, recognition));
  }
  return { places: [...places, ...placed], open };
}

/** A trailer of a film that is not there is worth nothing to anybody; it is told as left out. */
function isWorthShowing({ extra }: Recognition): boolean {
  return extra !== 'trailer';
}

/** An extra without a title: what its path tells is that nothing is known of it. */
function asOrphan(tree: Tree, file: LibraryFile, recognition: Recognition): Placement {
  const { path, confidence, reasons } = recognition;
  const unknown: Recognition = { path, kind: 'unknown', confidence, reasons };
  const titleKey = foldedPath(titleDir('unsorted', file, unknown, tree.profile));
  return { fileId: file.fileId, titleKey, stem: undefined, pinned: pinned(unknown) };
}

function isShownExtra({ kind, extra }: Recognition): boolean {
  return kind === 'extra' && !unseenExtras.includes(extra ?? 'unknown');
}

/** Where a file stood, and what it was taken for. */
type FormerPlace = Placement & { recognition: Recognition | undefined };

/** Where the file stood that another one succeeds: it has left their folder. */
async function formerPlaces(
  catalog: Catalog,
  tree: Tree,
  titled: readonly RecognisedFile[],
  before: ReadonlyMap<FileId, Placement>,
): Promise<(successor: RecognisedFile) => FormerPlace | undefined> {
  const fresh = titled.filter(({ file }) => before.get(file.fileId)?.stem === undefined);
  const left = await catalog.files.leftOf([...new Set(fresh.map((one) => one.folderId))]);
  const places = await catalog.placementsOf(tree.name).placesOf(left.map(({ id }) => id));
  const readings = await catalog.recognitions.ofFiles([...places.keys()]);
  const standing = createSuccessors(left.filter(({ id }) => places.get(id)?.stem !== undefined));
  return ({ file, folderId }) => {
    const former = standing.otherAt({ id: file.fileId, folderId, name: file.name });
    const place = former && places.get(former.id);
    return place && { ...place, recognition: readings.get(former.id) };
  };
}
