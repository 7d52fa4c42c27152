import type { BigIntStats } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { isFolderLeftAlone, whyLeftAlone } from './left-alone.ts';

/** A file of an inbox as it is just now. */
export interface FoundFile {
  /** In the inbox, with `/`. */
  path: string;
  sizeBytes: number;
  /** Milliseconds UTC, whole. */
  modifiedAt: number;
  /** Another text is another file, or one that somebody has written to. */
  version: string;
}

export interface ScannedInbox {
  files: FoundFile[];
  /** Folders that could not be read, `''` for the inbox itself, and names that are no text; with what the system says. */
  unreadable: { path: string; error: Error }[];
  /** There is more than what is looked at. */
  isCut: boolean;
}

/** What lies deeper, or is more than this, waits until there is less. */
const limits = { depth: 16, entries: 100_000 };

/**
 * What may be sent out of a folder, in the order of its paths. Links are followed nowhere: neither a folder nor a file
 * that is one is looked at. What is left alone by its name, or is no file, is not among them.
 */
export async function scanInbox(
  dir: string,
  ignore: readonly string[],
  signal: AbortSignal,
  { depth, entries } = limits,
): Promise<ScannedInbox> {
  const result: ScannedInbox = { files: [], unreadable: [], isCut: false };
  const open = [''];
  let seen = 0;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    signal.throwIfAborted();
    try {
      for await (const entry of await opendir(join(dir, folder))) {
        if (++seen > entries) return cut(result);
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory()) {
          if (isFolderLeftAlone(path)) continue;
          if (path.split('/').length >= depth) result.isCut = true;
          else open.push(path);
        } else if (entry.isFile() && whyLeftAlone(path, ignore) === undefined) {
          const found = await factsOfFile(dir, path);
          if (found) result.files.push(found);
          // What Node cannot write back is read as this sign, and is found by no name.
          else if (path.includes('\ufffd'))
            result.unreadable.push({ path, error: Object.assign(new Error(path), { code: 'EILSEQ' }) });
        }
      }
    } catch (error) {
      result.unreadable.push({ path: folder, error: error as Error });
    }
  }
  return sorted(result);
}

function cut(result: ScannedInbox): ScannedInbox {
  result.isCut = true;
  return sorted(result);
}

function sorted(result: ScannedInbox): ScannedInbox {
  result.files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return result;
}

/** Undefined where it has gone, or no plain file stands there. */
export async function factsOfFile(dir: string, path: string): Promise<FoundFile | undefined> {
  const stats = await lstat(join(dir, path), { bigint: true }).catch(() => undefined);
  return stats?.isFile() ? foundOf(path, stats) : undefined;
}

/** The version holds the time of the last change of anything, which nobody can set. */
export function foundOf(path: string, stats: BigIntStats): FoundFile {
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return {
    path,
    sizeBytes: Number(size),
    modifiedAt: Number(mtimeNs / 1_000_000n),
    version: [dev, ino, size, mtimeNs, ctimeNs].join(':'),
  };
}
