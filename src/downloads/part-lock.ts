import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { BridgeError } from '../core/errors.ts';
import { lockFile } from '../core/files/file-lock.ts';
import { diskError } from '../core/files/folder-check.ts';

/** Those of this process: to open the file once more, and close it, would give the system's lock back. */
const own = new Set<string>();

/**
 * Takes the right to write a part: of two commands that fetch into one file, one does. The file of the lock goes when
 * it is given back; what a kill leaves of it holds nobody up.
 * @returns what gives it back; may be called twice
 * @throws BridgeError BRIDGE_DOWNLOAD_BUSY while somebody else has it; BRIDGE_DISK
 */
export function lockPart(path: string): () => void {
  if (own.has(path)) throw new BridgeError('BRIDGE_DOWNLOAD_BUSY');
  for (;;) {
    const inode = inodeOf(path, true);
    const release = lockFile(path, 'BRIDGE_DOWNLOAD_BUSY');
    if (inodeOf(path, false) === inode) {
      own.add(path);
      return () => {
        if (!own.delete(path)) return;
        rmSync(path, { force: true });
        release();
      };
    }
    // Whoever had it took its file away between the opening and the lock: this one holds nobody off.
    release();
  }
}

function inodeOf(path: string, isMade: boolean): number | undefined {
  try {
    if (isMade) closeSync(openSync(path, 'a', 0o600));
    return statSync(path, { throwIfNoEntry: false })?.ino;
  } catch (error) {
    throw diskError(path, error);
  }
}
