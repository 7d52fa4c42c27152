import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { hourMs } from '../../core/durations.ts';
import type { FileId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { CacheableFile, CachedRange, CachedRangeStore, Side } from './cached-range.ts';
import { createRangeIndex, rangeFileName } from './range-index.ts';
import { type CachedReader, createRangeReader } from './range-reader.ts';
import { createRecorder, type Recorder } from './range-recorder.ts';

export type { CacheableFile, CachedRange, CachedRangeStore, Side } from './cached-range.ts';
export type { CachedReader } from './range-reader.ts';

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

/**
 * The first and last stretch of files that were read, on disk: media servers probe a file at every play
 * (facts/media-servers 1.3, 1.7), and a probe of a known file must cost the host nothing. A disk that refuses is left
 * alone for a while; nothing here ever throws.
 */
export interface RangeCache {
  /**
   * Reads what an earlier run kept, and removes files that nothing is known of. Nothing is kept before: a command
   * beside the service leaves its files alone.
   */
  load(): Promise<void>;
  /** How many bytes are cached from this place of the file on. */
  covers(file: CacheableFile, position: number): number;
  /** Which side a reading that begins here belongs to; undefined = it is a jump. */
  sideOf(file: CacheableFile, position: number): Side | undefined;
  /** How much of a beginning is cached at most. */
  readonly headBytes: number;
  /** Whether what is read now would be kept. */
  keeps(): boolean;
  /**
   * The cached bytes from `position` up to `end` (included); undefined when there are none.
   * @param version of the file that is wanted: what is of another one is let go first; undefined = any
   */
  read(
    file: CacheableFile,
    position: number,
    end: number,
    version: string | undefined,
  ): CachedReader | undefined;
  /** Keeps what is read of this version from `position` on, if that is worth keeping. One reader of an end at a time. */
  recorder(file: CacheableFile, position: number, version: string): Recorder | undefined;
  /** Nothing of this file is believed any more. */
  drop(fileId: FileId): void;
  /** Keeps nothing more, and resolves when what was being written is on disk. */
  close(): Promise<void>;
  state(): { files: number; bytes: number; totalBytes: number };
}

/** A use is noted on disk once in so long. */
const noteUseMs = hourMs;
/** A disk that refused is left alone for so long. */
const restMs = 600_000;

export function createRangeCache(options: RangeCacheOptions): RangeCache {
  const { dir, store, clock, log, totalBytes, fileBytes } = options;
  const index = createRangeIndex({ totalBytes, letGo });
  const recording = new Map<string, { isVoid: boolean }>();
  let isOpen = false;
  let restUntil = 0;
  const headBytes = Math.floor((fileBytes * 5) / 8);
  const tailBytes = fileBytes - headBytes;
  const pathOf = (fileId: FileId, side: Side) => join(dir, rangeFileName(fileId, side));
  const keeps = () => isOpen && clock.now() >= restUntil;
  const removeFile = (path: string) => rm(path, { force: true }).catch(() => undefined);

  const closing: (() => void)[] = [];
  function settle(name: string): void {
    recording.delete(name);
    for (const go of closing.splice(0)) go();
  }

  function letGo(range: CachedRange, why?: string): void {
    const { fileId, side } = range;
    if (!index.remove(range)) return;
    if (why) log.warn({ fileId, side, why }, 'a kept beginning or end is thrown away');
    removeFile(pathOf(fileId, side));
    store.drop(fileId, side).catch(() => undefined);
  }

  function touch(range: CachedRange): void {
    index.touch(range);
    const now = clock.now();
    if (now - range.usedAt < noteUseMs) return;
    range.usedAt = now;
    store.put(range).catch(() => undefined);
  }

  function sideOf(file: CacheableFile, position: number): Side | undefined {
    if (position < headBytes) return 'head';
    return position >= file.sizeBytes - tailBytes ? 'tail' : undefined;
  }

  /** Its beginning and its end are of one version: whoever looks into a film reads both. */
  function dropOthers(fileId: FileId, version: string): void {
    for (const side of ['head', 'tail'] as const) {
      const range = index.get(fileId, side);
      if (range && range.version !== version) letGo(range, 'it is of another version of the file');
    }
  }

  /** What was recorded is cached from now on, unless it is larger than all that may be. */
  function keep(range: CachedRange): void {
    dropOthers(range.fileId, range.version);
    index.add(range);
    if (index.get(range.fileId, range.side) !== range) return;
    store
      .put(range)
      .catch((error: unknown) => log.warn({ err: error, fileId: range.fileId }, 'could not be kept on disk'));
  }

  async function readAll(): Promise<void> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    for (const range of (await store.all()).sort((a, b) => a.usedAt - b.usedAt)) index.add(range);
    // A folder is nobody's but a person's, or the `lost+found` of a disk of its own.
    for (const entry of await readdir(dir, { withFileTypes: true }))
      if (!entry.isDirectory() && !index.hasFile(entry.name))
        await rm(join(dir, entry.name), { force: true });
  }

  return {
    sideOf,
    headBytes,
    keeps,

    async load() {
      try {
        await readAll();
        isOpen = totalBytes > 0;
      } catch (error) {
        log.warn({ err: error, dir }, 'beginnings and ends of films cannot be kept on disk');
      }
    },

    covers(file, position) {
      const range = index.at(file, position);
      return range ? range.start + range.length - position : 0;
    },

    read(file, position, end, version) {
      if (version !== undefined) dropOthers(file.id, version);
      const range = index.at(file, position);
      if (!range) return undefined;
      touch(range);
      const path = pathOf(range.fileId, range.side);
      return createRangeReader(range, path, position, end, (why) => letGo(range, why));
    },

    recorder(file, position, version) {
      const side = keeps() ? sideOf(file, position) : undefined;
      if (!side) return undefined;
      const { id: fileId, sizeBytes } = file;
      const name = rangeFileName(fileId, side);
      const old = index.get(fileId, side);
      const goesOn =
        old?.sizeBytes === sizeBytes && old.version === version && old.start + old.length === position;
      // A beginning that does not begin at byte 0 helps no probe.
      if (!goesOn && side === 'head' && position > 0) return undefined;
      if (recording.has(name)) return undefined;
      const start = goesOn ? old.start : position;
      const room = Math.min(side === 'head' ? headBytes : tailBytes, sizeBytes - start);
      if (room <= (goesOn ? old.length : 0)) return undefined;
      const mine = { isVoid: false };
      recording.set(name, mine);
      return createRecorder({
        path: pathOf(fileId, side),
        position,
        end: start + room,
        reachesEof: start + room === sizeBytes,
        ...(goesOn ? { goesOn: old } : {}),
        // Of two ends that do not meet the longer one stays.
        isWorth: (length) => goesOn || length > (index.get(fileId, side)?.length ?? 0),
        done(length, checks) {
          settle(name);
          if (length === 0) return;
          // Given up meanwhile; what was to go on has lost its file with that.
          if (goesOn && index.get(fileId, side) !== old) return;
          if (mine.isVoid) return void removeFile(pathOf(fileId, side));
          keep({ fileId, side, sizeBytes, version, start, length, checks, usedAt: clock.now() });
        },
        failed(error) {
          settle(name);
          if (goesOn && (error as NodeJS.ErrnoException).code === 'ENOENT')
            return letGo(old, 'its file has gone');
          restUntil = clock.now() + restMs;
          log.warn(
            { err: error },
            'beginnings and ends of films cannot be kept on disk; trying again in 10 minutes',
          );
        },
      });
    },

    drop(fileId) {
      for (const side of ['head', 'tail'] as const) {
        const range = index.get(fileId, side);
        if (range) letGo(range, 'the host has other bytes');
        const recorded = recording.get(rangeFileName(fileId, side));
        if (recorded) recorded.isVoid = true;
      }
    },

    async close() {
      isOpen = false;
      while (recording.size > 0) await new Promise<void>((resolve) => closing.push(resolve));
    },

    state: () => ({ ...index.state(), totalBytes }),
  };
}
