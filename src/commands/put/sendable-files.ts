import { lstat, opendir, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { hasWildcards, pathsThatFit } from '../../core/files/wildcards.ts';
import { isJunkFile, isJunkFolder } from '../../uploads/dav/junk.ts';

/** A file of this machine that is to be sent. */
export interface SendableFile {
  /** Absolute. */
  source: string;
  /** Its names from the folder on that was named; at last its own. */
  names: readonly string[];
  /** 0 where it could not be found out: whoever sends it says why. */
  sizeBytes: number;
}

/** Why something in a folder is not sent. */
export type WhyNotSent =
  | 'hidden'
  | 'junk'
  | 'link'
  | 'empty'
  | 'special'
  | 'unreadable'
  | 'deep'
  | 'folder'
  | 'nothing';

export interface SendableFiles {
  files: SendableFile[];
  /** In the order in which they were met. `path`: absolute, or the pattern that nothing fits. */
  leftOut: { path: string; why: WhyNotSent }[];
}

export interface SendingLimits {
  depth: number;
  entries: number;
}

/** No name of the account lies deeper; and what is more is no folder that somebody meant. */
const limits: SendingLimits = { depth: 64, entries: 500_000 };

/**
 * The files that words mean: a file as it is named, a folder with all that is in it, and what fits a pattern where
 * nothing has that name. In folders, links are followed nowhere, and what is hidden, empty, or was left by a program is
 * left out.
 */
export async function sendableFiles(
  cwd: string,
  words: readonly string[],
  { isRecursive, signal }: { isRecursive: boolean; signal: AbortSignal },
  max: SendingLimits = limits,
): Promise<SendableFiles> {
  const all: SendableFiles = { files: [], leftOut: [] };
  let seen = 0;
  const leave = (path: string, why: WhyNotSent) => void all.leftOut.push({ path, why });

  async function takeFolder(dir: string, names: readonly string[]): Promise<void> {
    signal.throwIfAborted();
    const folders: string[] = [];
    const found: string[] = [];
    try {
      for await (const entry of await opendir(dir)) {
        const path = join(dir, entry.name);
        if (++seen > max.entries) return leave(dir, 'deep');
        if (entry.isSymbolicLink()) leave(path, 'link');
        else if (entry.isDirectory() ? isJunkFolder(entry.name) : isJunkFile(entry.name)) leave(path, 'junk');
        else if (entry.name.startsWith('.')) leave(path, 'hidden');
        else if (entry.isDirectory()) folders.push(entry.name);
        else if (entry.isFile()) found.push(entry.name);
        else leave(path, 'special');
      }
    } catch {
      leave(dir, 'unreadable');
    }
    for (const name of found.sort()) await takeFound(join(dir, name), [...names, name]);
    for (const name of folders.sort())
      if (names.length + 2 > max.depth) leave(join(dir, name), 'deep');
      else await takeFolder(join(dir, name), [...names, name]);
  }

  async function takeFound(source: string, names: readonly string[]): Promise<void> {
    // What Node cannot write back is found by no name.
    const facts = await lstat(source).catch(() => undefined);
    if (!facts?.isFile()) leave(source, facts?.isSymbolicLink() ? 'link' : 'unreadable');
    else if (facts.size === 0) leave(source, 'empty');
    else all.files.push({ source, names, sizeBytes: facts.size });
  }

  for (const word of words) {
    for (const path of await pathsFor(cwd, word)) {
      const facts = await stat(path).catch(() => undefined);
      const name = basename(path);
      if (facts?.isDirectory()) {
        if (isRecursive) await takeFolder(path, name === '' ? [] : [name]);
        else leave(path, 'folder');
      } else if (!facts && path === resolve(cwd, word) && hasWildcards(word)) leave(word, 'nothing');
      else all.files.push({ source: path, names: [name], sizeBytes: facts?.size ?? 0 });
    }
  }
  return all;
}

/** What is there counts as it is written. @returns the word itself where nothing fits */
async function pathsFor(cwd: string, word: string): Promise<string[]> {
  const path = resolve(cwd, word);
  if (!hasWildcards(word) || (await lstat(path).catch(() => undefined))) return [path];
  // The folder where one is may have such a name.
  const isBelow = !word.startsWith(sep);
  const segments = (isBelow ? word : path).split(sep).filter((segment) => segment !== '');
  const fitting = await pathsThatFit(isBelow ? cwd : sep, segments, {
    join: (folder, name) => resolve(folder, name),
    namesIn: (folder) =>
      readdir(folder).then(
        (names) => names.sort(),
        () => [],
      ),
  });
  const found: string[] = [];
  for (const one of fitting) if (await lstat(one).catch(() => undefined)) found.push(one);
  return found.length > 0 ? found : [path];
}
