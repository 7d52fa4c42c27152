import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { fillSeeded } from '../../test/simulator/content.ts';
import { whirlpoolInPieces } from '../../test/simulator/whirlpool.ts';

const pieceBytes = 1 << 20;

/** Writes a file of made-up bytes. @returns what a host needs that is not to hash it: see `UploadFaults.known` */
export async function writeSource(
  path: string,
  sizeBytes: number,
  seed: number,
): Promise<[sha256: string, whirlpool: string]> {
  const [sha256, whirlpool] = [createHash('sha256'), await whirlpoolInPieces()];
  const piece = Buffer.allocUnsafe(pieceBytes);
  const file = await open(path, 'w');
  for (let at = 0; at < sizeBytes; at += pieceBytes) {
    const bytes = fillSeeded(piece.subarray(0, Math.min(pieceBytes, sizeBytes - at)), seed, at);
    await file.writeFile(bytes);
    sha256.update(bytes);
    whirlpool.update(bytes);
  }
  await file.close();
  return [sha256.digest('hex'), whirlpool.digest('hex')];
}
