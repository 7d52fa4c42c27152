import { setImmediate as breathe } from 'node:timers/promises';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogFile } from '../catalog/content.ts';
import type { TitleRow, TreeRow } from '../catalog/titles.ts';
import { streamPath } from '../delivery/address.ts';
import { BridgeError } from '../errors.ts';
import {
  indexNeighbours,
  isSubtitleFolder,
  type LibraryFile,
  layoutTitle,
  titleKey,
} from '../library/layout.ts';
import { isSubtitle, isVideo, recognise } from '../library/recognise.ts';
import type { Recognition } from '../library/recognition.ts';
import {
  applyTree,
  type Desired,
  type EntryKind,
  type ManifestEntry,
  planTree,
  type TreePlan,
} from '../library/tree.ts';
import type { Log } from '../log.ts';
import type { SideCars } from './side-cars.ts';

export interface PublishOptions {
  catalog: Catalog;
  log: Log;
  libraryDir: string;
  /** What the addresses in STRM files begin with. */
  baseUrl: string;
  sign: (fileId: string) => string;
  sideCars: SideCars;
  lockData: boolean;
  maxSubtitleBytes: number;
}

export type TreeCounts = TreePlan['counts'] & { failed: number };

export interface PublishResult {
  counts: TreeCounts;
  /** Subtitles whose content is not at hand yet. */
  wanted: CatalogFile[];
  /** What was, or would be, done to the tree; only kept for a dry run. */
  plans: TreePlan[];
}

/** Titles planned at one time: bounds the memory and the pause of everything else. */
const titlesAtOnce = 200;
const filesAtOnce = 500;

