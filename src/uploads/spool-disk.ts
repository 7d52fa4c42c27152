import { createReadStream } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { BridgeError } from '../core/errors.ts';

/** What the disk says, as an error of ours where it is one for the client. */
export function inWordsOfSpool(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return spoolFull('the disk of dataDir is full', error);
  // What somebody laid in its place is not ours to move.
  if (code === 'EEXIST' || code === 'ENOTDIR') return spoolFull('dataDir/spool is no folder', error);
  if (code === 'EROFS' || code === 'EACCES' || code === 'EIO')
    return new BridgeError('BRIDGE_DISK', { cause: error });
  return error;
}

/** @param detail what there is no room in */
export function spoolFull(detail: string, cause?: unknown): BridgeError {
  return new BridgeError('BRIDGE_UPLOAD_FULL', { detail, cause });
}

/** Bytes that are free on the disk of a folder. */
export async function freeOnDisk(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize;
}

/** It went between being listed and being looked at. */
export function unlessDiscarded(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** Bytes of a file, both of them in it. */
export interface PieceOfBody {
  firstByte: number;
  lastByte: number;
}

/** These pieces of a file, one after the other. */
export async function* readPieces(
  path: string,
  pieces: readonly PieceOfBody[],
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const { firstByte, lastByte } of pieces)
    yield* createReadStream(path, { start: firstByte, end: lastByte }) as AsyncIterable<Buffer>;
}
