import type { Catalog } from '../../catalog/catalog.ts';
import type { Placement } from '../../catalog/tree/placements.ts';
import type { FileId, FolderId } from '../../core/ids.ts';
import { createYielder } from '../../core/yield-often.ts';
import { extraTitleKey, type NearbyTitles, nearbyTitles } from '../../library/extra-title.ts';
import type { Tree } from '../../library/trees.ts';
import { extraFolder } from '../../naming/folders/extras.ts';
import { readFolder } from '../../naming/folders/folders.ts';
import { discAt } from '../../naming/siblings/discs.ts';
import type { RecognisedFile } from './recognised-file.ts';

/** No title has more folders: among more of them a file belongs to nobody by its place alone. */
const maxFolders = 50;

export interface ExtrasContext {
  titled: readonly RecognisedFile[];
  /** Of those that are being placed just now. */
  places: readonly Placement[];
  midCrawl: boolean;
}

/**
 * An extra belongs to the title that it names, of those in its own folder, below it, above it, beside it and in what that is
 * a part of; one that names none, to the only title of the nearest of these. A stranger's it never is.
 */
export async function placeExtrasIn(
  catalog: Catalog,
  tree: Tree,
  extras: readonly RecognisedFile[],
  { titled, places, midCrawl }: ExtrasContext,
): Promise<Placement[]> {
  if (extras.length === 0) return [];
  const now = new Map(places.map((place) => [place.fileId, place.titleKey]));
  const videos = Map.groupBy(
    titled.filter(({ recognition }) => recognition.kind !== 'extra'),
    (one) => one.folderId,
  );
  const found: Placement[] = [];
  const yieldOften = createYielder();
  for (const [folderId, group] of Map.groupBy(extras, (one) => one.folderId)) {
    const near = nearbyTitles(
      (videos.get(folderId) ?? []).map(({ file, recognition }) => ({
        title: recognition.title ?? '',
        titleKey: now.get(file.fileId),
      })),
    );
    const levels = [async () => near, ...levelsAround(catalog, tree, folderId, now)].map(once);
    for (const one of group) {
      await yieldOften();
      const titleKey = await ownerIn(levels, one, midCrawl);
      if (titleKey !== undefined) found.push({ fileId: one.file.fileId, titleKey, stem: undefined });
    }
  }
  return found;
}

type Level = () => Promise<NearbyTitles>;

async function ownerIn(
  levels: readonly Level[],
  { file, recognition }: RecognisedFile,
  midCrawl: boolean,
): Promise<string | undefined> {
  for (const level of levels) {
    const named = (await level()).namedBy(file.name);
    if (named !== undefined) return named;
  }
  const inFolder = recognition.reasons.some((line) => line.startsWith('extra: folder'));
  for (const [at, level] of levels.entries()) {
    const owners = await level();
    // What the crawl lists later may be nearer.
    if (!owners.isEmpty)
      return midCrawl && at > 0 && !inFolder
        ? undefined
        : extraTitleKey(file.name, owners, at > 0 && inFolder);
  }
  return undefined;
}

/** Clips lie in `Disc 1/BDMV/STREAM` below their film's folder. */
const depthOfDiscs = 3;

/** So many folders of extras and seasons lie in each other at most. */
const maxSteps = 4;

/**
 * What lies in the folders below, in the one above, and in those beside: `Show/Bonus` belongs to what lies in
 * `Show/Season 01`. Behind them what lies around the folder that `Show/Bonus/Disc 1/Deleted Scenes` is a part of.
 */
function levelsAround(
  catalog: Catalog,
  tree: Tree,
  folderId: FolderId,
  now: ReadonlyMap<FileId, string>,
): Level[] {
  const idsBelow = async (ids: readonly FolderId[]) => {
    const children = await catalog.files.subFolders(ids);
    return children.length > maxFolders ? [] : children.map(({ id }) => id);
  };
  const ancestors = once(async () => (await catalog.files.withAncestors(folderId)).slice(1));
  const parent = async () => (await ancestors()).slice(0, 1);
  const below = async (id: FolderId, depth = 2) => {
    const found: FolderId[] = [];
    for (let level = [id]; level.length > 0 && found.length <= maxFolders && depth > 0; depth--) {
      level = await idsBelow(level);
      found.push(...level);
    }
    return found;
  };
  const beside = async () => (await idsBelow(await parent())).filter((id) => id !== folderId);
  const whole = async () => {
    const home = await homeOf(await ancestors());
    return home === undefined ? [] : [home, ...(await below(home, depthOfDiscs))];
  };

  /** Above folders that are parts of something; undefined where the first is none. */
  async function homeOf(ids: readonly FolderId[]): Promise<FolderId | undefined> {
    const names = new Map(
      (await catalog.files.parentsOf(ids.slice(0, maxSteps))).map(({ id, name }) => [id, name]),
    );
    const at = ids.findIndex((id) => !isPart(names.get(id)));
    return at > 0 ? ids[at] : undefined;
  }

  return [() => below(folderId), parent, beside, whole].map((folders) => async () => {
    const ids = (await catalog.files.filesOfFolders(await folders())).map((file) => file.id);
    if (ids.length === 0) return nearbyTitles([]);
    const places = await catalog.placementsOf(tree.name).placesOf(ids);
    const recognitions = await catalog.recognitions.ofFiles(ids);
    return nearbyTitles(
      ids
        .filter((id) => recognitions.get(id)?.kind !== 'extra')
        .map((id) => ({
          title: recognitions.get(id)?.title ?? '',
          titleKey: now.get(id) ?? places.get(id)?.titleKey,
        })),
    );
  });
}

/** Whether a folder of this name holds extras, a season or a disc of what the folder above it is. */
function isPart(name: string | undefined): boolean {
  if (name === undefined) return false;
  const { kind, section } = readFolder(name);
  if (discAt(`/${name}/`) !== undefined) return true;
  return extraFolder(name, true) !== undefined || kind === 'season' || section !== undefined;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
