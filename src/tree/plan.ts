import { BridgeError } from '../core/errors.ts';
import { createYielder } from '../core/yield-often.ts';
import { type Disk, disk as ownDisk } from './disk.ts';
import type { PathState } from './disk-work.ts';
import { isTimeFor } from './file-times.ts';
import { bytesOf, isOwnAddress, isUntouched, readOwn, rowOf, seenOf, sha256 } from './tree-bytes.ts';
import { asDiskError, checkTreePath, errorCode, twinKey } from './tree-paths.ts';
import type { Desired, ManifestEntry, Seen, TreeOp, TreePlan } from './tree-types.ts';

const atOnce = 64;
const pathsAtOnce = 1000;

/**
 * Compares what should be with the manifest and the disk, and changes nothing. `manifest` holds the rows of the titles
 * that are planned: whatever is in it and not in `desired` is to be deleted.
 *
 * A file whose size and time equal its row is trusted unread. What a person wrote or edited becomes a conflict.
 * @throws BridgeError BRIDGE_INTERNAL for a path outside the tree or two desired entries with one path;
 *   BRIDGE_DISK when the disk cannot be read.
 */
export async function planTree({ dir, desired, manifest, disk = ownDisk }: PlanOptions): Promise<TreePlan> {
  const known = new Map(manifest.map((entry) => [entry.path, entry]));
  const wanted = new Map<string, Desired>();
  const yieldOften = createYielder();
  for (const item of desired) {
    await yieldOften();
    checkTreePath(item.path);
    if (wanted.has(item.path))
      throw new BridgeError('BRIDGE_INTERNAL', { detail: `twice in the plan: ${item.path}` });
    wanted.set(item.path, item);
  }
  const leaving = manifest.filter((entry) => !wanted.has(entry.path));
  for (const { path } of leaving) {
    await yieldOften();
    checkTreePath(path);
  }
  const paths = [...wanted.keys(), ...leaving.map((entry) => entry.path)];
  const standings = new Map<string, PathState>();
  for (let start = 0; start < paths.length; start += pathsAtOnce) {
    const some = paths.slice(start, start + pathsAtOnce);
    for (const [at, standing] of (await disk.states(dir, some)).entries())
      standings.set(some[at] as string, standing);
  }
  const context: PlanContext = {
    dir,
    known,
    stateOf: (path) => orThrow(standings.get(path)),
    leaving: new Map(leaving.map((entry) => [twinKey(entry.path), entry])),
  };
  const deletes = await inBatches(leaving, (entry) =>
    guard(dir, entry.path, () => planDelete(context, entry)),
  );
  // Of a first tree nothing is there, and nothing has to be read: each is told at once.
  const rest = await inBatches(await firstOfTwins(wanted.values()), (item) =>
    item.twin === undefined && standings.get(item.path)?.is === 'missing'
      ? toCreate(context, item.desired)
      : guard(dir, item.path, () => (item.twin ? twinConflict(item) : planOne(context, item.desired))),
  );
  const ops = [...deletes.sort(byPath), ...rest.sort(byPath)];
  const counts = { create: 0, update: 0, delete: 0, keep: 0, adopt: 0, conflict: 0 };
  for (const { op } of ops) counts[op]++;
  return { ops, counts };
}

export interface PlanOptions {
  dir: string;
  desired: readonly Desired[];
  manifest: readonly ManifestEntry[];
  disk?: Disk;
}

interface PlanContext {
  dir: string;
  known: ReadonlyMap<string, ManifestEntry>;
  leaving: ReadonlyMap<string, ManifestEntry>;
  /** @throws what the system refused with */
  stateOf: (relative: string) => Exclude<PathState, { is: 'refused' }>;
}

function orThrow(standing: PathState | undefined): Exclude<PathState, { is: 'refused' }> {
  if (standing?.is === 'refused') throw Object.assign(new Error(standing.code), { code: standing.code });
  return standing ?? { is: 'missing' };
}

