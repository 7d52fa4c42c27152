import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createRandom } from './random.ts';
import { whirlpoolOf } from './whirlpool.ts';

/** Bytes made on the fly from their position; equal seeds give equal bytes. */
export interface SeededContent {
  readonly sizeBytes: number;
  readonly seed: number;
}

/** What a file of the account holds: bytes, a real file on disk, or bytes made on the fly. */
export type Content = Buffer | { readonly path: string } | SeededContent;

/** Reads pieces of one content. The returned bytes may lie in `scratch` and live until the next read. */
export interface ContentReader {
  read(start: number, length: number, scratch: Buffer): Promise<Buffer>;
  close(): Promise<void>;
}

const blockBytes = 1 << 20;
const pageBytes = 4096;
/** Twice the block, so that a copy from any place of the first half runs on without a seam. */
const block = makeBlock();

export function sizeOf(content: Content): number {
  if (Buffer.isBuffer(content)) return content.length;
  return 'path' in content ? statSync(content.path).size : content.sizeBytes;
}

/** The bytes of `[start, end)`: what a right answer must hold. */
export function expectedBytes(content: Content, start: number, end: number): Buffer {
  if (Buffer.isBuffer(content)) return content.subarray(start, end);
  const target = Buffer.alloc(Math.max(0, Math.min(end, sizeOf(content)) - start));
  if (!('path' in content)) return fillSeeded(target, content.seed, start);
  const fd = openSync(content.path, 'r');
  try {
    return target.subarray(0, readSync(fd, target, 0, target.length, start));
  } finally {
    closeSync(fd);
  }
}

/**
 * Fills `target` with the bytes that a seeded content holds from `start` on; several GB/s. The seed turns a block of
 * noise and stands with the page number at the head of every 4 KiB, so bytes of a wrong place or file never match.
 */
export function fillSeeded(target: Buffer, seed: number, start: number): Buffer {
  const turn = Math.imul(seed, 0x9e3779b1) >>> 0;
  for (let done = 0; done < target.length; ) {
    const from = (start + done + turn) % blockBytes;
    done += block.copy(target, done, from, Math.min(block.length, from + target.length - done));
  }
  const lastPage = Math.ceil((start + target.length) / pageBytes);
  for (let page = Math.floor(start / pageBytes); page < lastPage; page++) {
    const at = page * pageBytes - start;
    if (at >= 0 && at + 8 <= target.length) {
      target.writeUInt32LE(seed >>> 0, at);
      target.writeUInt32LE(page >>> 0, at + 4);
      continue;
    }
    const stamp = Buffer.alloc(8);
    stamp.writeUInt32LE(seed >>> 0, 0);
    stamp.writeUInt32LE(page >>> 0, 4);
    for (let byte = 0; byte < 8; byte++) {
      if (at + byte >= 0 && at + byte < target.length) target[at + byte] = stamp[byte] as number;
    }
  }
  return target;
}

/** Opens a content for reading in pieces. */
export async function openContent(content: Content): Promise<ContentReader> {
  if (Buffer.isBuffer(content)) {
    return { read: async (start, length) => content.subarray(start, start + length), close: async () => {} };
  }
  if ('path' in content) {
    const handle = await open(content.path);
    return {
      async read(start, length, scratch) {
        const { bytesRead } = await handle.read(scratch, 0, length, start);
        return scratch.subarray(0, bytesRead);
      },
      close: () => handle.close(),
    };
  }
  return {
    read: async (start, length, scratch) => {
      const left = Math.max(0, Math.min(length, content.sizeBytes - start));
      return fillSeeded(scratch.subarray(0, left), content.seed, start);
    },
    close: async () => {},
  };
}

/** Hashed when somebody lists the file, because a large account is built for a few of its listings. */
const checksums = new WeakMap<object, string>();

/** Tells what was hashed on the way in. */
export function keepChecksum(content: Content, checksum: string): void {
  checksums.set(content, checksum);
}

/**
 * 128 hexadecimal digits, equal for equal contents: the Whirlpool of small ones and of what was uploaded. That of others
 * takes ten seconds a gigabyte, and a listing asks for each: theirs is made up.
 */
export function checksumOf(content: Content): string {
  const known = checksums.get(content);
  if (known) return known;
  const bytes = bytesToHash(content);
  const isSmall = Buffer.isBuffer(bytes) && bytes.length <= 1 << 20;
  const checksum = isSmall ? whirlpoolOf(bytes) : createHash('sha512').update(bytes).digest('hex');
  checksums.set(content, checksum);
  return checksum;
}

function bytesToHash(content: Content): Buffer | string {
  if (Buffer.isBuffer(content)) return content;
  return 'path' in content ? readFileSync(content.path) : `${content.seed}:${content.sizeBytes}`;
}

function makeBlock(): Buffer {
  const random = createRandom(0x0f1c);
  const words = new Uint32Array(blockBytes / 4).map(() => Math.floor(random() * 2 ** 32));
  const once = Buffer.from(words.buffer);
  return Buffer.concat([once, once]);
}
