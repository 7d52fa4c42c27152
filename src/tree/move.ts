import { randomBytes } from 'node:crypto';
import { copyFile, rename, rm, stat, unlink, utimes } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from './tree-paths.ts';

/**
 * Moves a file, over the border of two file systems too, and keeps its time. The old one goes only when the new one is
 * whole. The folder of `to` must be there. @throws what the system throws; then `from` is as it was
 */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
    await copyOver(from, to);
  }
}

/** {@link moveFile} by copy, for where a rename cannot reach. */
export async function copyOver(from: string, to: string): Promise<void> {
  // The name that a kill leaves behind is one that the tree clears away itself.
  const temporary = path.join(path.dirname(to), `.passerelle-${randomBytes(8).toString('hex')}.tmp`);
  try {
    const { atimeMs, mtimeMs } = await stat(from);
    await copyFile(from, temporary);
    await utimes(temporary, atimeMs / 1000, mtimeMs / 1000);
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await unlink(from);
}
