import type { Catalog } from '../../catalog/catalog.ts';
import type { Target } from '../../catalog/overrides.ts';
import { applyOverrides, type Override, type Said } from '../../library/override.ts';
import type { Recognition } from '../../library/recognition.ts';

/** What a person said of the files of one folder, put on what was read. */
export type Say = (fileId: string, recognition: Recognition) => Recognition;

/** Overrides of files and of the folders above them, the nearest having the last word. */
export async function createSayings(catalog: Pick<Catalog, 'overrides' | 'content'>) {
  const all = new Map(
    (await catalog.overrides.all()).map(({ target, value }) => [target, JSON.parse(value) as Override]),
  );

  return {
    async of(folderId: number): Promise<Say> {
      if (all.size === 0) return (_fileId, recognition) => recognition;
      const above: Said[] = [];
      for (const id of await catalog.content.foldersAbove(folderId)) {
        const override = all.get(`folder:${id}`);
        if (override) above.unshift({ of: 'folder', override });
      }
      return (fileId, recognition) => {
        const own = all.get(`file:${fileId}` satisfies Target);
        if (!own && (above.length === 0 || recognition.kind === 'ignored')) return recognition;
        return applyOverrides(recognition, own ? [...above, { of: 'file', override: own }] : above);
      };
    },
  };
}
