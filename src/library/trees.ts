import { resolve } from 'node:path';
import type { Recognition } from '../naming/text/recognition.ts';
import type { LibraryFile } from './layout.ts';
import { isExtraStem } from './place.ts';
import { type Profile, type ProfileName, profiles, type TreeSetting } from './profiles.ts';
import { shelfAt, shelfOf, titleKey } from './shelf.ts';

/** One tree that is written. */
export interface Tree {
  /** What its rows in the catalog are found by; '' for the one in `library.dir`, which may be moved. */
  name: string;
  /** Absolute. */
  dir: string;
  profile: Profile;
  /** Account paths; undefined = all. */
  roots: readonly string[] | undefined;
  kinds: ReadonlySet<string> | undefined;
}

/** At least one; the first is the one that is shown over HTTP. */
export type Trees = readonly [Tree, ...Tree[]];

export interface TreeSettings {
  dir: string;
  profile: ProfileName;
  trees: readonly TreeSetting[];
}

/** The trees of the settings: those of `library.trees`, or the one in `library.dir`. */
export function treesOf({ dir, profile, trees }: TreeSettings): Trees {
  if (trees.length === 0)
    return [{ name: '', dir: resolve(dir), profile: profiles[profile], roots: undefined, kinds: undefined }];
  const [first, ...rest] = trees.map((tree) => ({
    name: resolve(tree.dir) === resolve(dir) ? '' : resolve(tree.dir),
    dir: resolve(tree.dir),
    profile: profiles[tree.profile ?? profile],
    roots: tree.roots,
    kinds: tree.kinds && new Set(tree.kinds),
  }));
  return [first as Tree, ...rest];
}

/** The key of this file's title in a tree, undefined when it does not belong there. */
export function keyIn(tree: Tree, file: LibraryFile, recognition: Recognition): string | undefined {
  const shelf = shelfOf(file, recognition);
  return shelf !== undefined && admits(tree, file, shelf)
    ? titleKey(file, recognition, tree.profile)
    : undefined;
}

/** Whether the settings let a file that has its path stand in the tree. */
export function admitsAt(tree: Tree, file: LibraryFile, stem: string): boolean {
  return admits(tree, file, isExtraStem(stem) ? 'extra' : shelfAt(stem));
}

/** Whether the settings let a file of this kind stand in the tree. */
export function admits({ roots, kinds }: Tree, { path }: LibraryFile, kind: string): boolean {
  const isBelow = roots?.some((root) => root === '/' || path.startsWith(`${root}/`)) ?? true;
  return isBelow && (kinds?.has(kind) ?? true);
}

/** Keys of titles by the name of their tree. */
export type TitlesByTree = Map<string, Set<string>>;