async function planDelete({ dir, stateOf }: PlanContext, entry: ManifestEntry): Promise<TreeOp> {
  const { path } = entry;
  const standing = stateOf(path);
  if (standing.is === 'missing')
    return { op: 'delete', path, reason: 'no longer wanted, and already gone', entry };
  if (standing.is === 'obstacle') return { op: 'conflict', path, reason: standing.what, forget: true };
  const seen = seenOf(standing);
  if (isUntouched(entry, seen)) return { op: 'delete', path, reason: 'no longer wanted', seen, entry };
  const bytes = await readOwn(dir, path, seen);
  const hash = bytes && sha256(bytes);
  const isOwn = bytes && (isEmptied(bytes) || (entry.kind === 'strm' && isOwnAddress(bytes)));
  if (isOwn || isWritten(hash, entry)) {
    const known = { ...entry, ...(isWritten(hash, entry) && { sha256: hash }) };
    return { op: 'delete', path, reason: 'no longer wanted', seen, entry: known };
  }
  return { op: 'conflict', path, reason: 'no longer wanted, but edited by somebody else', forget: true };
}

async function planOne(context: PlanContext, desired: Desired): Promise<TreeOp> {
  const { path } = desired;
  const standing = context.stateOf(path);
  const entry = context.known.get(path);
  if (standing.is === 'obstacle') return { op: 'conflict', path, reason: standing.what, forget: false };
  if (standing.is === 'missing' || (!entry && (await isLeavingTwin(context, path, standing))))
    return toCreate(context, desired);
  const seen = seenOf(standing);
  return entry ? planKnown(context, desired, entry, seen) : planUnknownPath(context, desired, seen);
}

function toCreate({ known }: PlanContext, desired: Desired): TreeOp {
  const { path } = desired;
  return { op: 'create', path, reason: known.has(path) ? 'gone from the disk' : 'new', desired };
}

async function planKnown(
  context: PlanContext,
  desired: Desired,
  entry: ManifestEntry,
  seen: Seen,
): Promise<TreeOp> {
  const { path } = desired;
  const hash = await wantedHash(desired, entry);
  const untouched = isUntouched(entry, seen);
  const bytes = untouched ? undefined : await readOwn(context.dir, path, seen);
  const diskHash = untouched ? entry.sha256 : bytes && sha256(bytes);
  if (diskHash === hash) {
    const row = rowOf(desired, hash, seen);
    const changed =
      !untouched ||
      row.fileId !== entry.fileId ||
      row.titleKey !== entry.titleKey ||
      row.kind !== entry.kind ||
      entry.nextSha256 !== undefined;
    const reason = untouched ? 'same' : 'same content';
    const { mtimeMs } = desired;
    if (mtimeMs === undefined || isTimeFor(mtimeMs, seen.mtimeMs))
      return { op: 'keep', path, reason, entry: row, changed };
    return { op: 'keep', path, reason: 'same content, another time', entry: row, changed, touchMs: mtimeMs };
  }
  // Noted before it was to be written, and it never was: what lies there came from somebody else.
  if (entry.mtimeMs === 0 && desired.kind === 'strm' && diskHash !== entry.sha256)
    return planUnknownPath(context, desired, seen);
  const isOurs = isWritten(diskHash, entry);
  if (!isOurs && desired.kind !== 'strm' && !(bytes && isEmptied(bytes))) {
    return { op: 'conflict', path, reason: 'edited by somebody else', forget: false };
  }
  const reason = isOurs ? 'content differs' : 'changed on the disk';
  return {
    op: 'update',
    path,
    reason,
    desired,
    seen,
    entry: isOurs ? { ...entry, sha256: diskHash } : entry,
  };
}

