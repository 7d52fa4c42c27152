import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { BridgeError } from '../core/errors.ts';

/** A body that lies on our disk, whole. */
export interface SpooledFile {
  /** Absolute. */
  path: string;
  sizeBytes: number;
  /** The file is needed no more. */
  discard(): Promise<void>;
  /** It stands in the journal of uploads, and goes when it stands there no more. */
  leave(): void;
}

/**
 * Bodies that can be read once alone lie here until the host has them: an upload that breaks is sent again from its
 * beginning. What is here after a kill is either in the journal of uploads, or half a body that nobody was promised.
 */
export interface Spool {
  /** Whether so many bytes may come. @throws BridgeError BRIDGE_UPLOAD_FULL */
  mustFit(sizeBytes: number): Promise<void>;
  /**
   * Takes a body; it is on the disk when this resolves.
   * @param expectedBytes what was announced; undefined where nothing was
   * @throws BridgeError BRIDGE_UPLOAD_FULL, BRIDGE_DISK, BRIDGE_BAD_REQUEST for a body that is shorter; what `body` throws
   */
  take(body: AsyncIterable<Uint8Array>, expectedBytes: number | undefined): Promise<SpooledFile>;
  /** Removes what lies here and is not among these, which are asked for when it is known what lies here. @returns how many */
  clean(keep: () => Promise<ReadonlySet<string>>): Promise<number>;
}

/** So much of the disk is left for everything else. */
const marginBytes = 64 * 1024 * 1024;

/** @param maxBytes that lie here together */
export function createSpool(dir: string, maxBytes: number): Spool {
  /** Of what lies here or comes in. */
  let usedBytes = 0;
  let known: Promise<void> | undefined;
  /** What this process takes or has taken. */
  const own = new Set<string>();

  /** What an earlier process left counts too. */
  function measured(): Promise<void> {
    known ??= (async () => {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      for (const name of await readdir(dir)) usedBytes += (await stat(join(dir, name))).size;
    })();
    // What could not be measured is measured anew.
    known.catch(() => {
      known = undefined;
      usedBytes = 0;
    });
    return known;
  }

  async function mustFit(sizeBytes: number): Promise<void> {
    await measured();
    if (usedBytes + sizeBytes > maxBytes)
      throw new BridgeError('BRIDGE_UPLOAD_FULL', { detail: 'uploads.spoolMiB does not allow more' });
    const { bavail, bsize } = await statfs(dir);
    if (sizeBytes + marginBytes > bavail * bsize)
      throw new BridgeError('BRIDGE_UPLOAD_FULL', { detail: 'the disk of dataDir is full' });
  }

  async function write(file: FileHandle, body: AsyncIterable<Uint8Array>, onBytes: (count: number) => void) {
    for await (const piece of body) {
      onBytes(piece.length);
      for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten;
    }
    // It is promised to whoever sent it from here on.
    await file.sync();
  }

  return {
    mustFit,

    async take(body, expectedBytes) {
      await mustFit(expectedBytes ?? 0);
      const path = join(dir, randomUUID());
      let sizeBytes = 0;
      const discard = async () => {
        await rm(path, { force: true });
        own.delete(path);
        usedBytes -= sizeBytes;
        sizeBytes = 0;
      };
      own.add(path);
      try {
        const file = await open(path, 'wx', 0o600);
        try {
          await write(file, body, (count) => {
            sizeBytes += count;
            usedBytes += count;
            if (usedBytes > maxBytes)
              throw new BridgeError('BRIDGE_UPLOAD_FULL', { detail: 'uploads.spoolMiB does not allow more' });
          });
        } finally {
          await file.close();
        }
        if (expectedBytes !== undefined && sizeBytes !== expectedBytes)
          throw new BridgeError('BRIDGE_BAD_REQUEST', {
            detail: `${sizeBytes} bytes came of ${expectedBytes} that were announced`,
          });
        const whole = sizeBytes;
        return { path, sizeBytes: whole, discard, leave: () => void own.delete(path) };
      } catch (error) {
        await discard().catch(() => undefined);
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOSPC' || code === 'EDQUOT')
          throw new BridgeError('BRIDGE_UPLOAD_FULL', {
            detail: 'the disk of dataDir is full',
            cause: error,
          });
        if (code === 'EROFS' || code === 'EACCES' || code === 'EIO')
          throw new BridgeError('BRIDGE_DISK', { cause: error });
        throw error;
      }
    },

    async clean(keep) {
      await measured();
      let removed = 0;
      const names = await readdir(dir);
      const kept = await keep();
      for (const name of names) {
        const path = join(dir, name);
        if (kept.has(path) || own.has(path)) continue;
        const { size } = await stat(path);
        await rm(path, { force: true });
        usedBytes -= size;
        removed++;
      }
      return removed;
    },
  };
}
