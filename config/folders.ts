import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { InboxSetting } from '../src/inbox/setting.ts';
import type { TreeSetting } from '../src/library/profiles.ts';
import type { Fault } from './faults.ts';

/** The settings that name folders. */
export interface FolderSettings {
  dataDir: string;
  library: { dir: string; trees: readonly TreeSetting[] };
  inbox: readonly Pick<InboxSetting, 'dir'>[];
}

export interface Comparison {
  clashes: Fault[];
  /** What works and is most likely not meant. */
  warnings: string[];
}

const paths = ['dataDir', 'library.dir', 'library.trees', 'inbox'];

/** Below dataDir, and ours alone. */
const ownFolders = ['cache', 'compile', 'sidecars', 'trash'];

/** Whether each of them is right by itself. */
export function foldersAreRight(faults: readonly Fault[]): boolean {
  return !faults.some(({ path }) => paths.includes(path));
}

/**
 * Holds the folders against each other: two trees in one folder, or one inside another, would take each other's files
 * for a person's, and the keys in dataDir are for nobody's eyes. Links and mounts are followed as far as they are there.
 */
export function compareFolders(folders: FolderSettings, sourceOf: (path: string) => string): Comparison {
  const { dataDir, library } = folders;
  // With trees of its own `library.dir` is written only when it is one of them.
  const path = library.trees.length === 0 ? 'library.dir' : 'library.trees';
  const dirs = library.trees.length === 0 ? [library.dir] : library.trees.map(({ dir }) => dir);
  const pairs = dirs.flatMap((dir, at) => dirs.slice(at + 1).map((other) => [dir, other] as const));
  const data = library.trees.length === 0 ? 'dataDir' : `dataDir (${dataDir})`;
  const wrongs = pairs.flatMap(([a, b]) => clash(a, b, b));
  const warnings: string[] = [];
  for (const dir of dirs) {
    const [wrong] = clash(dir, dataDir, data);
    if (wrong === undefined) continue;
    // An only tree in dataDir was always possible.
    if (library.trees.length === 0 && isInside(dir, dataDir) && !isOwn(dir, dataDir))
      warnings.push(
        `library.dir (${sourceOf('library.dir')}): ${wrong}, which only this user may read; a media server that is another user sees nothing there`,
      );
    else wrongs.push(wrong);
  }
  const right = 'give each tree a folder of its own, outside of dataDir';
  return {
    clashes: [
      ...wrongs.map((wrong) => ({ path, source: sourceOf(path), wrong, right })),
      ...inboxClashes(folders, dirs, sourceOf('inbox')),
    ],
    warnings,
  };
}

/** What lies in an inbox is sent, and may be deleted: keys and catalog, STRM files, what another one sends. */
function inboxClashes({ dataDir, inbox }: FolderSettings, trees: readonly string[], source: string): Fault[] {
  const dirs = inbox.map(({ dir }) => dir);
  const right = 'give each inbox a folder of its own, outside of dataDir and of the library';
  return dirs.flatMap((dir, at) =>
    [
      ...clash(dir, dataDir, `dataDir (${dataDir})`),
      ...trees.flatMap((tree) => clash(dir, tree, `the library (${tree})`)),
      ...dirs.slice(0, at).flatMap((other) => clash(dir, other, other)),
    ].map((wrong) => ({ path: 'inbox', entry: `entry ${at + 1}, dir`, source, wrong, right })),
  );
}

function clash(a: string, b: string, bWords: string): string[] {
  if (isSame(a, b)) return [bWords === 'dataDir' ? `${a} is dataDir` : `${a} and ${bWords} are one folder`];
  if (isInside(a, b)) return [`${a} lies in ${bWords}`];
  return isInside(b, a) ? [`${bWords} lies in ${a}`] : [];
}

function isOwn(dir: string, dataDir: string): boolean {
  return ownFolders.some((name) => {
    const own = join(dataDir, name);
    return isSame(dir, own) || isInside(dir, own);
  });
}

function isSame(a: string, b: string): boolean {
  return identityOf(realPath(a)) === identityOf(realPath(b));
}

function isInside(inner: string, outer: string): boolean {
  const goal = identityOf(realPath(outer));
  for (let path = realPath(inner); path !== dirname(path); ) {
    path = dirname(path);
    if (identityOf(path) === goal) return true;
  }
  return false;
}

/** With every link on the way followed; what is not there yet stands behind it as it is written. */
function realPath(dir: string): string {
  const path = resolve(dir);
  try {
    return realpathSync(path);
  } catch {
    return path === dirname(path) ? path : join(realPath(dirname(path)), basename(path));
  }
}

/** The same for a folder whatever name it was reached by: two mounts of one folder, two ways to write its case. */
function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return path;
  }
}
