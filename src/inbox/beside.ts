import { hash } from 'node:crypto';
import { lstatSync, unlinkSync } from 'node:fs';
import { link, lstat, open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readOwnFile } from '../core/files/own-file.ts';
import { type FoundFile, foundOf } from './scan-inbox.ts';

/** Hex. */
export const hashOf = (text: string) => hash('sha256', text);

/** A longer one is no STRM file. */
const maxStrmBytes = 16 * 1024;

/** Whether a folder is where its path says, below the inbox, and no link leads elsewhere. */
export async function isInInbox(dir: string, path: string): Promise<boolean> {
  try {
    const [top, folder] = await Promise.all([realpath(dir), realpath(join(dir, dirname(path)))]);
    return folder === join(top, dirname(path));
  } catch {
    return false;
  }
}

/** Where the STRM file of a video stands: beside it, with its name up to the extension. */
export function strmPathOf(path: string): string {
  const name = basename(path);
  const dot = name.lastIndexOf('.');
  return join(dirname(path), `${dot > 0 ? name.slice(0, dot) : name}.strm`);
}

/** What stands at a path of an inbox. */
export type StandingFile = 'nothing' | 'same' | 'other';

/** @throws the fault of the disk */
export async function standingAt(dir: string, path: string, content: string): Promise<StandingFile> {
  return whatStands(dir, path, (text) => text === content);
}

/** The same, by the SHA-256 of what is expected there. */
export async function standingByHash(dir: string, path: string, expected: string): Promise<StandingFile> {
  return whatStands(dir, path, (text) => hashOf(text) === expected);
}

async function whatStands(
  dir: string,
  path: string,
  isSame: (text: string) => boolean,
): Promise<StandingFile> {
  try {
    const { bytes } = await readOwnFile(dir, path, maxStrmBytes);
    return isSame(bytes.toString('utf8')) ? 'same' : 'other';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'nothing';
    if (code === 'ELOOP' || code === 'EFBIG' || code === 'EISDIR') return 'other';
    throw error;
  }
}

/**
 * Writes a STRM file under a temporary name, brings it to the disk, and gives it its own. What stands there is never
 * replaced, unless `replaces` says so. A kill leaves the temporary name, which the next time writes over.
 * @param like the rights and the time of this file are those of the STRM
 * @throws the fault of the disk; EEXIST where something came into its place
 */
export async function writeStrm(
  dir: string,
  path: string,
  content: string,
  { like, replaces = false }: { like?: string; replaces?: boolean } = {},
): Promise<void> {
  const file = join(dir, path);
  const temporary = join(dirname(file), `.passerelle-${hashOf(basename(path)).slice(0, 16)}.tmp`);
  const model = await lstat(like === undefined ? file : join(dir, like));
  try {
    await rm(temporary, { force: true });
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.chmod(model.mode & 0o666);
      await handle.utimes(model.atime, model.mtime);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (replaces) await rename(temporary, file);
    else await renameToNothing(temporary, file);
    await syncFolder(dirname(file));
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** A second name is never given to what is there: what somebody has put into its place meanwhile stays. */
async function renameToNothing(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // File systems without second names: a look and a rename are the nearest that they have.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
    if (await lstat(to).catch(() => undefined))
      throw Object.assign(new Error('EEXIST'), { code: 'EEXIST', cause: error });
    await rename(from, to);
  }
}

/** So that a name that was given outlives a loss of power. Not every file system lets a folder be asked for that. */
async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r').catch(() => undefined);
  try {
    await handle?.sync();
  } catch {
    // The name is there all the same.
  } finally {
    await handle?.close();
  }
}

/**
 * Takes one name of a file away, if it is still the very same: other names of it, as of a torrent that is seeded, stay.
 * @returns whether it has gone
 * @throws the fault of the disk
 */
export function removeSame(dir: string, { path, version }: FoundFile): boolean {
  const file = join(dir, path);
  // In one turn: nothing of this process comes between the look and the removal.
  const now = lstatSync(file, { bigint: true, throwIfNoEntry: false });
  if (!now?.isFile() || foundOf(path, now).version !== version) return false;
  unlinkSync(file);
  return true;
}
