import { hash } from 'node:crypto';
import { maxOwnBytes, readOwnFile } from '../core/files/own-file.ts';
import { checkTreePath, errorCode } from './tree-paths.ts';
import type { Desired, ManifestEntry, Seen } from './tree-types.ts';

/** One line that holds an address of ours, whatever the host and the key. */
const ownAddress = /^https?:\/\/[^\s/]+(?:\/[^\s/]+)*\/stream\/[^\s/]+\/[^\s/]+\/\S+\r?\n?$/;

/** The content as bytes; calls the function if it is one. */
export async function bytesOf({ content }: Desired): Promise<Buffer> {
  const value = typeof content === 'function' ? await content() : content;
  return typeof value === 'string' ? Buffer.from(value) : value;
}

/** The bytes of a file of the tree, with their SHA-256 in hex. */
export interface HashedBytes {
  bytes: Buffer;
  hash: string;
}

/** The same at once, where nothing has to be read for it. */
export function readyBytes({ content }: Desired): HashedBytes | undefined {
  if (typeof content === 'function') return undefined;
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { bytes, hash: sha256(bytes) };
}

/** Hex. */
export function sha256(bytes: Buffer): string {
  return hash('sha256', bytes);
}

/** The manifest row of a file with this content. */
export function rowOf({ path, kind, fileId, titleKey }: Desired, hash: string, seen: Seen): ManifestEntry {
  const { sizeBytes, mtimeMs } = seen;
  const row: ManifestEntry = { path, kind, titleKey, sha256: hash, sizeBytes, mtimeMs };
  if (fileId !== undefined) row.fileId = fileId;
  return row;
}

/** Size and time as they are compared. */
export function seenOf({ stats }: { stats: { size: number; mtimeMs: number } }): Seen {
  return { sizeBytes: stats.size, mtimeMs: stats.mtimeMs };
}

/** Times are compared to the millisecond: a database may keep no more. */
export function isUntouched(a: Seen, b: Seen): boolean {
  return a.sizeBytes === b.sizeBytes && Math.abs(a.mtimeMs - b.mtimeMs) < 1;
}

/** Whether a file is a .strm of ours whose row was lost: one line, and it leads to a stream. */
export function isOwnAddress(bytes: Buffer): boolean {
  return bytes.length < 8192 && ownAddress.test(bytes.toString('utf8'));
}

/** The bytes on the disk, undefined when there are more than any file of ours has, or a link has come into their place. */
export async function readOwn(dir: string, path: string, seen: Seen): Promise<Buffer | undefined> {
  checkTreePath(path);
  if (seen.sizeBytes > maxOwnBytes) return undefined;
  try {
    return (await readOwnFile(dir, path)).bytes;
  } catch (error) {
    if (/^(?:ELOOP|ENOTDIR|EFBIG)$/.test(errorCode(error))) return undefined;
    throw error;
  }
}
