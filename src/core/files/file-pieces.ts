import { open } from 'node:fs/promises';

/**
 * The bytes of a file, in pieces that lie in two buffers by turns: one is used up when the next is asked for. Pieces of
 * their own would be garbage of a hundred megabytes a second, and clearing it up takes more than sending it. All but the
 * last are whole; the file is closed however the reading ends.
 */
export async function* filePieces(path: string, pieceBytes = 256 * 1024): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  let [buffer, other] = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)];
  let at = 0;

  /** A short read is no end: on a network there are some in the middle. */
  async function read(): Promise<Buffer> {
    [buffer, other] = [other, buffer];
    const into = buffer;
    let filled = 0;
    while (filled < pieceBytes) {
      const { bytesRead } = await file.read(into, filled, pieceBytes - filled, at);
      if (bytesRead === 0) break;
      filled += bytesRead;
      at += bytesRead;
    }
    return into.subarray(0, filled);
  }

  let next = read();
  try {
    for (;;) {
      const piece = await next;
      if (piece.length === 0) return;
      next = read();
      // Thrown when it is waited for.
      next.catch(() => undefined);
      yield piece;
    }
  } finally {
    await next.catch(() => undefined);
    await file.close();
  }
}