async function planUnknownPath(context: PlanContext, desired: Desired, seen: Seen): Promise<TreeOp> {
  const { path } = desired;
  const bytes = await readOwn(context.dir, path, seen);
  if (bytes) {
    const hash = sha256(await bytesOf(desired));
    if (sha256(bytes) === hash) {
      return { op: 'adopt', path, reason: 'same content', entry: rowOf(desired, hash, seen), changed: true };
    }
    if (desired.kind === 'strm' && isOwnAddress(bytes)) {
      return { op: 'update', path, reason: 'an older address of ours', desired, seen };
    }
    if (isEmptied(bytes)) return { op: 'update', path, reason: 'empty', desired, seen };
  }
  return { op: 'conflict', path, reason: 'not written by Passerelle', forget: false };
}

/**
 * On a file system that ignores case, `a.strm` seems to be there while it is the `A.strm` that this plan deletes.
 */
async function isLeavingTwin(
  { leaving, stateOf }: PlanContext,
  path: string,
  standing: PathState,
): Promise<boolean> {
  const twin = leaving.get(twinKey(path));
  if (!twin || standing.is !== 'file') return false;
  const other = stateOf(twin.path);
  return (
    other.is === 'file' && other.stats.ino === standing.stats.ino && other.stats.dev === standing.stats.dev
  );
}

/** Two desired names that one file system may hold as one: the second is not written. */
async function firstOfTwins(
  all: Iterable<Desired>,
): Promise<{ path: string; desired: Desired; twin?: string }[]> {
  const seen = new Map<string, string>();
  const items: Awaited<ReturnType<typeof firstOfTwins>> = [];
  const yieldOften = createYielder();
  for (const desired of [...all].sort(byPath)) {
    await yieldOften();
    const key = twinKey(desired.path);
    const twin = seen.get(key);
    if (twin === undefined) seen.set(key, desired.path);
    items.push({ path: desired.path, desired, ...(twin !== undefined && { twin }) });
  }
  return items;
}

async function twinConflict({ path, twin }: { path: string; twin?: string }): Promise<TreeOp> {
  return { op: 'conflict', path, reason: `differs from ${twin} in case or accents only`, forget: false };
}

/** The hash that the file should have. A function is not called when the row is of the same file of the account. */
async function wantedHash(desired: Desired, entry: ManifestEntry): Promise<string> {
  const same = desired.fileId !== undefined && desired.fileId === entry.fileId && desired.kind === entry.kind;
  return typeof desired.content === 'function' && same ? entry.sha256 : sha256(await bytesOf(desired));
}

/** Whether it is what we wrote last, or what we were about to write when something came in between. */
function isWritten(hash: string | undefined, entry: ManifestEntry): hash is string {
  return hash !== undefined && (hash === entry.sha256 || hash === entry.nextSha256);
}

/** What a power cut leaves of a file whose bytes had not reached the disk: nobody's work. */
function isEmptied(bytes: Buffer): boolean {
  return bytes.length === 0;
}

async function guard(dir: string, path: string, work: () => Promise<TreeOp>): Promise<TreeOp> {
  try {
    return await work();
  } catch (error) {
    if (/^(?:EACCES|EPERM)$/.test(errorCode(error))) {
      return { op: 'conflict', path, reason: 'no right to read it', forget: false };
    }
    throw asDiskError(error, `${dir}/${path}`) ?? error;
  }
}

async function inBatches<T>(
  items: readonly T[],
  work: (item: T) => TreeOp | Promise<TreeOp>,
): Promise<TreeOp[]> {
  const results: TreeOp[] = [];
  const yieldOften = createYielder();
  for (let i = 0; i < items.length; i += atOnce) {
    const some = items.slice(i, i + atOnce).map(work);
    const isAtOnce = some.every((one): one is TreeOp => !(one instanceof Promise));
    results.push(...(isAtOnce ? some : await Promise.all(some)));
    await yieldOften();
  }
  return results;
}

function byPath(a: { path: string }, b: { path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
