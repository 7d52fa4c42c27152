import { open } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { filePieces } from './file-pieces.ts';

/**
 * The program of the thread of `whirlpool.ts`: it is told a path, says the Whirlpool of what lies there, and ends. Where
 * it follows a file that is being written, it is told how far its beginning is whole, and at last that this is all.
 */
const { path, follows } = workerData as { path: string; follows: boolean };
const pieceBytes = 1024 * 1024;

// Films that are played meanwhile go first, also while the hash is compiled. On Linux each thread has a priority of its
// own; elsewhere this would be the whole process.
if (process.platform === 'linux') setPriority(Math.min(getPriority() + 10, 19));
const { createWhirlpool } = await import('hash-wasm');
const hash = (await createWhirlpool()).init();

if (!follows) {
  for await (const piece of filePieces(path, pieceBytes)) hash.update(piece);
  parentPort?.postMessage(hash.digest('hex'));
} else {
  const handle = await open(path, 'r');
  const piece = Buffer.allocUnsafe(pieceBytes);
  let told = { upTo: 0, isAll: false };
  let at = 0;
  let isReading = false;
  parentPort?.on('message', async (message: typeof told) => {
    told = message;
    if (isReading) return;
    isReading = true;
    while (at < told.upTo) {
      const { bytesRead } = await handle.read(piece, 0, Math.min(pieceBytes, told.upTo - at), at);
      if (bytesRead === 0) throw new Error('the file is shorter than was told');
      hash.update(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
    isReading = false;
    if (!told.isAll) return;
    await handle.close();
    parentPort?.postMessage(hash.digest('hex'));
  });
}
