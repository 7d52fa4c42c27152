import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogFile } from '../catalog/content.ts';
import type { TitleRow } from '../catalog/titles.ts';
import type { Item } from '../library/layout.ts';
import type { MediaFacts } from '../library/media-facts.ts';
import type { Recognition } from '../library/recognition.ts';
import { toLibraryFile } from './titling.ts';

export interface ItemOptions {
  catalog: Catalog;
  /** Files of the rows that are in the library. */
  files: ReadonlyMap<string, CatalogFile>;
  /** Account paths of their folders. */
  paths: ReadonlyMap<number, string>;
  rows: readonly TitleRow[];
  /** What headers say, as JSON. */
  facts: ReadonlyMap<string, string>;
  /** Files that a dry run leaves out. */
  asIfGone: ReadonlySet<string> | undefined;
}

/**
 * What the layout works with. A file that was uploaded anew under its old name takes the place of the one that is
 * missing, and its path; what is gone and may come back stays as a ghost, so that nobody takes its path.
 */
export async function createItems({ catalog, files, paths, rows, facts, asIfGone }: ItemOptions) {
  const gone = await catalog.content.goneByIds(
    rows.filter((row) => row.stem !== undefined && !files.has(row.fileId)).map((row) => row.fileId),
  );
  const slots = new Map(
    [...gone, ...files.values()].map((file) => [file.id, `${file.folderId}/${file.name}`]),
  );
  const present = new Map<string, string>();
  for (const file of files.values())
    if (file.missingSince === undefined && !asIfGone?.has(file.id))
      present.set(slots.get(file.id) as string, file.id);
  const stems = new Map(rows.map((row) => [row.fileId, row.stem]));
  /** Missing or gone, and its name is there again under another id. */
  const heirOf = (id: string): string | undefined => {
    const heir = present.get(slots.get(id) ?? '');
    return heir === id ? undefined : heir;
  };
  const isThere = (id: string) => {
    const file = files.get(id);
    return file !== undefined && !asIfGone?.has(id) && (file.missingSince === undefined || !heirOf(id));
  };
  const inherited = new Map<string, string>();
  /** Files whose place somebody else has now. */
  const disowned: string[] = [];
  for (const { fileId, stem } of rows) {
    const heir = stem === undefined || isThere(fileId) ? undefined : heirOf(fileId);
    if (heir !== undefined && stem !== undefined && stems.has(heir) && stems.get(heir) === undefined) {
      inherited.set(heir, stem);
      disowned.push(fileId);
    }
  }
  const passedOn = new Set(inherited.values());

  const itemsOf = (some: readonly TitleRow[]): Item[] =>
    some.flatMap(({ fileId, stem, name: written, recognition: json }): Item[] => {
      const recognition = JSON.parse(json) as Recognition;
      const file = files.get(fileId);
      if (file && isThere(fileId)) {
        const folder =
          paths.get(file.folderId) ?? recognition.path.slice(0, recognition.path.lastIndexOf('/'));
        const own = stem ?? inherited.get(fileId);
        const known = facts.get(fileId);
        return [
          {
            file: toLibraryFile(file, folder),
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
      return [{ file: { fileId, path, name, sizeBytes: 0 }, recognition, stem, ghost: true }];
    });
  return { itemsOf, disowned };
}
