import type { CatalogFile, GoneFile } from '../catalog/account/files.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { TitleRow, TreeRow } from '../catalog/tree/placements.ts';
import type { FileId, FolderId } from '../core/ids.ts';
import { createYielder, inTurns, mapInSteps } from '../core/yield-often.ts';
import type { MediaFacts } from '../library/media-facts.ts';
import { foldedPath } from '../library/safe-name.ts';
import { titleDirOf } from '../library/shelf.ts';
import { isVideo } from '../naming/recognise.ts';
import type { SidecarCache, SidecarCopy } from '../sidecars/sidecar-cache.ts';
import { foldersOf } from './placement/recognise-files.ts';
import { relatedFiles } from './placement/related-files.ts';

/** Everything that the layout of some titles of a tree is computed from. */
export interface KnownTitles {
  /** Files of the titles, also those that have left the library. */
  rows: readonly TitleRow[];
  /** Those of the rows that are in the library, by id. */
  files: ReadonlyMap<FileId, CatalogFile>;
  /** Those of the rows that have left it and still have a path. */
  gone: readonly GoneFile[];
  /** What headers say, by file. */
  facts: ReadonlyMap<string, MediaFacts>;
  /** Videos and side-cars around the files, the files among them, by id. */
  related: ReadonlyMap<FileId, CatalogFile>;
  /** What is at hand of the side-cars, by file. */
  copies: ReadonlyMap<FileId, SidecarCopy>;
  /** Account paths by folder; a folder whose place is not known is absent. */
  folders: ReadonlyMap<FolderId, string>;
  /** What the tree holds today, by file. */
  written: ReadonlyMap<string | undefined, readonly TreeRow[]>;
}

export interface LoadTitlesOptions {
  catalog: Catalog;
  sideCars: Pick<SidecarCache, 'find'>;
  /** Name of the tree. */
  tree: string;
  artwork: boolean;
}

/** Reads what is known of these titles. @param written what the tree holds for them today */
export async function loadTitles(
  { catalog, sideCars, tree, artwork }: LoadTitlesOptions,
  keys: readonly string[],
  written: readonly TreeRow[],
): Promise<KnownTitles> {
  const yieldOften = createYielder();
  const rows = await inTurns(mapInSteps(await catalog.placementsOf(tree).ofKeys(keys), withOwnStem));
  const ids = rows.map((row) => row.fileId);
  const found = await relatedFiles(catalog, ids, artwork);
  await yieldOften();
  const [files, related] = [byId(found.files), byId(found.related)];
  const copies = new Map<FileId, SidecarCopy>();
  for (const file of related.values()) {
    await yieldOften();
    const copy = isVideo(file.name) ? undefined : await sideCars.find(file);
    if (copy) copies.set(file.id, copy);
  }
  return {
    rows,
    files,
    gone: await catalog.files.goneByIds(
      rows.filter(({ fileId, stem }) => stem !== undefined && !files.has(fileId)).map((row) => row.fileId),
    ),
    facts: await catalog.media.factsOf(ids),
    related,
    copies,
    folders: await foldersOf(catalog, [...files.values(), ...related.values()]),
    written: Map.groupBy(written, (row) => row.fileId),
  };
}

/** A path outside of its title's directory is a trace of a kill: it is not held to. */
function withOwnStem(row: TitleRow): TitleRow {
  const isOwn = row.stem === undefined || foldedPath(titleDirOf(row.stem)) === row.titleKey;
  return isOwn ? row : { ...row, stem: undefined };
}

function byId(files: readonly CatalogFile[]): Map<FileId, CatalogFile> {
  return new Map(files.map((file) => [file.id, file]));
}
