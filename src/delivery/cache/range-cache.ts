import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { createRecorder, type Recorder } from './range-recorder.ts';

/** Which end of a file a stretch belongs to. */
export type Side = 'head' | 'tail';

/** A kept stretch: `length` bytes of the file from `start` on, with a checksum for each block. */
export interface CachedRange {
  fileId: string;
  side: Side;
  /** Size of the whole file when it was read. */
  sizeBytes: number;
  start: number;
  length: number;
  /** CRC-32 of each block of {@link blockBytes}; the last one may be shorter. */
  checks: Uint32Array;
  usedAt: number;
}

/** Where the rows of kept stretches outlive a restart. */
export interface CachedRangeStore {
  all(): Promise<CachedRange[]>;
  put(kept: CachedRange): Promise<void>;
  drop(fileId: string, side: Side): Promise<void>;
}

export interface RangeCacheOptions {
  dir: string;
  store: CachedRangeStore;
  clock: Clock;
  log: Log;
  /** Of all files together; 0 keeps nothing. */
  totalBytes: number;
  /** Of one file, both ends together. */
  fileBytes: number;
}

/** A file as the shield knows it. */
export interface CacheableFile {
  id: string;
  sizeBytes: number;
}

/** Reads kept bytes, block by block. */
export interface CachedReader {
  /** Undefined when the kept part ends here, or when it is damaged: then it is thrown away. */
  next(): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

export const blockBytes = 64 * 1024;

/** A use is noted on disk once in so long. */
const noteUseMs = 3_600_000;

/**
 * The probe shield: the first and last stretch of files that were read, on disk. Media servers probe a file at every
 * play (facts/media-servers 1.3, 1.7); a probe of a known file must cost the host nothing.
 */
export function createRangeCache(options: RangeCacheOptions) {
  const { dir, store, clock, log, totalBytes, fileBytes } = options;
  /** By file and side; the first one was used longest ago. */
  const kept = new Map<string, CachedRange>();
  const recording = new Map<string, { isVoid: boolean }>();
  let bytes = 0;
  let isOpen = false;
  /** A disk that refuses is left alone for a while. */
  let restUntil = 0;
  const headBytes = Math.floor((fileBytes * 5) / 8);
  const tailBytes = fileBytes - headBytes;
  const nameOf = (fileId: string, side: Side) => `${fileId}.${side}`;
  const pathOf = (fileId: string, side: Side) => join(dir, nameOf(fileId, side));

  const closing: (() => void)[] = [];
  function settle(name: string): void {
    recording.delete(name);
    for (const go of closing.splice(0)) go();
  }

  function forget(one: CachedRange, why?: string): void {
    const name = nameOf(one.fileId, one.side);
    if (kept.get(name) !== one) return;
    kept.delete(name);
    bytes -= one.length;
    if (why) log.warn({ fileId: one.fileId, side: one.side, why }, 'a kept beginning or end is thrown away');
    rm(pathOf(one.fileId, one.side), { force: true }).catch(() => undefined);
    store.drop(one.fileId, one.side).catch(() => undefined);
  }

  function remember(one: CachedRange): void {
    const name = nameOf(one.fileId, one.side);
    bytes += one.length - (kept.get(name)?.length ?? 0);
    kept.delete(name);
    kept.set(name, one);
    for (const oldest of kept.values()) {
      if (bytes <= totalBytes) break;
      forget(oldest);
    }
  }

  function at(file: CacheableFile, position: number): CachedRange | undefined {
    for (const side of ['head', 'tail'] as const) {
      const one = kept.get(nameOf(file.id, side));
      if (!one) continue;
      if (one.sizeBytes !== file.sizeBytes) forget(one, 'the file has another size now');
      else if (position >= one.start && position < one.start + one.length) return one;
    }
    return undefined;
  }

  function touch(one: CachedRange): void {
    const name = nameOf(one.fileId, one.side);
    kept.delete(name);
    kept.set(name, one);
    const now = clock.now();
    if (now - one.usedAt < noteUseMs) return;
    one.usedAt = now;
    store.put(one).catch(() => undefined);
  }

  /** Which side a reading that begins here belongs to. */
  function sideOf(file: CacheableFile, position: number): Side | undefined {
    if (position < headBytes) return 'head';
    return position >= file.sizeBytes - tailBytes ? 'tail' : undefined;
  }

  async function readAll(): Promise<void> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    for (const one of (await store.all()).sort((a, b) => a.usedAt - b.usedAt)) remember(one);
    // A folder is nobody's but a person's, or the `lost+found` of a disk of its own.
    for (const entry of await readdir(dir, { withFileTypes: true }))
      if (!entry.isDirectory() && !kept.has(entry.name)) await rm(join(dir, entry.name), { force: true });
  }

