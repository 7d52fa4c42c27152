import type { FileId } from '../../core/ids.ts';
/** Which end of a file a stretch belongs to. */
export type Side = 'head' | 'tail';

/** Of a checksum, and of what is written at one time. */
export const blockBytes = 64 * 1024;

/** A cached stretch: `length` bytes of the file from `start` on, with a checksum for each block. */
export interface CachedRange {
  fileId: FileId;
  side: Side;
  /** Size of the whole file when it was read. */
  sizeBytes: number;
  /** Which version of the file its bytes are of. */
  version: string;
  start: number;
  length: number;
  /** CRC-32 of each block of {@link blockBytes}; the last one may be shorter. */
  checks: Uint32Array;
  usedAt: number;
}

/** Where the rows of cached stretches outlive a restart. */
export interface CachedRangeStore {
  all(): Promise<CachedRange[]>;
  put(range: CachedRange): Promise<void>;
  drop(fileId: FileId, side: Side): Promise<void>;
}

/** A file as the cache knows it. */
export interface CacheableFile {
  id: FileId;
  sizeBytes: number;
}
