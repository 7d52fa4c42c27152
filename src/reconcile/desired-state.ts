import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Catalog } from '../catalog/catalog.ts';
import type { Standing, TreeRow } from '../catalog/tree/placements.ts';
import { streamPath } from '../delivery/address.ts';
import type { LibraryFile } from '../library/entries.ts';
import { indexNeighbours, type LibraryEntry, layoutTitle } from '../library/layout.ts';
import { foldedPath } from '../library/safe-name.ts';
import { titleDirOf } from '../library/shelf.ts';
import type { Tree } from '../library/trees.ts';
import { isVideo } from '../naming/recognise.ts';
import type { SideCars } from '../sidecars/sidecar-cache.ts';
import type { Wanted } from '../sidecars/sidecar-fetcher.ts';
import type { Desired } from '../tree/tree.ts';
import { createItems } from './layout-items.ts';
import { foldersOf, toLibraryFile } from './placement/recognise-files.ts';
import { relatedFiles } from './placement/related-files.ts';
import type { PublishRun } from './run.ts';

export interface DesiredOptions {
  catalog: Catalog;
  tree: Tree;
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
  /** Files that had no path yet, and the stems that they get. */
  stems: Map<string, Standing>;
  /** Files that lose theirs to another one. */
  disowned: string[];
  /** Files that take over the paths of others, by those. */
  successors: ReadonlyMap<string, string>;
  /** Side-cars whose content is not at hand yet. */
  wanted: Wanted[];
  /** Files that get a place when the crawl has ended. */
  waiting: string[];
}

/**
 * What the tree should hold for these titles.
 * @param written what it holds today @param run of the publisher
 * @param taken folded stems where a person's files stand: files that have no path yet get others
 */
export async function desiredOf(
  options: DesiredOptions,
  keys: readonly string[],
  written: readonly TreeRow[],
  { asIfGone, midCrawl = false }: Pick<PublishRun, 'asIfGone' | 'midCrawl'>,
  taken: ReadonlySet<string> = new Set(),
): Promise<DesiredTitles> {
  const { catalog, tree, baseUrl, sign, sideCars, lockData, maxSubtitleBytes, artwork } = options;
  const titles = Map.groupBy(await catalog.placementsOf(tree.name).ofKeys(keys), (row) => row.titleKey);
  const ids = [...titles.values()].flat().map((row) => row.fileId);
  const files = new Map((await catalog.files.filesByIds(ids)).map((file) => [file.id, file]));
  const facts = await catalog.media.factsOf(ids);
  const near = new Map(
    (await relatedFiles(catalog, [...files.values()], artwork)).map((file) => [file.id, file]),
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
  const rows = [...titles.values()].flat();
  const { itemsOf, successors, waiting } = await createItems({
    catalog,
    tree,
    files,
    paths,
    rows,
    facts,
    asIfGone,
    midCrawl,
  });
  const standing = new Set(
    rows.flatMap(({ fileId, stem, name, titleKey }) =>
      stem === undefined || name === undefined || foldedPath(titleDirOf(stem)) !== titleKey ? [] : [fileId],
    ),
  );
  const disowned = [...successors.keys()];
  const result: DesiredTitles = { desired: [], stems: new Map(), disowned, successors, wanted: [], waiting };

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
    if (!copy) result.wanted.push({ file, tree: tree.name, titleKey });
    if (entry.partnerId !== undefined && !(await isThere(entry.partnerId))) return undefined;
    const row = rowAt(file.id, entry.path);
    if (!copy && !row) return undefined;
    // Same file, other content: it changed at the host, or an older version did not convert it.
    const changed = copy && row && copy.sizeBytes !== row.sizeBytes;
    const bytes = changed ? await sideCars.read(file).catch(() => undefined) : undefined;
    return bytes ?? (() => sideCars.read(file));
  };

  const claimed = new Set<string>();
  for (const key of keys) {
    await yieldToEventLoop();
    const items = itemsOf(titles.get(key) ?? []);
    if (items.length === 0) continue;
    const layout = { profile: tree.profile, lockData, maxSubtitleBytes, artwork, taken };
    for (const entry of layoutTitle(items, neighbours, layout)) {
      const folded = foldedPath(entry.path);
      if (claimed.has(folded)) {
        // Two claim one path: the second looks for another one the next time.
        if (entry.kind === 'strm') {
          result.disowned.push(entry.fileId);
          result.waiting.push(entry.fileId);
        }
        continue;
      }
      claimed.add(folded);
      if (entry.kind === 'strm' && !standing.has(entry.fileId)) {
        const stem = entry.path.slice(0, -'.strm'.length);
        result.stems.set(entry.fileId, { stem, name: entry.name, titleKey: key });
      }
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
