import { setImmediate as breathe } from 'node:timers/promises';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogFile } from '../catalog/content.ts';
import type { TitleRow, TreeRow } from '../catalog/titles.ts';
import { streamPath } from '../delivery/address.ts';
import { indexNeighbours, isSubtitleFolder, type LibraryEntry, layoutTitle } from '../library/layout.ts';
import { isSubtitle, isVideo } from '../library/recognise.ts';
import type { Recognition } from '../library/recognition.ts';
import type { Desired } from '../library/tree.ts';
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
}

export interface DesiredTitles {
  desired: Desired[];
  /** Subtitles whose content is not at hand yet. */
  wanted: CatalogFile[];
}

/** What the tree should hold for these titles. @param written what it holds today @param asIfGone files that a dry run leaves out */
export async function desiredOf(
  options: DesiredOptions,
  keys: readonly string[],
  written: readonly TreeRow[],
  asIfGone?: ReadonlySet<string>,
): Promise<DesiredTitles> {
  const { catalog, baseUrl, sign, sideCars, lockData, maxSubtitleBytes } = options;
  const titles = Map.groupBy(await catalog.titles.ofKeys(keys), (row) => row.titleKey);
  const ids = [...titles.values()].flat().map((row) => row.fileId);
  const files = new Map((await catalog.content.filesByIds(ids)).map((file) => [file.id, file]));
  const factsOf = await catalog.media.factsOf(ids);
  const near = await filesNear(catalog, [...files.values()]);
  const paths = await foldersOf(catalog, [...files.values(), ...near.values()]);
  const placed = [...near.values()].filter((file) => paths.has(file.folderId));
  const neighbours = indexNeighbours(
    placed.map((file) => toLibraryFile(file, paths.get(file.folderId) ?? '/')),
  );
  const onDisk = new Set(written.map((row) => `${row.fileId} ${row.path}`));
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
    const facts = factsOf.get(file.id);
    return [{ file: toLibraryFile(file, folder), recognition, ...(facts && { facts: JSON.parse(facts) }) }];
  };
  const contentOf = async (entry: LibraryEntry): Promise<Desired['content'] | undefined> => {
    if (entry.kind === 'nfo') return entry.content;
    if (entry.kind === 'strm')
      return `${baseUrl}${streamPath(entry.fileId, sign(entry.fileId), entry.name)}\n`;
    const file = near.get(entry.fileId);
    if (!file) return undefined;
    const atHand = await sideCars.has(file);
    if (!atHand) result.wanted.push(file);
    // What was written once stays, also when its copy in dataDir is lost.
    return atHand || onDisk.has(`${file.id} ${entry.path}`) ? () => sideCars.read(file) : undefined;
  };

  for (const key of keys) {
    await breathe();
    const items = (titles.get(key) ?? []).flatMap(itemOf);
    if (items.length === 0) continue;
    for (const entry of layoutTitle(items, neighbours, { lockData, maxSubtitleBytes })) {
      const content = await contentOf(entry);
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

/** Videos and subtitles in the folders of these files, and in the folders of subtitles below them. */
async function filesNear(catalog: Catalog, files: readonly CatalogFile[]): Promise<Map<string, CatalogFile>> {
  const folders = [...new Set(files.map((file) => file.folderId))];
  const below = (await catalog.content.subFolders(folders)).filter((folder) => isSubtitleFolder(folder.name));
  const near = await catalog.content.filesOfFolders([...folders, ...below.map((folder) => folder.id)]);
  return new Map(
    near.filter((file) => isSubtitle(file.name) || isVideo(file.name)).map((file) => [file.id, file]),
  );
}
