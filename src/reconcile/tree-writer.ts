import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import type { Catalog } from '../catalog/catalog.ts';
import type { NewStem, TreeRow } from '../catalog/tree/placements.ts';
import { BridgeError } from '../core/errors.ts';
import { diskTrouble, troubleWith } from '../core/files/folder-check.ts';
import type { FileId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { createYielder } from '../core/yield-often.ts';
import { foldedPath } from '../library/safe-name.ts';
import type { SidecarCache } from '../sidecars/sidecar-cache.ts';
import {
  type ApplyResult,
  applyTree,
  type Disk,
  type EntryKind,
  type ManifestEntry,
  planTree,
  type TreePlan,
} from '../tree/tree.ts';
import { bytesOf, type HashedBytes, readyBytes, rowOf, sha256 } from '../tree/tree-bytes.ts';
import { createBegunTrees } from './begun-trees.ts';
import type { LayoutSettings } from './desired-layout.ts';
import { type DesiredState, desiredOf } from './desired-state.ts';
import { type KnownTitles, type LoadTitlesOptions, loadTitles } from './known-titles.ts';
import type { PublishResult, PublishRun, TreeCounts } from './run.ts';
import type { Trash } from './trash.ts';

export interface TreeWriterOptions extends LayoutSettings {
  catalog: Catalog;
  sideCars: LoadTitlesOptions['sideCars'] & Pick<SidecarCache, 'read'>;
  log: Log;
  trash: Trash;
  disk: Disk;
  /** Milliseconds UTC. */
  now: () => number;
  /** Hears what was done to a tree: paths relative to its folder. */
  onWritten?: OnWritten | undefined;
}

/** Paths that were made, changed and taken away in the tree of this name. */
export type OnWritten = (
  treeName: string,
  written: Record<'created' | 'updated' | 'removed', readonly string[]>,
) => Promise<void>;

/** Paths that are tried for a new file: the plain one, one with its resolution, one with its id. */
const maxTries = 3;

/** Of what was made for the intents so much is kept until it is written: a whole library may be moved in one step. */
const maxMadeBytes = 2_000_000;

/** Titles of one tree that are planned. */
export interface PlannedTitles {
  /** Files of these titles that are in the library. */
  files: number;
  /** Files that were read for them: all of their folders, too. */
  around: number;
  /** Writes them. Call it once, and before that of later plans. */
  write(): Promise<void>;
}

/** Plans and writes titles of one tree. */
export interface TreeWriter {
  /** Plans these titles in one step: deletes before writes. */
  prepare(keys: readonly string[], result: PublishResult, run: PublishRun): Promise<PlannedTitles>;
}

export function createTreeWriter(options: TreeWriterOptions): TreeWriter {
  const { catalog, log, tree, trash, disk } = options;
  const titles = catalog.placementsOf(tree.name);
  const begunTrees = createBegunTrees(catalog);

  /** What was said of files that are not ours, by their paths: a library that stands there is told of once. */
  const told = new Map<string, string>();

  /** @throws BridgeError BRIDGE_DISK when the folder of the tree cannot be written */
  async function reachable(): Promise<void> {
    try {
      await mkdir(tree.dir, { recursive: true });
      await access(tree.dir, constants.W_OK);
    } catch (error) {
      const { why, remedy } = troubleWith(tree.dir) ?? diskTrouble(tree.dir, error);
      throw new BridgeError('BRIDGE_DISK', { detail: why, remedy, cause: error });
    }
  }

  /** The plan, with other paths for new files where a person's stand. */
  async function planAround(
    written: readonly TreeRow[],
    keys: readonly string[],
    run: PublishRun,
  ): Promise<{ plan: TreePlan; state: DesiredState; known: KnownTitles }> {
    const known = await loadTitles({ ...options, tree: tree.name }, keys, written);
    const manifest = written.map(toManifestEntry);
    const taken = new Set<string>();
    for (let tries = 1; ; tries++) {
      const state = await desiredOf(options, keys, known, run, taken);
      const plan = await planTree({ dir: tree.dir, disk, desired: state.desired, manifest });
      const lost = conflictsOf(state.stems, plan);
      if (lost.length === 0 || tries === maxTries) return { plan, state, known };
      for (const stem of lost) taken.add(foldedPath(stem));
    }
  }

  /** @param known what was written down when the plan was made */
  async function apply(
    plan: TreePlan,
    known: readonly TreeRow[],
    { stems, disowned, successors, added }: DesiredState,
    counts: TreeCounts,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const hashes = new Map(known.map(({ path, sha256 }) => [path, sha256]));
    const asPlanned = (row: ManifestEntry): TreeRow => ({
      fileId: undefined,
      ...row,
      insteadOf: hashes.get(row.path) ?? '',
    });
    await reachable();
    await begunTrees.begin(tree);
    if (successors.size > 0) await catalog.journal.handOn(tree.name, successors);
    // Noted before it is written: what a kill leaves on the disk is still known as ours, and has its place.
    const { rows, contents } = await intentsOf(plan);
    const intended = rows.map(asPlanned);
    const intents = await titles.intend(intended, withoutConflicts(stems, plan), disowned, added);
    const applied = await applyTree(plan, {
      dir: tree.dir,
      disk,
      contents,
      trash: await trash.forPlan(tree.name, plan),
      ...(signal ? { signal } : {}),
    });
    const written = applied.written.map(asPlanned);
    const done = new Set([...written.map(({ path }) => path), ...applied.removed]);
    const left = intended.filter(({ path }) => !done.has(path));
    await titles.recordTree(written, applied.removed, {
      at: options.now(),
      intents,
      left,
      touched: touchedBy(plan),
    });
    await options.onWritten?.(tree.name, doneOf(plan, applied));
    const failures = new Map(applied.failed.map((failure) => [failure.path, failure.code]));
    for (const { op, path, reason } of plan.ops) {
      const code = failures.get(path);
      if (code !== undefined) {
        counts[op]--;
        counts.failed++;
        log.warn({ path, code }, 'a file of the tree could not be written');
      } else if (op === 'conflict') {
        if (told.get(path) !== reason)
          log.warn(
            { path, reason, remedy: 'move it away if ours shall stand there' },
            'a file of the tree is left alone',
          );
        told.set(path, reason);
      } else told.delete(path);
    }
    if (applied.stopped)
      throw applied.stopped instanceof BridgeError ? applied.stopped : applied.stopped.aborted;
  }

  return {
    async prepare(keys, result, run) {
      const { dryRun = false, signal } = run;
      const written = await titles.treeOfKeys(keys);
      const { plan, state, known } = await planAround(written, keys, run);
      const { size: files } = known.files;
      const { size: around } = known.related;
      const write = async () => {
        result.wanted.push(...state.wanted);
        result.waiting.push(...state.waiting);
        for (const { op, path } of plan.ops)
          if (op === 'conflict') result.leftAlone.add(`${tree.name}/${path}`);
          else result.counts[op]++;
        result.counts.conflict = result.leftAlone.size;
        if (dryRun) result.plans.push(plan);
        else await apply(plan, written, state, result.counts, signal);
      };
      return { files, around, write };
    },
  };
}

/** What of a plan was done to the disk; a run that stops early has done a part of it. */
function doneOf(plan: TreePlan, { written, removed }: ApplyResult) {
  const there = new Set(written.map((row) => row.path));
  const gone = new Set(removed);
  const of = (op: string, done: ReadonlySet<string>) =>
    plan.ops.filter((step) => step.op === op && done.has(step.path)).map(({ path }) => path);
  return { created: of('create', there), updated: of('update', there), removed: of('delete', gone) };
}

/** Paths that only get another time, and new rows for files that are right as they are. */
function touchedBy(plan: TreePlan): Set<string> {
  return new Set(
    plan.ops.flatMap((step) => (step.op === 'keep' && step.touchMs !== undefined ? step.path : [])),
  );
}

/** Stems of new files where somebody else's files are. */
function conflictsOf(stems: ReadonlyMap<FileId, NewStem>, plan: TreePlan): string[] {
  const conflicts = new Set(plan.ops.filter(({ op }) => op === 'conflict').map(({ path }) => path));
  return [...stems.values()].flatMap(({ stem }) => (conflicts.has(`${stem}.strm`) ? [stem] : []));
}

/** A file whose path somebody else's file has does not stand there: it looks for another one the next time. */
function withoutConflicts(stems: ReadonlyMap<FileId, NewStem>, plan: TreePlan): Map<FileId, NewStem> {
  const lost = new Set(conflictsOf(stems, plan));
  return new Map([...stems].filter(([, { stem }]) => !lost.has(stem)));
}

/**
 * Rows for what is about to be written or taken away. A time of 0 fits no file: the next look reads and compares the
 * bytes, and an empty folder is no disk that is not mounted. What was made of addresses and NFO on the way is handed on.
 */
async function intentsOf(
  plan: TreePlan,
): Promise<{ rows: ManifestEntry[]; contents: Map<string, HashedBytes> }> {
  const rows: ManifestEntry[] = [];
  const contents = new Map<string, HashedBytes>();
  let madeBytes = 0;
  const yieldOften = createYielder();
  for (const step of plan.ops) {
    const others = yieldOften();
    if (others) await others;
    if (step.op === 'delete') rows.push({ ...step.entry, mtimeMs: 0 });
    if (step.op !== 'create' && step.op !== 'update') continue;
    const made = readyBytes(step.desired);
    if (made && madeBytes + made.bytes.length <= maxMadeBytes) {
      contents.set(step.path, made);
      madeBytes += made.bytes.length;
    }
    const bytes = made?.bytes ?? (await bytesOf(step.desired).catch(() => undefined));
    if (!bytes) continue;
    const hash = made?.hash ?? sha256(bytes);
    if (step.op === 'update' && step.entry && step.desired.kind !== 'strm')
      rows.push({ ...step.entry, nextSha256: hash });
    // An address that leads to another file now is that file's from here on, also when a kill comes in between; any
    // address of ours is known again.
    else rows.push(rowOf(step.desired, hash, { sizeBytes: bytes.length, mtimeMs: 0 }));
  }
  return { rows, contents };
}

function toManifestEntry({ fileId, kind, nextSha256, ...row }: TreeRow): ManifestEntry {
  return {
    ...row,
    kind: kind as EntryKind,
    ...(fileId ? { fileId } : {}),
    ...(nextSha256 ? { nextSha256 } : {}),
  };
}
