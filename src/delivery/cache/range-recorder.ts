import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { blockBytes } from './cached-range.ts';

/** Takes the bytes of a stretch as they pass. */
export interface Recorder {
  /** Bytes that follow on the ones before. */
  take(bytes: Buffer): void;
  /** No more will come: writes what is worth keeping. */
  end(): void;
}

export interface RecorderOptions {
  path: string;
  /** First byte that will be taken; counts from the file's start, like `end` (not included). */
  position: number;
  end: number;
  /** Whether `end` is the end of the file, so that the last block may be short. */
  reachesEof: boolean;
  /** Kept bytes that the new ones are put behind. */
  goesOn?: { length: number; checks: Uint32Array; start: number };
  /** Whether so many bytes are worth more than what is there. */
  isWorth(length: number): boolean;
  /** Called once, with the whole length and the checksums of what lies on disk now; 0 = as before. */
  done(length: number, checks: Uint32Array): void;
  failed(error: unknown): void;
}

/** Blocks that wait for the disk; a disk slower than the film ends the recording, never the film. */
const maxWaiting = 32;

/**
 * Writes a stretch block by block while it passes. A new stretch gets its name when it is complete; one that goes on
 * is written behind the old one, which nobody reads past before {@link RecorderOptions.done}.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  const { path, end, reachesEof, goesOn } = options;
  const target = goesOn ? path : `${path}.${randomBytes(6).toString('hex')}.tmp`;
  // Only whole blocks go on: what follows a short one would shift.
  const base = goesOn ? Math.floor(goesOn.length / blockBytes) * blockBytes : 0;
  const checks: number[] = goesOn ? [...goesOn.checks.subarray(0, base / blockBytes)] : [];
  let position = options.position;
  let written = base;
  let block: Buffer | undefined;
  let filled = 0;
  let waiting = 0;
  let isOver = false;
  let handle: FileHandle | undefined;
  let work: Promise<void> = Promise.resolve();
  if (goesOn && base !== goesOn.length) throw new Error('a stretch that ends in a short block is at its end');

  function write(bytes: Buffer): void {
    waiting++;
    work = work.then(async () => {
      handle ??= await open(target, goesOn ? 'r+' : 'wx', 0o600);
      const check = crc32(bytes);
      await handle.write(bytes, 0, bytes.length, written);
      checks.push(check);
      written += bytes.length;
      waiting--;
    });
    // Heard of in `finish`.
    work.catch(() => undefined);
  }

  function finish(): void {
    if (isOver) return;
    isOver = true;
    if (block && filled > 0 && reachesEof && position === end) write(block.subarray(0, filled));
    block = undefined;
    work
      .then(async () => {
        await handle?.close();
        const isNew = written > base && options.isWorth(written);
        if (!goesOn) await (isNew ? rename(target, path) : rm(target, { force: true }));
        options.done(isNew ? written : 0, Uint32Array.from(checks));
      })
      .catch(async (error: unknown) => {
        await handle?.close().catch(() => undefined);
        if (!goesOn) await rm(target, { force: true }).catch(() => undefined);
        options.failed(error);
      });
  }

  return {
    take(bytes) {
      for (let from = 0; from < bytes.length && !isOver; ) {
        block ??= Buffer.allocUnsafe(blockBytes);
        const count = Math.min(blockBytes - filled, bytes.length - from, end - position);
        bytes.copy(block, filled, from, from + count);
        from += count;
        filled += count;
        position += count;
        if (filled === blockBytes) {
          write(block);
          block = undefined;
          filled = 0;
        }
        if (position === end || waiting > maxWaiting) finish();
      }
    },
    end: finish,
  };
}
