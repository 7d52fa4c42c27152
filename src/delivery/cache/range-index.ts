import type { FileId } from '../../core/ids.ts';
import type { CacheableFile, CachedRange, Side } from './cached-range.ts';

/** What is cached, in memory: found by file and place, bounded in bytes, the first one used longest ago. */
export interface RangeIndex {
  /** Of one end of a file, whatever its size was. */
  get(fileId: FileId, side: Side): CachedRange | undefined;
  /** The stretch that holds this byte. One of another size than the file has is let go first. */
  at(file: CacheableFile, position: number): CachedRange | undefined;
  /** Takes the place of what was cached of that end; what was used longest ago goes where it is too much. */
  add(range: CachedRange): void;
  /** It is the one that was used last. */
  touch(range: CachedRange): void;
  /** Takes it out, unless another has taken its place. @returns whether it was there */
  remove(range: CachedRange): boolean;
  /** Whether a file in the cache's folder is one of its own. */
  hasFile(name: string): boolean;
  state(): { files: number; bytes: number };
}

export interface RangeIndexOptions {
  /** Of all stretches together. */
  totalBytes: number;
  /** Told of what has to go: for want of room, or for the reason given. */
  letGo(range: CachedRange, why?: string): void;
}

/** What the file of a stretch is called. */
export function rangeFileName(fileId: FileId, side: Side): string {
  return `${fileId}.${side}`;
}

export function createRangeIndex({ totalBytes, letGo }: RangeIndexOptions): RangeIndex {
  const ranges = new Map<string, CachedRange>();
  let bytes = 0;
  const nameOf = ({ fileId, side }: CachedRange) => rangeFileName(fileId, side);
  const get = (fileId: FileId, side: Side) => ranges.get(rangeFileName(fileId, side));

  return {
    get,

    at(file, position) {
      for (const side of ['head', 'tail'] as const) {
        const range = get(file.id, side);
        if (!range) continue;
        if (range.sizeBytes !== file.sizeBytes) letGo(range, 'the file has another size now');
        else if (position >= range.start && position < range.start + range.length) return range;
      }
      return undefined;
    },

    add(range) {
      const name = nameOf(range);
      bytes += range.length - (ranges.get(name)?.length ?? 0);
      ranges.delete(name);
      ranges.set(name, range);
      for (const oldest of ranges.values()) {
        if (bytes <= totalBytes) break;
        letGo(oldest);
      }
    },

    touch(range) {
      const name = nameOf(range);
      ranges.delete(name);
      ranges.set(name, range);
    },

    remove(range) {
      const name = nameOf(range);
      if (ranges.get(name) !== range) return false;
      ranges.delete(name);
      bytes -= range.length;
      return true;
    },

    hasFile: (name) => ranges.has(name),
    state: () => ({ files: ranges.size, bytes }),
  };
}
