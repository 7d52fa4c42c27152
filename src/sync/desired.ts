import { setImmediate as breathe } from 'node:timers/promises';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogFile } from '../catalog/content.ts';
import type { TitleRow, TreeRow } from '../catalog/titles.ts';
import { streamPath } from '../delivery/address.ts';
import type { LibraryFile } from '../library/entries.ts';
import { indexNeighbours, type LibraryEntry, layoutTitle } from '../library/layout.ts';
import { isVideo } from '../library/recognise.ts';
import type { Recognition } from '../library/recognition.ts';
import type { Desired } from '../library/tree.ts';
import type { Wanted } from './fetch-side-cars.ts';
import { filesNear } from './near.ts';
import type { SideCars } from './side-cars.ts';
import { foldersOf, toLibraryFile } from './titling.ts';

export interface DesiredOptions {
  catalog: Catalog;
  /** What the addresses in STRM files begin with. */
  baseUrl: string;
  sign: (fileId: string) => string;
  sideCars: SideCars;
  lockData: boolean;
  maxSubtitleBytes: number;
  artwork: boolean;
}

export interface DesiredTitles {
  desired: Desired[];
  /** Side-cars whose content is not at hand yet. */
  wanted: Wanted[];
}

/** What the tree should hold for these titles. @param written what it holds today @param asIfGone files that a dry run leaves out */
export async function desiredOf(
  options: DesiredOptions,
  keys: readonly string[],
  written: readonly TreeRow[],
  asIfGone?: ReadonlySet<string>,
): Promise<DesiredTitles> {
  const { catalog, baseUrl, sign, sideCars, lockData, maxSubtitleBytes, artwork } = options;
  const titles = Map.groupBy(await catalog.titles.ofKeys(keys), (row) => row.titleKey);
  const ids = [...titles.values()].flat().map((row) => row.fileId);
  const files = new Map((await catalog.content.filesByIds(ids)).map((file) => [file.id, file]));
  const near = new Map(
    (await filesNear(catalog, [...files.values()], artwork)).map((file) => [file.id, file]),
  );
  const paths = await foldersOf(catalog, [...files.values(), ...near.values()]);
  const onDisk = Map.groupBy(written, (row) => row.fileId);
  const rowAt = (fileId: string, path: string) => onDisk.get(fileId)?.find((row) => row.path === path);
  const placed: LibraryFile[] = [];
  for (const file of near.values()) {
    const folder = paths.get(file.folderId);
    if (folder === undefined) continue;
    const one = toLibraryFile(file, folder);
    if (!isVideo(file.name)) {
      const copy = await sideCars.find(file);
      const rows = onDisk.get(file.id) ?? [];
      one.sideCar = { atHand: copy !== undefined, ...copy, written: rows.map((row) => row.path) };
    }
    placed.push(one);
  }
  // Uploaded anew: the new one takes over the name once its content is at hand, not a number behind it.
  const replaced = new Set(
    placed
      .filter(({ fileId, sideCar }) => sideCar?.atHand && near.get(fileId)?.missingSince === undefined)
      .map(({ path }) => path),
  );
  const neighbours = indexNeighbours(
    placed.filter(
      ({ fileId, path, sideCar }) => !sideCar || !near.get(fileId)?.missingSince || !replaced.has(path),
    ),
  );
  const result: DesiredTitles = { desired: [], wanted: [] };

  // A file that was uploaded anew under its old name takes the place of the one that is missing, and its path.
  const slotOf = (file: CatalogFile) => `${file.folderId}/${file.name}`;
  const present = new Set([...files.values()].filter((file) => file.missingSince === undefined).map(slotOf));
  const isWanted = (file: CatalogFile) =>
    !asIfGone?.has(file.id) && (file.missingSince === undefined || !present.has(slotOf(file)));
  const itemOf = (row: TitleRow) => {
    const file = files.get(row.fileId);
    if (!file || !isWanted(file)) return [];
    const recognition = JSON.parse(row.recognition) as Recognition;
    const folder = paths.get(file.folderId) ?? recognition.path.slice(0, recognition.path.lastIndexOf('/'));
    return [{ file: toLibraryFile(file, folder), recognition }];
  };
  /** What was written once stays, also when its copy in dataDir is lost. */
  const isThere = async (fileId: string) => {
    const file = near.get(fileId);
    return file !== undefined && (onDisk.has(fileId) || (await sideCars.find(file)) !== undefined);
  };
  const contentOf = async (
    entry: LibraryEntry,
    titleKey: string,
  ): Promise<Desired['content'] | undefined> => {
    if (entry.kind === 'nfo') return entry.content;
    if (entry.kind === 'strm')
      return `${baseUrl}${streamPath(entry.fileId, sign(entry.fileId), entry.name)}\n`;
    const file = near.get(entry.fileId);
    if (!file) return undefined;
    const copy = await sideCars.find(file);
    if (!copy) result.wanted.push({ file, titleKey });
    if (entry.partnerId !== undefined && !(await isThere(entry.partnerId))) return undefined;
    const row = rowAt(file.id, entry.path);
    if (!copy && !row) return undefined;
    // Same file, other content: it changed at the host, or an older version did not convert it.
    const changed = copy && row && copy.sizeBytes !== row.sizeBytes;
    const bytes = changed ? await sideCars.read(file).catch(() => undefined) : undefined;
    return bytes ?? (() => sideCars.read(file));
  };

  for (const key of keys) {
    await breathe();
    const items = (titles.get(key) ?? []).flatMap(itemOf);
    if (items.length === 0) continue;
    for (const entry of layoutTitle(items, neighbours, { lockData, maxSubtitleBytes, artwork })) {
      const content = await contentOf(entry, key);
      if (content === undefined) continue;
      const { kind, path } = entry;
      result.desired.push({
        path,
        kind,
        titleKey: key,
        content,
        ...(entry.kind === 'nfo' ? {} : { fileId: entry.fileId }),
      });
    }
  }
  return result;
}
