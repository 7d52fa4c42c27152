import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError, isBridgeError } from '../core/errors.ts';
import { lockFile } from '../core/files/file-lock.ts';
import { diskError } from '../core/files/folder-check.ts';
import { describeHolder, type Holder, holderHere, readNote, removeNote, writeNote } from './holder.ts';

const lockName = 'serve.lock';

/** The right to a dataDir: while it is held, no other process opens the catalog, the keys or the trees. */
export interface Claim {
  holder: Holder;
  /** Tells others that they cannot work through this process. */
  hasNoDoor(): void;
  /** Tells where this process listens. */
  listens(at: NonNullable<Holder['listens']>): void;
  /** Gives the right back. A process that dies gives it back too. */
  release(): void;
}

/**
 * Takes `dataDir` for this process. Paths of one folder are one folder: the lock lies in it.
 * @param command what holds it, for others to be told @param now milliseconds UTC
 * @throws BridgeError BRIDGE_CATALOG_IN_USE with the holder's name while another process has it, BRIDGE_DISK
 */
export function claimDataDir(dataDir: string, command: string, now: number): Claim {
  const release = lockDataDir(dataDir);
  const holder = holderHere(command, now);
  const note = { ...holder };
  try {
    writeNote(dataDir, note);
  } catch (error) {
    release();
    throw diskError(join(dataDir, lockName), error);
  }
  return {
    holder,
    hasNoDoor: () => writeNote(dataDir, Object.assign(note, { hasNoDoor: true })),
    listens(at) {
      Object.assign(note, { listens: at });
      try {
        writeNote(dataDir, note);
      } catch {
        // Whoever looks for it asks at the usual place.
      }
    },
    release() {
      removeNote(dataDir);
      release();
    },
  };
}

function lockDataDir(dataDir: string): () => void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return lockFile(join(dataDir, lockName), 'BRIDGE_CATALOG_IN_USE');
  } catch (error) {
    if (isBridgeError(error, 'BRIDGE_CATALOG_IN_USE'))
      throw new BridgeError('BRIDGE_CATALOG_IN_USE', {
        detail: `${dataDir} is held by ${describeHolder(readNote(dataDir))}`,
      });
    if (isBridgeError(error)) throw error;
    throw diskError(join(dataDir, lockName), error);
  }
}
