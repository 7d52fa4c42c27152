import { setImmediate as breathe } from 'node:timers/promises';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogFile } from '../catalog/content.ts';
import type { TitleRow } from '../catalog/titles.ts';
import { streamPath } from '../delivery/address.ts';
import { BridgeError } from '../errors.ts';
import { isSubtitle } from '../library/file-kinds.ts';
import { type LibraryEntry, type LibraryFile, layoutTitle, titleKey } from '../library/layout.ts';
import { recognise } from '../library/recognise.ts';
import type { Recognition } from '../library/recognition.ts';
import { applyTree, type Desired, planTree, type TreePlan } from '../library/tree.ts';
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

/** A folder of subtitles beside a video. */
const subtitleFolder = /^(subs?|subtitles?|sous[- _.]?titres?|srt)$/i;

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
    for (const { name, parentId } of parents) if (subtitleFolder.test(name)) ids.add(parentId);
    return [...ids];
  }

  async function planTitles(keys: readonly string[], wanted: CatalogFile[]): Promise<TreePlan> {
    const titles = await catalog.titles.ofKeys(keys);
    const files = new Map(
      (await catalog.content.filesByIds(titles.map((row) => row.fileId))).map((file) => [file.id, file]),
    );
    const subtitles = await subtitlesBeside([...files.values()]);
    const folderIds = [...files.values(), ...subtitles].map((file) => file.folderId);
    const paths = await catalog.content.folderPaths([...new Set(folderIds)]);
    const groups = Map.groupBy(titles, (row) => row.titleKey);
    const manifest = await catalog.titles.treeOfKeys(keys);
    const desired: Desired[] = [];
    for (const key of keys) {
      const items = (groups.get(key) ?? []).flatMap((row) => {
        const file = files.get(row.fileId);
        return file
          ? [{ file: toLibraryFile(file, paths), recognition: JSON.parse(row.recognition) as Recognition }]
          : [];
      });
      if (items.length === 0) continue;
      const near = new Set(items.map((item) => folderOf(item.file.path)));
      const beside = subtitles
        .map((file) => toLibraryFile(file, paths))
        .filter((file) => near.has(folderOf(file.path)) || near.has(folderOf(folderOf(file.path))));
      const entries = layoutTitle(items, beside, {
        lockData: options.lockData,
        maxSubtitleBytes: options.maxSubtitleBytes,
      });
      for (const entry of entries) {
        const content = await contentOf(entry, subtitles, wanted);
        if (content === undefined) continue;
        const fileId = entry.kind === 'nfo' ? {} : { fileId: entry.fileId };
        desired.push({ path: entry.path, kind: entry.kind, titleKey: key, content, ...fileId });
      }
    }
    const entries = manifest.map(({ fileId, ...row }) => ({
      ...row,
      kind: row.kind as Desired['kind'],
      ...(fileId ? { fileId } : {}),
    }));
    return planTree({ dir: libraryDir, desired, manifest: entries });
  }

  async function contentOf(
    entry: LibraryEntry,
    subtitles: readonly CatalogFile[],
    wanted: CatalogFile[],
  ): Promise<Desired['content'] | undefined> {
    if (entry.kind === 'nfo') return entry.content;
    if (entry.kind === 'strm')
      return `${baseUrl}${streamPath(entry.fileId, sign(entry.fileId), entry.name)}\n`;
    const file = subtitles.find((one) => one.id === entry.fileId);
    if (!file) return undefined;
    if (await sideCars.has(file)) return () => sideCars.read(file);
    wanted.push(file);
    return undefined;
  }

  async function subtitlesBeside(files: readonly CatalogFile[]): Promise<CatalogFile[]> {
    const folders = [...new Set(files.map((file) => file.folderId))];
    const below = (await catalog.content.subFolders(folders)).filter((folder) =>
      subtitleFolder.test(folder.name),
    );
    const near = await catalog.content.filesOfFolders([...folders, ...below.map((folder) => folder.id)]);
    return near.filter((file) => isSubtitle(file.name));
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

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
