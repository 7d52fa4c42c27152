import type { CatalogFile } from '../../catalog/account/files.ts';
import { createSuccessors, type SucceedingFile, type Successors } from '../../catalog/account/successor.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Target } from '../../catalog/curation/override-types.ts';
import { type FileId, type FolderId, toFileId } from '../../core/ids.ts';
import { applyOverrides, type Said } from '../../library/override.ts';
import type { Tree } from '../../library/trees.ts';
import type { Recognition } from '../../naming/text/recognition.ts';

/** What a person said of the files of one folder. */
export interface EffectiveOverrides {
  /** Puts it on what was read. */
  say: (fileId: FileId, recognition: Recognition) => Recognition;
  /** Files that were uploaded anew, and the missing ones whose word is theirs from now on. */
  successors: ReadonlyMap<FileId, FileId>;
}

/** What a person said, by folders. It is read once: what is said later is not in it. */
export interface OverridesByFolder {
  /** @param files all that the catalog knows in this folder */
  of(folderId: FolderId, files: readonly CatalogFile[]): Promise<EffectiveOverrides>;
}

/** Overrides of files and of the folders above them, the nearest having the last word. */
export async function createEffectiveOverrides(
  catalog: Pick<Catalog, 'overrides' | 'files' | 'placementsOf'>,
  trees: readonly Tree[],
): Promise<OverridesByFolder> {
  const rows = await catalog.overrides.all();
  const all = new Map(rows.map(({ target, value }) => [target, value]));
  const left = await leftBy(
    rows.flatMap(({ target }) => (target.startsWith('file:') ? [toFileId(target.slice(5))] : [])),
  );

  /** Those of these files that have left their folders; of several the one that was spoken of last counts. */
  async function leftBy(ids: readonly FileId[]): Promise<Successors<SucceedingFile>> {
    if (ids.length === 0) return createSuccessors<SucceedingFile>([]);
    const known = await catalog.files.filesByIds(ids);
    const gone = [
      ...known.filter((file) => file.missingSince !== undefined),
      ...(await catalog.files.goneByIds(ids)),
    ];
    const byId = new Map<FileId, SucceedingFile>(gone.map((file) => [file.id, file]));
    return createSuccessors(ids.flatMap((id) => byId.get(id) ?? []));
  }

  /** A file that succeeds one that is missing takes what was said of it, too. */
  async function successorsAmong(files: readonly CatalogFile[]): Promise<Map<FileId, FileId>> {
    const found = new Map<FileId, FileId>();
    for (const file of files) {
      const from = left.otherAt(file)?.id;
      if (from !== undefined && file.missingSince === undefined && !all.has(`file:${file.id}`))
        found.set(file.id, from);
    }
    // One that has a path of its own was a double, and nobody said anything of it.
    for (const { name } of found.size > 0 ? trees : [])
      for (const [id, { stem }] of await catalog.placementsOf(name).placesOf([...found.keys()]))
        if (stem !== undefined) found.delete(id);
    // Two may share a name: one of them follows.
    const followers = new Map([...found].sort().map(([id, from]) => [from, id]));
    return new Map([...followers].map(([from, id]) => [id, from]));
  }

  return {
    async of(folderId, files) {
      if (all.size === 0) return { say: (_fileId, recognition) => recognition, successors: new Map() };
      const outer: Said[] = [];
      for (const id of await catalog.files.withAncestors(folderId)) {
        const override = all.get(`folder:${id}`);
        if (override) outer.unshift({ of: 'folder', override });
      }
      const successors = await successorsAmong(files);
      const say = (fileId: FileId, recognition: Recognition): Recognition => {
        const own = all.get(`file:${successors.get(fileId) ?? fileId}` satisfies Target);
        if (!own && (outer.length === 0 || recognition.kind === 'ignored')) return recognition;
        return applyOverrides(recognition, own ? [...outer, { of: 'file', override: own }] : outer);
      };
      return { say, successors };
    },
  };
}
