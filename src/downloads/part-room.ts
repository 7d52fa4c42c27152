import { link, rename, rm, statfs } from 'node:fs/promises';
import { BridgeError } from '../core/errors.ts';
import { exists } from '../core/files/exists.ts';

/** Told before the first byte: a film that cannot be whole need not begin. @throws BridgeError BRIDGE_DISK */
export async function mustHaveRoom(dir: string, bytes: number): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(dir);
  // Some network file systems tell nothing of their size.
  if (blocks === 0 || bavail * bsize >= bytes) return;
  const missing = Math.ceil((bytes - bavail * bsize) / 1e6);
  throw new BridgeError('BRIDGE_DISK', {
    says: `The disk of ${dir} has no room for it: ${missing} MB are missing`,
    remedy: 'Make room, or name another folder',
  });
}

/** A second name takes what is there from nobody; where the file system knows no such thing, it is looked at before. */
export async function nameAs(path: string, target: string, replaces: boolean): Promise<void> {
  const isThere = new BridgeError('BRIDGE_DOWNLOAD_EXISTS', { detail: target });
  if (replaces) return rename(path, target);
  try {
    await link(path, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || (await exists(target))) throw isThere;
    return rename(path, target);
  }
  await rm(path);
}
