import { constants } from 'node:fs';
import { access, mkdir, readdir } from 'node:fs/promises';
import type { CatalogFile } from '../catalog/content.ts';
import type { TreeRow } from '../catalog/titles.ts';
import { BridgeError } from '../errors.ts';
import { applyTree, type EntryKind, type ManifestEntry, planTree, type TreePlan } from '../library/tree.ts';
import { bytesOf, sha256 } from '../library/tree-bytes.ts';
import type { Log } from '../log.ts';
import { type DesiredOptions, desiredOf } from './desired.ts';
import { recogniseFiles } from './titling.ts';
import type { Trash } from './trash.ts';

export interface PublishOptions extends DesiredOptions {
  log: Log;
  libraryDir: string;
  trash: Trash;
}

export interface PublishRun {
  /** Plans, and writes nothing. */
  dryRun?: boolean;
  signal?: AbortSignal;
  /** Files that a dry run treats as taken out. */
  asIfGone?: ReadonlySet<string>;
  /** What this sync has looked at already: `files` adds to it, `everything` leaves it out. */
  done?: Done;
}

/** Files that were recognised and titles that were compared with the disk. */
export interface Done {
  files: Set<string>;
  titles: Set<string>;
}

export type TreeCounts = TreePlan['counts'] & { failed: number };

export interface PublishResult {
  counts: TreeCounts;
  /** Subtitles whose content is not at hand yet. */
  wanted: CatalogFile[];
  /** What would be done to the tree; only kept for a dry run. */
  plans: TreePlan[];
}

/** Titles planned at one time: bounds the memory and the pause of everything else. */
const titlesAtOnce = 50;
const filesAtOnce = 200;

/** Turns what the catalog holds into the STRM tree, title by title, so that a change costs what it touches. */
export function createPublisher(options: PublishOptions) {
  const { catalog, log, libraryDir, trash } = options;

  async function planTitles(
    keys: readonly string[],
    wanted: CatalogFile[],
    asIfGone?: ReadonlySet<string>,
  ): Promise<TreePlan> {
    const written = await catalog.titles.treeOfKeys(keys);
    const { desired, wanted: missing } = await desiredOf(options, keys, written, asIfGone);
    wanted.push(...missing);
    return planTree({ dir: libraryDir, desired, manifest: written.map(toManifestEntry) });
  }

  async function publishTitles(
    keys: Iterable<string>,
    result: PublishResult,
    { dryRun = false, signal, asIfGone }: PublishRun,
  ): Promise<void> {
    const all = [...keys];
    for (let start = 0; start < all.length; start += titlesAtOnce) {
      signal?.throwIfAborted();
      const plan = await planTitles(all.slice(start, start + titlesAtOnce), result.wanted, asIfGone);
      for (const { op } of plan.ops) result.counts[op]++;
      if (dryRun) result.plans.push(plan);
      else await apply(plan, result.counts, signal);
    }
  }

  /** @throws BridgeError BRIDGE_DISK when the folder of the tree cannot be written */
  async function reachable(): Promise<void> {
    try {
      await mkdir(libraryDir, { recursive: true });
      await access(libraryDir, constants.W_OK);
    } catch (error) {
      const detail = `${libraryDir} (${(error as NodeJS.ErrnoException).code})`;
      throw new BridgeError('BRIDGE_DISK', { detail, cause: error });
    }
  }

  async function apply(plan: TreePlan, counts: TreeCounts, signal: AbortSignal | undefined): Promise<void> {
    await reachable();
    // Noted before it is written: what a kill leaves on the disk is still known as ours.
    await catalog.titles.recordTree(await intentsOf(plan), []);
    const applied = await applyTree(plan, {
      dir: libraryDir,
      trash: await trash.forPlan('', plan),
      ...(signal ? { signal } : {}),
    });
    await catalog.titles.recordTree(
      applied.written.map((row) => ({ fileId: undefined, ...row })),
      applied.removed,
    );
    const failures = new Map(applied.failed.map((failure) => [failure.path, failure.code]));
    for (const { op, path, reason } of plan.ops) {
      const code = failures.get(path);
      if (code !== undefined) {
        counts[op]--;
        counts.failed++;
        log.warn({ path, code }, 'a file of the tree could not be written');
      } else if (op === 'conflict') {
        log.warn({ path, reason }, 'a file of the tree is left alone');
      }
    }
    if (applied.stopped)
      throw applied.stopped instanceof BridgeError ? applied.stopped : applied.stopped.aborted;
  }

  return {
    /**
     * Whether the tree that was written is still there at all: an empty folder where it was is a disk that is not
     * mounted, and what would be noted as removed then would be left behind for ever.
     * @throws BridgeError BRIDGE_DISK
     */
    async checkMounted(): Promise<void> {
      if ((await catalog.titles.treeCount()) === 0) return;
      const names = await readdir(libraryDir).catch(() => []);
      if (names.length > 0) return;
      const detail = `${libraryDir} is empty although a tree was written there; is it mounted? If it was emptied on purpose: passerelle sync --full`;
      throw new BridgeError('BRIDGE_DISK', { detail });
    },

    /** Brings the tree up to date for files that changed, or that were taken out. */
    async files(fileIds: readonly string[], run: PublishRun = {}): Promise<PublishResult> {
      const result = emptyResult();
      if (fileIds.length === 0) return result;
      const titles = await recogniseFiles(catalog, fileIds);
      await publishTitles(titles, result, run);
      if (!run.dryRun && result.counts.failed === 0) await catalog.dirty.clear(fileIds);
      for (const id of fileIds) run.done?.files.add(id);
      for (const title of titles) run.done?.titles.add(title);
      return result;
    },

    /** Recognises everything anew and compares every file of the tree with the disk. */
    async everything(run: PublishRun = {}): Promise<PublishResult> {
      const result = emptyResult();
      for (let after = ''; ; ) {
        run.signal?.throwIfAborted();
        const ids = await catalog.content.fileIdsAfter(after, filesAtOnce);
        const last = ids.at(-1);
        if (last === undefined) break;
        const rest = ids.filter((id) => !run.done?.files.has(id));
        if (rest.length > 0)
          for (const title of await recogniseFiles(catalog, rest)) run.done?.titles.delete(title);
        after = last;
      }
      for (let after = ''; ; ) {
        const keys = await catalog.titles.keysAfter(after, titlesAtOnce);
        const last = keys.at(-1);
        if (last === undefined) break;
        await publishTitles(
          keys.filter((key) => !run.done?.titles.has(key)),
          result,
          run,
        );
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

/** Rows for what is about to be made. Their time fits no file, so that the next look reads and compares the bytes. */
async function intentsOf(plan: TreePlan): Promise<TreeRow[]> {
  const rows: TreeRow[] = [];
  for (const step of plan.ops) {
    if (step.op !== 'create') continue;
    const bytes = await bytesOf(step.desired).catch(() => undefined);
    if (!bytes) continue;
    const { path, kind, fileId, titleKey } = step.desired;
    rows.push({ path, kind, fileId, titleKey, sha256: sha256(bytes), sizeBytes: bytes.length, mtimeMs: 0 });
  }
  return rows;
}

function toManifestEntry({ fileId, kind, ...row }: TreeRow): ManifestEntry {
  return { ...row, kind: kind as EntryKind, ...(fileId ? { fileId } : {}) };
}
