import type { CatalogFile } from '../catalog/account/files.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { TitleRow } from '../catalog/tree/placements.ts';
import type { Item } from '../library/layout.ts';
import type { MediaFacts } from '../library/media-facts.ts';
import { foldedPath } from '../library/safe-name.ts';
import { titleDirOf } from '../library/shelf.ts';
import { admitsAt, type Tree } from '../library/trees.ts';
import type { Recognition } from '../naming/text/recognition.ts';
import { tellAs } from './placement/pinned-reading.ts';
import { toLibraryFile } from './placement/recognise-files.ts';

export interface ItemOptions {
  catalog: Catalog;
  tree: Tree;
  /** Files of the rows that are in the library. */
  files: ReadonlyMap<string, CatalogFile>;
  /** Account paths of their folders. */
  paths: ReadonlyMap<number, string>;
  rows: readonly TitleRow[];
  /** What headers say, as JSON. */
  facts: ReadonlyMap<string, string>;
  /** Files that a dry run leaves out. */
  asIfGone: ReadonlySet<string> | undefined;
  /** A crawl is under way: what is missing may still be found in another folder. */
  midCrawl: boolean;
}

/**
 * What the layout works with. A file that was uploaded anew under its old name takes the place of the one that is
 * missing, and its path; what is gone and may come back stays as a tombstone, so that nobody takes its path.
 */
export async function createItems(options: ItemOptions) {
  const { catalog, tree, files, paths, facts, asIfGone, midCrawl } = options;
  // A path outside of its title's directory is a trace of a kill: it is not held to.
  const rows = options.rows.map((row) =>
    row.stem === undefined || foldedPath(titleDirOf(row.stem)) === row.titleKey
      ? row
      : { ...row, stem: undefined },
  );
  const stemOf = new Map(rows.map((row) => [row.fileId, row.stem]));
  const gone = await catalog.files.goneByIds(
    rows.filter((row) => row.stem !== undefined && !files.has(row.fileId)).map((row) => row.fileId),
  );
  const slots = new Map(
    [...gone, ...files.values()].map((file) => [file.id, `${file.folderId}/${file.name}`]),
  );
  const present = new Map<string, string>();
  for (const file of files.values())
    if (file.missingSince === undefined && !asIfGone?.has(file.id))
      present.set(slots.get(file.id) as string, file.id);
  const keys = new Map(rows.map((row) => [row.fileId, row.titleKey]));
  /** Missing or gone, and its name is there again under another id. */
  const successorOf = (id: string): string | undefined => {
    const successor = present.get(slots.get(id) ?? '');
    return successor === id ? undefined : successor;
  };
  const inherited = new Map<string, string>();
  /** Files that take over a path, by those that had it. */
  const successors = new Map<string, string>();
  /** Files that get a place when the crawl has ended. */
  const waiting = new Set<string>();
  const isListed = (id: string) => files.get(id)?.missingSince === undefined && !asIfGone?.has(id);
  for (const { fileId, stem, titleKey } of rows) {
    const successor =
      stem === undefined || (files.has(fileId) && isListed(fileId)) ? undefined : successorOf(fileId);
    if (successor === undefined || stem === undefined) continue;
    // A person may have said of the one alone what it is: then the other belongs to another title, and to its folder.
    if (keys.get(successor) !== titleKey) continue;
    if (!stemOf.has(successor) || stemOf.get(successor) !== undefined || inherited.has(successor)) continue;
    if (midCrawl && files.has(fileId)) waiting.add(successor);
    else {
      inherited.set(successor, stem);
      successors.set(fileId, successor);
    }
  }
  /** One that is missing stays on its ladder, also beside a double, until its place is somebody else's. */
  const isThere = (id: string) =>
    files.has(id) &&
    !asIfGone?.has(id) &&
    (isListed(id) || !successorOf(id) || (stemOf.get(id) !== undefined && !successors.has(id)));
  const passedOn = new Set(inherited.values());

  const itemsOf = (some: readonly TitleRow[]): Item[] =>
    some.flatMap(({ fileId, name: written, recognition: json, told }): Item[] => {
      const stem = stemOf.get(fileId);
      if (waiting.has(fileId)) return [];
      const recognition = tellAs(JSON.parse(json) as Recognition, told);
      const file = files.get(fileId);
      if (file && isThere(fileId)) {
        const folder =
          paths.get(file.folderId) ?? recognition.path.slice(0, recognition.path.lastIndexOf('/'));
        const own = stem ?? inherited.get(fileId);
        const known = facts.get(fileId);
        const libraryFile = toLibraryFile(file, folder);
        // Its path stays its own while the settings have no room for it.
        if (own !== undefined && !admitsAt(tree, libraryFile, own))
          return [{ file: libraryFile, recognition, stem: own, tombstone: true }];
        return [
          {
            file: libraryFile,
            recognition,
            ...(own !== undefined && { stem: own }),
            ...(written !== undefined && { name: written }),
            ...(known !== undefined && { facts: JSON.parse(known) as MediaFacts }),
          },
        ];
      }
      if (stem === undefined || passedOn.has(stem)) return [];
      const { path } = recognition;
      const name = path.slice(path.lastIndexOf('/') + 1);
      return [{ file: { fileId, path, name, sizeBytes: 0 }, recognition, stem, tombstone: true }];
    });
  return { itemsOf, successors, waiting: [...waiting] };
}
