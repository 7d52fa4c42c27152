import type { Bridge } from '../../../src/bridge.ts';
import { BridgeError } from '../../../src/core/errors.ts';

/** What says that there is no file of ours: a link, a pipe or a file far too large in its place among it. */
const notOurs = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'EFBIG', 'ENXIO', 'ENAMETOOLONG']);

/**
 * A file of a tree that the manifest names, without a link followed on the way.
 * @param noted size and time as the manifest has them
 * @throws BridgeError BRIDGE_NOT_FOUND where something else stands there, BRIDGE_DISK
 */
export async function readTreeFile(
  { readOwnFile }: Pick<Bridge, 'readOwnFile'>,
  dir: string,
  path: string,
  noted: { sizeBytes?: number; modifiedAt?: number },
): Promise<Buffer> {
  try {
    const { bytes, stats } = await readOwnFile(dir, path);
    const isAsNoted =
      stats.size === noted.sizeBytes && Math.abs(stats.mtimeMs - (noted.modifiedAt ?? 0)) < 1000;
    // A second name of somebody else's file looks like a file of its own.
    if (stats.nlink > 1 && !isAsNoted) throw new BridgeError('BRIDGE_NOT_FOUND');
    return bytes;
  } catch (error) {
    if (error instanceof BridgeError) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new BridgeError(notOurs.has(code) ? 'BRIDGE_NOT_FOUND' : 'BRIDGE_DISK', { cause: error });
  }
}
