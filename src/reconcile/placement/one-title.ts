import type { Catalog } from '../../catalog/catalog.ts';
import type { TitleRow } from '../../catalog/tree/placements.ts';
import type { FileId } from '../../core/ids.ts';
import { createYielder } from '../../core/yield-often.ts';
import type { LibraryFile } from '../../library/layout.ts';
import { keyIn, type Tree } from '../../library/trees.ts';
import type { Recognition } from '../../naming/text/recognition.ts';
import { pinned } from './pinned-reading.ts';

/** What is placed together with others, and under which id. */
interface Titled {
  file: LibraryFile;
  recognition: Recognition;
}

/** The title that a file joins, and what its path then tells. */
export interface JoinedTitle {
  titleKey: string;
  pinned: string;
}

/**
 * Same title, same year, one id: one title, though only some of its files name the id. Whoever comes joins what stands;
 * where nothing stands, those without the id join those with it. Two ids are two titles, and who names none of them
 * stays by himself.
 * @param titled everything that is placed in this step
 * @returns given a file that has no path yet; undefined where it stays what its name says
 */
export async function joiningTitles(
  catalog: Catalog,
  tree: Tree,
  titled: readonly Titled[],
): Promise<(fileId: FileId) => JoinedTitle | undefined> {
  const yieldOften = createYielder();
  const byBase = new Map<string, Titled[]>();
  for (const one of titled) {
    await yieldOften();
    const base = baseKey(tree, one);
    if (base === undefined) continue;
    const some = byBase.get(base);
    if (some) some.push(one);
    else byBase.set(base, [one]);
  }
  const joined = new Map<FileId, JoinedTitle>();
  const standing = await standingUnder(catalog, tree, [...byBase.keys()]);
  for (const [base, some] of byBase) {
    await yieldOften();
    const rows = standing.get(base) ?? [];
    const known = [...rows.map((row) => row.recognition), ...some.map((one) => one.recognition)];
    const id = oneId(known);
    if (id === undefined) continue;
    const keyOf = (one: Titled) => keyIn(tree, one.file, one.recognition);
    // What stands keeps its path, with the id in it or without; the first that came is the one to join.
    const target = rows[0]?.titleKey ?? some.map(keyOf).find((key) => key !== base);
    if (target === undefined) continue;
    for (const one of some) {
      if (keyOf(one) === target) continue;
      const ids = target === base ? undefined : id;
      joined.set(one.file.fileId, { titleKey: target, pinned: pinned(withIds(one.recognition, ids)) });
    }
  }
  return (fileId) => joined.get(fileId);
}

/** The key of its title without an id; undefined where title and year do not name a work. */
function baseKey(tree: Tree, { file, recognition }: Titled): string | undefined {
  const { title, year, kind } = recognition;
  if (!title || year === undefined || (kind !== 'movie' && kind !== 'episode')) return undefined;
  return keyIn(tree, file, withIds(recognition, undefined));
}

/** What stands in the tree under these titles and years, with an id or without, by the key without one. */
async function standingUnder(
  catalog: Catalog,
  tree: Tree,
  bases: readonly string[],
): Promise<Map<string, TitleRow[]>> {
  const titles = catalog.placementsOf(tree.name);
  const keys = bases.length > 0 ? await titles.standingKeys(bases) : [];
  if (keys.length === 0) return new Map();
  const rows = (await titles.ofKeys(keys)).filter((row) => row.stem !== undefined);
  const known = new Set(bases);
  return Map.groupBy(rows, ({ titleKey }) =>
    known.has(titleKey) ? titleKey : titleKey.slice(0, Math.max(0, titleKey.search(/ [[{][^/[{]*$/))),
  );
}

/** The ids that they name, where no two of them differ; undefined where none is named, or two. */
function oneId(readings: readonly Recognition[]): Recognition['ids'] {
  const named = readings.flatMap(({ ids }) => (ids && Object.keys(ids).length > 0 ? [ids] : []));
  const [first] = named;
  const same = JSON.stringify(Object.entries(first ?? {}).sort());
  return named.every((ids) => JSON.stringify(Object.entries(ids).sort()) === same) ? first : undefined;
}

function withIds(recognition: Recognition, ids: Recognition['ids']): Recognition {
  if (recognition.ids === ids) return recognition;
  const { ids: _ids, ...rest } = recognition;
  return ids === undefined ? rest : { ...rest, ids };
}
