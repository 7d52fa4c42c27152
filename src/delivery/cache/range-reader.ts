import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { blockBytes, type CachedRange } from './cached-range.ts';

/** Reads cached bytes, block by block. */
export interface CachedReader {
  /** Of the file, that its bytes are of. */
  readonly version: string;
  /** The place behind its last byte, in the film's file. */
  readonly stop: number;
  /** Undefined when the cached part ends here, or when it is damaged: then it is thrown away. */
  next(): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

/**
 * Reads a stretch from its file on disk; each block is held against its checksum.
 *
 * @param from first byte, counted in the film's file; `end` the last one, included
 * @param damaged told once why the stretch is not to be believed
 */
export function createRangeReader(
  one: CachedRange,
  path: string,
  from: number,
  end: number,
  damaged: (why: string) => void,
): CachedReader {
  let position = from;
  let handle: FileHandle | undefined;
  const stop = Math.min(end + 1, one.start + one.length);
  return {
    version: one.version,
    stop,
    async next() {
      if (position >= stop) return undefined;
      const index = Math.floor((position - one.start) / blockBytes);
      const offset = index * blockBytes;
      const wanted = Math.min(blockBytes, one.length - offset);
      const block = Buffer.allocUnsafe(wanted);
      try {
        handle ??= await open(path, 'r');
        const { bytesRead } = await handle.read(block, 0, wanted, offset);
        if (bytesRead < wanted || crc32(block) !== one.checks[index]) {
          damaged('it is damaged');
          return undefined;
        }
      } catch (error) {
        damaged((error as NodeJS.ErrnoException).code ?? 'it cannot be read');
        return undefined;
      }
      const bytes = block.subarray(
        position - one.start - offset,
        Math.min(wanted, stop - one.start - offset),
      );
      position += bytes.length;
      return bytes;
    },
    async close() {
      await handle?.close().catch(() => undefined);
      handle = undefined;
    },
  };
}
