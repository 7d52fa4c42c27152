import type { Change } from '../servers/adapter.ts';

/** What was done to a tree: paths relative to its folder, with `/`. */
export interface Written {
  created: readonly string[];
  updated: readonly string[];
  removed: readonly string[];
}

/** A folder of a tree ('' = the tree itself) and what happened to files in it. */
export interface FolderChange {
  dir: string;
  /** Sum of {@link changeBits}. */
  changes: number;
  /** A film or an episode came or went; texts and subtitles alone are of less worth. */
  major: boolean;
}

export const changeBits: Readonly<Record<Change, number>> = { created: 1, updated: 2, removed: 4 };

/** More folders than this in one go are taken together: every one is a scan of its own for the server. */
export const maxFolders = 50;

/** Titles stand at `Movies/<title>` and `Shows/<title>`: what lies deeper is part of one. */
const titleDepth = 2;

/** Folders in which files changed. */
export function gather(written: Written): FolderChange[] {
  const folders = new Map<string, FolderChange>();
  for (const [change, bit] of Object.entries(changeBits)) {
    for (const path of written[change as Change]) {
      // A STRM that is only written anew (another address) leaves the library as it is.
      const major = change !== 'updated' && path.endsWith('.strm');
      put(folders, { dir: outerOf(path), changes: bit, major });
    }
  }
  return [...folders.values()];
}

/**
 * The fewest folders that cover all of these: none lies in another, several parts of one title become the title, and
 * more than `max` become the folders above them, the fullest first.
 */
export function reduce(changes: readonly FolderChange[], max = maxFolders): FolderChange[] {
  let folders = new Map<string, FolderChange>();
  for (const change of changes) put(folders, change);
  folders = withoutInner(folders);
  for (;;) {
    const byParent = Map.groupBy(folders.values(), ({ dir }) => outerOf(dir));
    byParent.delete('');
    const parts = [...byParent].filter(([dir, inner]) => depthOf(dir) >= titleDepth && inner.length > 1);
    const join = parts.length > 0 ? parts : fullest(byParent, folders.size - max);
    if (join.length === 0) return [...folders.values()].sort((a, b) => (a.dir < b.dir ? -1 : 1));
    for (const [dir, inner] of join)
      for (const { changes: bits, major } of inner) put(folders, { dir, changes: bits, major });
    folders = withoutInner(folders);
  }
}

/** What to call a folder with these changes. */
export function changeOf(bits: number): Change {
  if (bits & changeBits.created) return 'created';
  return bits === changeBits.removed ? 'removed' : 'updated';
}

/** The folder above; '' for one at the top. */
export function outerOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function put(folders: Map<string, FolderChange>, { dir, changes, major }: FolderChange): void {
  const known = folders.get(dir);
  folders.set(dir, {
    dir,
    changes: (known?.changes ?? 0) | changes,
    major: major || (known?.major ?? false),
  });
}

/** A scan of a folder is one of all below it. */
function withoutInner(folders: ReadonlyMap<string, FolderChange>): Map<string, FolderChange> {
  const outer = new Map<string, FolderChange>();
  for (const change of folders.values()) {
    let dir = change.dir;
    for (let up = change.dir; up !== ''; ) {
      up = outerOf(up);
      if (folders.has(up)) dir = up;
    }
    put(outer, { ...change, dir });
  }
  return outer;
}

/**
 * The folders above most of them, as many as take away `tooMany`; of equals the deepest, which are the smallest scans.
 * Where each has but one below it, all of the deepest: further up they meet.
 */
function fullest(byParent: ReadonlyMap<string, FolderChange[]>, tooMany: number): [string, FolderChange[]][] {
  if (tooMany <= 0) return [];
  const groups = [...byParent]
    .map(([dir, inner]) => ({ dir, inner, depth: depthOf(dir) }))
    .sort((a, b) => b.inner.length - a.inner.length || b.depth - a.depth);
  const [first] = groups;
  if (!first) return [];
  let left = tooMany;
  const taken = groups.filter(({ inner, depth }) => {
    if (first.inner.length === 1) return depth === first.depth;
    if (left <= 0) return false;
    left -= inner.length - 1;
    return inner.length > 1;
  });
  return taken.map(({ dir, inner }) => [dir, inner]);
}

function depthOf(dir: string): number {
  return dir === '' ? 0 : dir.split('/').length;
}