  return {
    /**
     * Reads what an earlier run kept, and removes files that nothing is known of. Nothing is kept before: a command
     * beside the service leaves its files alone.
     */
    async load(): Promise<void> {
      try {
        await readAll();
        isOpen = totalBytes > 0;
      } catch (error) {
        log.warn({ err: error, dir }, 'beginnings and ends of films cannot be kept on disk');
      }
    },

    /** How many bytes are kept from this place of the file on. */
    covers(file: CacheableFile, position: number): number {
      const one = at(file, position);
      return one ? one.start + one.length - position : 0;
    },

    sideOf,
    headBytes,
    /** Whether what is read now would be kept. */
    keeps: (): boolean => isOpen && clock.now() >= restUntil,

    /** The kept bytes from `position` up to `end` (included); undefined when there are none. */
    read(file: CacheableFile, position: number, end: number): CachedReader | undefined {
      const one = at(file, position);
      if (!one) return undefined;
      touch(one);
      return cachedReader(one, pathOf(one.fileId, one.side), position, end, (why) => forget(one, why));
    },

    /** Keeps what is read from `position` on, if that is worth keeping. One reader of an end at a time. */
    recorder(file: CacheableFile, position: number): Recorder | undefined {
      const side = isOpen && clock.now() >= restUntil ? sideOf(file, position) : undefined;
      if (!side) return undefined;
      const name = nameOf(file.id, side);
      const old = kept.get(name);
      const goesOn = old?.sizeBytes === file.sizeBytes && old.start + old.length === position;
      // A beginning that does not begin at byte 0 helps no probe.
      if (!goesOn && side === 'head' && position > 0) return undefined;
      if (recording.has(name)) return undefined;
      const start = goesOn ? old.start : position;
      const room = Math.min(side === 'head' ? headBytes : tailBytes, file.sizeBytes - start);
      if (room <= (goesOn ? old.length : 0)) return undefined;
      const mine = { isVoid: false };
      recording.set(name, mine);
      return createRecorder({
        path: pathOf(file.id, side),
        position,
        end: start + room,
        reachesEof: start + room === file.sizeBytes,
        ...(goesOn ? { goesOn: old } : {}),
        // Of two ends that do not meet the longer one stays.
        isWorth: (length) => goesOn || length > (kept.get(name)?.length ?? 0),
        done(length, checks) {
          settle(name);
          if (length === 0) return;
          // Given up meanwhile; what was to go on has lost its file with that.
          if (goesOn && kept.get(name) !== old) return;
          if (mine.isVoid) return void rm(pathOf(file.id, side), { force: true }).catch(() => undefined);
          const one: CachedRange = {
            fileId: file.id,
            side,
            sizeBytes: file.sizeBytes,
            start,
            length,
            checks,
            usedAt: clock.now(),
          };
          remember(one);
          // Larger than all that may be kept.
          if (kept.get(name) !== one) return;
          store
            .put(one)
            .catch((error: unknown) =>
              log.warn({ err: error, fileId: file.id }, 'could not be kept on disk'),
            );
        },
        failed(error) {
          settle(name);
          if (goesOn && (error as NodeJS.ErrnoException).code === 'ENOENT')
            return forget(old, 'its file has gone');
          restUntil = clock.now() + 600_000;
          log.warn(
            { err: error },
            'beginnings and ends of films cannot be kept on disk; trying again in 10 minutes',
          );
        },
      });
    },

    /** Nothing of this file is believed any more. */
    drop(fileId: string): void {
      for (const side of ['head', 'tail'] as const) {
        const name = nameOf(fileId, side);
        const one = kept.get(name);
        if (one) forget(one, 'the host has other bytes');
        const recorded = recording.get(name);
        if (recorded) recorded.isVoid = true;
      }
    },

    /** Keeps nothing more, and resolves when what was being written is on disk. */
    async close(): Promise<void> {
      isOpen = false;
      while (recording.size > 0) await new Promise<void>((resolve) => closing.push(resolve));
    },

    state: () => ({ files: kept.size, bytes, totalBytes }),
  };
}

export type RangeCache = ReturnType<typeof createRangeCache>;

function cachedReader(
  one: CachedRange,
  path: string,
  from: number,
  end: number,
  damaged: (why: string) => void,
): CachedReader {
  let position = from;
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  const stop = Math.min(end + 1, one.start + one.length);
  return {
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
