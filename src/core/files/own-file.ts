import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';

/** No file of ours is larger; a larger one is a person's and is not read. */
export const maxOwnBytes = 32 * 1024 * 1024;

/**
 * Reads a file below a folder without following a link anywhere on the way: whoever may write there must not have others
 * read what only we may. The folder itself may be one. @param relative names with `/` between them, none of them `..`
 * @param maxBytes a larger file is refused
 * @throws Error of the system; ELOOP where a link, or no plain file, stands in the way; EFBIG
 */
export async function readOwnFile(dir: string, relative: string, maxBytes = maxOwnBytes): Promise<OwnFile> {
  const handle = await openBelow(dir, relative);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw fault('ELOOP', relative);
    if (stats.size > maxBytes) throw fault('EFBIG', relative);
    return { bytes: await handle.readFile(), stats };
  } finally {
    await handle.close();
  }
}

export interface OwnFile {
  bytes: Buffer;
  /** Of the very file that was read. */
  stats: Pick<Stats, 'size' | 'mtimeMs' | 'nlink'>;
}

const { O_RDONLY, O_NOFOLLOW, O_DIRECTORY, O_NONBLOCK } = constants;
// Non-blocking: a pipe that somebody put there would be waited for.
const asFile = O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);
const asFolder = O_RDONLY | (O_NOFOLLOW ?? 0) | (O_DIRECTORY ?? 0);

/**
 * Each folder is opened from within the one above it: what is exchanged between a look and the opening changes nothing.
 * Where the system has no names for what is open, every part is looked at behind the opening instead.
 */
async function openBelow(dir: string, relative: string): Promise<FileHandle> {
  const names = relative.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..')) throw fault('ENOENT', relative);
  if (process.platform !== 'linux') return openAndCheck(dir, names);
  const last = names.pop() as string;
  let folder = await open(dir, O_RDONLY | O_DIRECTORY);
  try {
    for (const name of names) {
      const next = await openWithin(folder, name, asFolder);
      await folder.close();
      folder = next;
    }
    return await openWithin(folder, last, asFile);
  } finally {
    await folder.close();
  }
}

/** A name within an open folder, as Linux lets it be written. */
const openWithin = (folder: FileHandle, name: string, flags: number) =>
  open(`/proc/self/fd/${folder.fd}/${name}`, flags);

async function openAndCheck(dir: string, names: readonly string[]): Promise<FileHandle> {
  const handle = await open(join(dir, ...names), asFile);
  try {
    const opened = await handle.stat();
    for (let depth = 1; depth < names.length; depth++)
      if (!(await lstat(join(dir, ...names.slice(0, depth)))).isDirectory())
        throw fault('ELOOP', names.join('/'));
    const found = await lstat(join(dir, ...names));
    if (found.ino !== opened.ino || found.dev !== opened.dev) throw fault('ELOOP', names.join('/'));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function fault(code: string, relative: string): Error {
  return Object.assign(new Error(`${code}: ${relative}`), { code });
}
