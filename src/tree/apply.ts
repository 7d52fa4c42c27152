import { mkdir, readdir, rm, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { isBridgeError } from '../core/errors.ts';
import { isMomentary } from '../core/files/folder-check.ts';
import { createYielder } from '../core/yield-often.ts';
import { type Disk, disk as ownDisk } from './disk.ts';
import type { ToWrite, Wrote } from './disk-work.ts';
import { timeFor } from './file-times.ts';
import { bytesOf, type HashedBytes, isUntouched, rowOf, seenOf, sha256 } from './tree-bytes.ts';
import { asDiskError, errorCode, systemPath } from './tree-paths.ts';
import type { ApplyResult, Seen, TreeOp, TreePlan, TreeTrash } from './tree-types.ts';

/** Handed to the disk in one go: an abort waits for no more, and what is held in memory is little. */
const writesAtOnce = 64;
/** Pictures and subtitles are read before they are handed over, and copied on the way to a thread. */
const bytesAtOnce = 4_000_000;

/**
 * Does what the plan says: deletes, then empty folders, then updates and creates (temporary name in the same folder, rename).
 * What stands for a file that is gone goes into `trash`, where one is given, and comes back from there.
 * Never throws for the disk: when it refuses for good or the signal aborts, the rest is left undone, `stopped` says why,
 * and `written` and `removed` say what is true on the disk.
 */
export async function applyTree(
  plan: TreePlan,
  { dir, signal, trash, contents, disk = ownDisk }: ApplyOptions,
): Promise<ApplyResult> {
  const result: ApplyResult = { written: [], removed: [], failed: [] };
  const context: ApplyContext = { dir, disk, trash, result };
  const goOn = (op: TreeOp, work: () => Promise<void>) => step(result, dir, op.path, signal, work);

  for (const op of plan.ops) {
    if (op.op === 'conflict' && op.forget) result.removed.push(op.path);
    if (op.op !== 'delete') continue;
    if (!(await goOn(op, () => remove(context, op.path, op.seen)))) return result;
  }
  const staying = plan.ops.filter((op) => op.op !== 'delete').map((op) => op.path);
  await pruneFolders(context, staying);

  const kept = plan.ops.filter((op): op is Kept => op.op === 'keep' || op.op === 'adopt');
  for (const op of kept) if (op.changed && op.touchMs === undefined) result.written.push(op.entry);
  await giveTimes(context, kept);
  // What leaves a path to another file may be created elsewhere: a kill in between must not show it twice.
  const writes: Write[] = [
    ...plan.ops.filter((op) => op.op === 'update'),
    ...plan.ops.filter((op) => op.op === 'create'),
  ];
  let some: Ready[] = [];
  const writeSome = async () => {
    const these = some;
    some = [];
    return writeTogether(context, these);
  };
  const yieldOften = createYielder();
  const ready = async (op: Write, made?: HashedBytes) => {
    const bytes = made?.bytes ?? (await bytesOf(op.desired));
    signal?.throwIfAborted();
    const one = { op, bytes, hash: made?.hash ?? sha256(bytes) };
    if (op.op === 'update' || !trash?.holds(op.path) || !(await bringBack(context, one, trash)))
      some.push(one);
  };
  for (const op of writes) {
    const others = yieldOften();
    if (others) await others;
    const made = contents?.get(op.path);
    // Nearly all of a first tree: nothing has to be read or asked for it.
    const isReady = made && !signal?.aborted && (op.op === 'update' || !trash?.holds(op.path));
    if (isReady) some.push({ op, ...made });
    const goesOn = isReady || (await goOn(op, () => ready(op, made)));
    if (goesOn && !isHandful(some)) continue;
    if (!(await writeSome()) || !goesOn) return result;
  }
  await writeSome();
  return result;
}

function isHandful(some: readonly Ready[]): boolean {
  return some.length >= writesAtOnce || some.reduce((sum, { bytes }) => sum + bytes.length, 0) >= bytesAtOnce;
}

export interface ApplyOptions {
  dir: string;
  signal?: AbortSignal;
  trash?: TreeTrash;
  /** What was made already of what is to be written, by path. */
  contents?: ReadonlyMap<string, HashedBytes>;
  disk?: Disk;
}

type Kept = TreeOp & { op: 'keep' | 'adopt' };
type Write = TreeOp & { op: 'create' | 'update' };

interface ApplyContext {
  dir: string;
  disk: Disk;
  trash: TreeTrash | undefined;
  result: ApplyResult;
}

/** Whether to go on. An error of one file is noted; one of the disk as a whole stops. */
async function step(
  result: ApplyResult,
  dir: string,
  relative: string,
  signal: AbortSignal | undefined,
  work: () => Promise<void>,
): Promise<boolean> {
  if (signal?.aborted) {
    result.stopped = { aborted: signal.reason };
    return false;
  }
  try {
    await work();
    return true;
  } catch (error) {
    if (signal?.aborted) {
      result.stopped = { aborted: signal.reason };
      return false;
    }
    result.failed.push({ path: relative, code: errorCode(error) });
    const disk = isBridgeError(error, 'BRIDGE_DISK') ? error : asDiskError(error, `${dir}/${relative}`);
    if (disk) result.stopped = disk;
    return !disk;
  }
}

async function remove({ dir, disk, trash, result }: ApplyContext, relative: string, seen: Seen | undefined) {
  const [standing] = await disk.states(dir, [relative]);
  if (standing?.is === 'file') {
    if (!seen || !isUntouched(seen, seenOf(standing))) throw failure('CHANGED');
    const full = systemPath(dir, relative);
    if (!(await trash?.take(relative, full))) await unlink(full);
  } else if (standing?.is !== 'missing') {
    throw failure(standing?.is === 'refused' ? standing.code : 'CHANGED');
  }
  result.removed.push(relative);
}

/** A file with its content at hand. */
interface Ready extends HashedBytes {
  op: Write;
}

/** @returns false when the disk as a whole refused, and nothing more is to be tried */
async function writeTogether({ dir, disk, result }: ApplyContext, some: readonly Ready[]): Promise<boolean> {
  const files = some.map(({ op, bytes }): ToWrite => {
    const seen = op.op === 'update' ? op.seen : undefined;
    return { path: op.path, content: bytes, seen, mtimeMs: timeFor(op.desired.mtimeMs, seen?.mtimeMs) };
  });
  const wrote = files.length === 0 ? [] : await disk.write(dir, files);
  let goesOn = true;
  for (const [at, { op, hash }] of some.entries()) {
    const one: Wrote | undefined = wrote[at];
    if (!one) break;
    if (!('code' in one)) result.written.push(rowOf(op.desired, hash, one));
    else goesOn = await step(result, dir, op.path, undefined, () => Promise.reject(failure(one.code)));
  }
  return goesOn;
}

/** Files that are right but for their time. One that somebody has changed meanwhile is left to the next look. */
async function giveTimes({ dir, disk, result }: ApplyContext, kept: readonly Kept[]): Promise<void> {
  const late = kept.flatMap(({ path, entry, touchMs: mtimeMs }) =>
    mtimeMs === undefined ? [] : [{ path, entry, seen: entry, mtimeMs }],
  );
  for (let start = 0; start < late.length; start += writesAtOnce) {
    const some = late.slice(start, start + writesAtOnce);
    const touched = await disk.touch(
      dir,
      some.map(({ path, seen, mtimeMs }) => ({ path, seen, mtimeMs })),
    );
    for (const [at, one] of touched.entries())
      if (!('code' in one)) result.written.push({ ...(some[at] as (typeof some)[0]).entry, ...one });
  }
}

/** What came from this path lies in the trash, and comes back with its old time. @returns false when it has to be written */
async function bringBack(
  { dir, disk, result }: ApplyContext,
  { op, hash }: Ready,
  trash: TreeTrash,
): Promise<boolean> {
  const state = async () => (await disk.states(dir, [op.path]))[0];
  if ((await state())?.is !== 'missing') throw failure('CHANGED');
  const full = systemPath(dir, op.path);
  await mkdir(path.dirname(full), { recursive: true });
  if (!(await trash.giveBack(op.path, hash, full))) return false;
  const standing = await state();
  if (standing?.is !== 'file') throw failure('CHANGED');
  result.written.push(rowOf(op.desired, hash, seenOf(standing)));
  return true;
}

/** Removes the folders that the deletes left empty, from the inside out. `dir` itself stays, and so does what is needed. */
async function pruneFolders({ dir, disk, result }: ApplyContext, staying: readonly string[]): Promise<void> {
  if (result.removed.length === 0) return;
  const needed = new Set<string>();
  const yieldOften = createYielder();
  for (const file of staying) {
    await yieldOften();
    for (const parent of parents(file)) needed.add(parent);
  }
  const emptied = new Set(result.removed.flatMap(parents));
  const deepestFirst = [...emptied]
    .filter((parent) => !needed.has(parent))
    .sort((a, b) => b.length - a.length);
  for (const folder of deepestFirst) {
    // A parent that is a link leads elsewhere: nothing is removed behind it.
    if ((await disk.states(dir, [`${folder}/x`]))[0]?.is !== 'missing') continue;
    const full = systemPath(dir, folder);
    const names = await readdir(full).catch(() => undefined);
    if (!names?.every((name) => isMomentary(name))) continue;
    for (const name of names) await rm(path.join(full, name), { force: true }).catch(() => undefined);
    await rmdir(full).catch(() => undefined);
  }
}

function parents(relative: string): string[] {
  const segments = relative.split('/').slice(0, -1);
  return segments.map((_, i) => segments.slice(0, i + 1).join('/'));
}

/** `CHANGED`: since the plan was made. */
function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