/** Turns what the catalog holds into the STRM tree, title by title, so that a change costs what it touches. */
export function createPublisher(options: PublishOptions) {
  const { catalog, log, libraryDir, baseUrl, sign, sideCars } = options;

  /** Recognises these files anew. @returns the titles that they belong to, or belonged to */
  async function recogniseFiles(fileIds: readonly string[]): Promise<Set<string>> {
    const files = await catalog.content.filesByIds(fileIds);
    const folders = await foldersAround(files);
    // A subtitle has no title of its own: its neighbours are laid out again.
    const neighbours = files.some((file) => isSubtitle(file.name))
      ? await catalog.content.filesOfFolders(folders)
      : [];
    const all = new Map([...neighbours, ...files].map((file) => [file.id, file]));
    const ids = [...new Set([...fileIds, ...all.keys()])];
    const before = new Set([
      ...(await catalog.titles.keysOf(ids)).values(),
      ...(await catalog.titles.treeKeysOf(fileIds)),
    ]);
    const paths = await catalog.content.folderPaths([
      ...new Set([...all.values()].map((file) => file.folderId)),
    ]);
    const rows: TitleRow[] = [];
    let count = 0;
    for (const file of all.values()) {
      if (++count % filesAtOnce === 0) await breathe();
      const libraryFile = toLibraryFile(file, paths);
      const recognition = recognise(libraryFile.path);
      const key = titleKey(libraryFile, recognition);
      if (key !== undefined)
        rows.push({ fileId: file.id, titleKey: key, recognition: JSON.stringify(recognition) });
    }
    await catalog.titles.replace(ids, rows);
    return new Set([...before, ...rows.map((row) => row.titleKey)]);
  }

  async function foldersAround(files: readonly CatalogFile[]): Promise<number[]> {
    const ids = new Set(files.filter((file) => isSubtitle(file.name)).map((file) => file.folderId));
    const parents = await catalog.content.parentsOf([...ids]);
    for (const { name, parentId } of parents) if (isSubtitleFolder(name)) ids.add(parentId);
    return [...ids];
  }

  async function planTitles(keys: readonly string[], wanted: CatalogFile[]): Promise<TreePlan> {
    const titles = await catalog.titles.ofKeys(keys);
    const files = new Map(
      (await catalog.content.filesByIds(titles.map((row) => row.fileId))).map((file) => [file.id, file]),
    );
    const near = await filesNear([...files.values()]);
    const paths = await pathsOf([...files.values(), ...near.values()]);
    const neighbours = indexNeighbours([...near.values()].map((file) => toLibraryFile(file, paths)));
    const groups = Map.groupBy(titles, (row) => row.titleKey);
    const manifest = await catalog.titles.treeOfKeys(keys);
    const written = new Set(manifest.map((row) => `${row.fileId} ${row.path}`));
    const desired: Desired[] = [];
    for (const key of keys) {
      const items = (groups.get(key) ?? []).flatMap((row) => {
        const file = files.get(row.fileId);
        const recognition = JSON.parse(row.recognition) as Recognition;
        return file ? [{ file: toLibraryFile(file, paths), recognition }] : [];
      });
      if (items.length === 0) continue;
      const { lockData, maxSubtitleBytes } = options;
      for (const entry of layoutTitle(items, neighbours, { lockData, maxSubtitleBytes })) {
        const { kind, path } = entry;
        if (kind === 'nfo') {
          desired.push({ path, kind, titleKey: key, content: entry.content });
          continue;
        }
        const { fileId } = entry;
        if (kind === 'strm') {
          const content = `${baseUrl}${streamPath(fileId, sign(fileId), entry.name)}\n`;
          desired.push({ path, kind, titleKey: key, fileId, content });
          continue;
        }
        const file = near.get(fileId);
        if (!file) continue;
        // What was written once stays, also when its copy in dataDir is lost.
        const atHand = await sideCars.has(file);
        if (!atHand) wanted.push(file);
        if (atHand || written.has(`${fileId} ${path}`)) {
          desired.push({ path, kind, titleKey: key, fileId, content: () => sideCars.read(file) });
        }
      }
    }
    return planTree({ dir: libraryDir, desired, manifest: manifest.map(toManifestEntry) });
  }

  /** Videos and subtitles in the folders of these files, and in the folders of subtitles below them. */
  async function filesNear(files: readonly CatalogFile[]): Promise<Map<string, CatalogFile>> {
    const folders = [...new Set(files.map((file) => file.folderId))];
    const below = (await catalog.content.subFolders(folders)).filter((folder) =>
      isSubtitleFolder(folder.name),
    );
    const near = await catalog.content.filesOfFolders([...folders, ...below.map((folder) => folder.id)]);
    return new Map(
      near.filter((file) => isSubtitle(file.name) || isVideo(file.name)).map((file) => [file.id, file]),
    );
  }

  function pathsOf(files: readonly CatalogFile[]): Promise<Map<number, string>> {
    return catalog.content.folderPaths([...new Set(files.map((file) => file.folderId))]);
  }

  async function publishTitles(
    keys: Iterable<string>,
    result: PublishResult,
    dryRun: boolean,
    signal?: AbortSignal,
  ): Promise<void> {
    const all = [...keys];
    for (let start = 0; start < all.length; start += titlesAtOnce) {
      signal?.throwIfAborted();
      const plan = await planTitles(all.slice(start, start + titlesAtOnce), result.wanted);
      for (const [op, count] of Object.entries(plan.counts))
        result.counts[op as keyof TreePlan['counts']] += count;
      if (dryRun) {
        result.plans.push(plan);
        continue;
      }
      const applied = await applyTree(plan, { dir: libraryDir, ...(signal ? { signal } : {}) });
      await catalog.titles.recordTree(
        applied.written.map((row) => ({ fileId: undefined, ...row })),
        applied.removed,
      );
      result.counts.failed += applied.failed.length;
      for (const failure of applied.failed) log.warn(failure, 'a file of the tree could not be written');
      for (const op of plan.ops)
        if (op.op === 'conflict')
          log.warn({ path: op.path, reason: op.reason }, 'a file of the tree is left alone');
      if (applied.stopped)
        throw applied.stopped instanceof BridgeError ? applied.stopped : applied.stopped.aborted;
    }
  }

  return {
    /** Brings the tree up to date for files that changed, or that were taken out. */
    async files(
      fileIds: readonly string[],
      { dryRun = false, signal }: { dryRun?: boolean; signal?: AbortSignal } = {},
    ): Promise<PublishResult> {
      const result = emptyResult();
      if (fileIds.length === 0) return result;
      await publishTitles(await recogniseFiles(fileIds), result, dryRun, signal);
      return result;
    },

    /** Recognises everything anew and compares every file of the tree with the disk. */
    async everything({
      dryRun = false,
      signal,
    }: {
      dryRun?: boolean;
      signal?: AbortSignal;
    } = {}): Promise<PublishResult> {
      const result = emptyResult();
      for (let after = ''; ; ) {
        signal?.throwIfAborted();
        const ids = await catalog.content.fileIdsAfter(after, filesAtOnce);
        const last = ids.at(-1);
        if (last === undefined) break;
        await recogniseFiles(ids);
        after = last;
      }
      for (let after = ''; ; ) {
        const keys = await catalog.titles.keysAfter(after, titlesAtOnce);
        const last = keys.at(-1);
        if (last === undefined) break;
        await publishTitles(keys, result, dryRun, signal);
        after = last;
      }
      return result;
    },
  };
}

export type Publisher = ReturnType<typeof createPublisher>;

/** Adds what `other` did to `result`. */
export function addResult(result: PublishResult, other: PublishResult): void {
  for (const [op, count] of Object.entries(other.counts)) result.counts[op as keyof TreeCounts] += count;
  result.wanted.push(...other.wanted);
  result.plans.push(...other.plans);
}

export function emptyResult(): PublishResult {
  return {
    counts: { create: 0, update: 0, delete: 0, keep: 0, adopt: 0, conflict: 0, failed: 0 },
    wanted: [],
    plans: [],
  };
}

function toLibraryFile(file: CatalogFile, paths: ReadonlyMap<number, string>): LibraryFile {
  const folder = paths.get(file.folderId) ?? '/';
  return {
    fileId: file.id,
    path: `${folder === '/' ? '' : folder}/${file.name}`,
    name: file.name,
    sizeBytes: file.sizeBytes,
  };
}

function toManifestEntry({ fileId, kind, ...row }: TreeRow): ManifestEntry {
  return { ...row, kind: kind as EntryKind, ...(fileId ? { fileId } : {}) };
}
