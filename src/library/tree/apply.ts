import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { isBridgeError } from '../../errors.ts';
import { bytesOf, isUntouched, rowOf, seenOf, sha256 } from './tree-bytes.ts';
import { asDiskError, createLook, errorCode, systemPath } from './tree-paths.ts';
import type { ApplyResult, Desired, ManifestEntry, Seen, TreeOp, TreePlan, TreeTrash } from './tree-types.ts';

const temporaryName = /^\.passerelle-[0-9a-f]{16}\.tmp$/;

/** Each write waits for the disk several times, most of all on a network share. */
const writesAtOnce = 16;

/**
 * Does what the plan says: deletes, then empty folders, then writes (temporary name in the same folder, rename).
 * What stands for a file that is gone goes into `trash`, where one is given, and comes back from there.
 * Never throws for the disk: when it refuses for good or the signal aborts, the rest is left undone, `stopped` says why,
 * and `written` and `removed` say what is true on the disk.
 */
export async function applyTree(
  plan: TreePlan,
  { dir, signal, trash }: { dir: string; signal?: AbortSignal; trash?: TreeTrash },
): Promise<ApplyResult> {
  const result: ApplyResult = { written: [], removed: [], failed: [] };
  const goOn = (op: TreeOp, work: () => Promise<void>) => step(result, dir, op.path, signal, work);

  for (const op of plan.ops) {
    if (op.op === 'conflict' && op.forget) result.removed.push(op.path);
    if (op.op !== 'delete') continue;
    if (!(await goOn(op, () => remove(result, dir, op.path, op.seen, trash)))) return result;
  }
  const staying = plan.ops.filter((op) => op.op !== 'delete').map((op) => op.path);
  await pruneFolders(dir, result.removed, staying);

  const writes: (TreeOp & { op: 'create' | 'update' })[] = [];
  for (const op of plan.ops) {
    if ((op.op === 'keep' || op.op === 'adopt') && op.changed) result.written.push(op.entry);
    if (op.op === 'create' || op.op === 'update') writes.push(op);
  }
  for (let start = 0; start < writes.length; start += writesAtOnce) {
    // Parents are looked at, and made, once for all that is written together.
    const desk: Desk = { dir, signal, trash, look: createLook(dir), made: new Set() };
    const some = writes.slice(start, start + writesAtOnce).map((op) => {
      const seen = op.op === 'update' ? op.seen : undefined;
      return goOn(op, async () => void result.written.push(await write(desk, op.desired, seen)));
    });
    if ((await Promise.all(some)).includes(false)) return result;
  }
  return result;
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

async function remove(
  result: ApplyResult,
  dir: string,
  relative: string,
  seen: Seen | undefined,
  trash: TreeTrash | undefined,
): Promise<void> {
  const standing = await createLook(dir)(relative);
  if (standing.is === 'file') {
    if (!seen || !isUntouched(seen, seenOf(standing))) throw changed();
    const full = systemPath(dir, relative);
    if (!(await trash?.take(relative, full))) await unlink(full);
  } else if (standing.is === 'obstacle') {
    throw changed();
  }
  result.removed.push(relative);
}

interface Desk {
  dir: string;
  signal: AbortSignal | undefined;
  trash: TreeTrash | undefined;
  look: ReturnType<typeof createLook>;
  /** Folders that are there for certain. */
  made: Set<string>;
}

async function write(
  { dir, signal, trash, look, made }: Desk,
  desired: Desired,
  seen: Seen | undefined,
): Promise<ManifestEntry> {
  const bytes = await bytesOf(desired);
  signal?.throwIfAborted();
  const target = systemPath(dir, desired.path);
  // Before mkdir: a parent that is a link must not be followed, not even to make a folder behind it.
  const standing = await look(desired.path);
  const expected = seen
    ? standing.is === 'file' && isUntouched(seen, seenOf(standing))
    : standing.is === 'missing';
  if (!expected) throw changed();
  const folder = path.dirname(target);
  if (!made.has(folder)) await mkdir(folder, { recursive: true });
  made.add(folder);
  const hash = sha256(bytes);
  if (!seen && (await trash?.giveBack(desired.path, hash, target)))
    return rowOf(desired, hash, seenOf({ stats: await stat(target) }));
  const temporary = path.join(folder, `.passerelle-${randomBytes(8).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(bytes);
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  return rowOf(desired, hash, seenOf({ stats: await stat(target) }));
}

/** Removes the folders that the deletes left empty, from the inside out. `dir` itself stays, and so does what is needed. */
async function pruneFolders(
  dir: string,
  removed: readonly string[],
  staying: readonly string[],
): Promise<void> {
  const needed = new Set<string>();
  for (const file of staying) for (const parent of parents(file)) needed.add(parent);
  const emptied = new Set(removed.flatMap(parents));
  const deepestFirst = [...emptied]
    .filter((parent) => !needed.has(parent))
    .sort((a, b) => b.length - a.length);
  const look = createLook(dir);
  for (const folder of deepestFirst) {
    // A parent that is a link leads elsewhere: nothing is removed behind it.
    if ((await look(`${folder}/x`).catch(() => undefined))?.is !== 'missing') continue;
    const full = systemPath(dir, folder);
    const names = await readdir(full).catch(() => undefined);
    if (!names?.every((name) => temporaryName.test(name))) continue;
    for (const name of names) await rm(path.join(full, name), { force: true }).catch(() => undefined);
    await rmdir(full).catch(() => undefined);
  }
}

function parents(relative: string): string[] {
  const segments = relative.split('/').slice(0, -1);
  return segments.map((_, i) => segments.slice(0, i + 1).join('/'));
}

function changed(): Error {
  return Object.assign(new Error('changed since the plan was made'), { code: 'CHANGED' });
}
