import type { HeldChunk } from '../../catalog/held-uploads.ts';
import { BridgeError } from '../../core/errors.ts';
import { maxUploadBytes } from './offset.ts';

/** 300 GB in the 10 MiB of rclone are 28,610; clients of Nextcloud number 10,000 at most. */
export const maxChunks = 32_768;

/** What a client calls a chunk: by its first byte and its last, or by the place that it has among the others. */
export type ChunkName = { firstByte: number; lastByte: number } | { number: number };

/**
 * `000000000000000-000000010485759`, `00001`, `10`.
 * @throws BridgeError BRIDGE_BAD_REQUEST, BRIDGE_TOO_LARGE
 */
export function readChunkName(name: string): ChunkName {
  if (/^\d{1,15}$/.test(name)) {
    const number = Number(name);
    if (number > maxChunks) throw badChunk(`its number is over ${maxChunks}`);
    return { number };
  }
  const [, first = '', last = ''] = /^(\d{1,15})-(\d{1,15})$/.exec(name) ?? [];
  const [firstByte, lastByte] = [Number(first), Number(last)];
  if (first === '' || firstByte > lastByte)
    throw badChunk('its name is <first byte>-<last byte>, or a number');
  mustFitFile(lastByte);
  return { firstByte, lastByte };
}

/** @throws BridgeError BRIDGE_TOO_LARGE */
export function mustFitFile(lastByte: number): void {
  if (lastByte < maxUploadBytes) return;
  throw new BridgeError('BRIDGE_TOO_LARGE', {
    says: 'The host takes no file of more than 300 GB',
    remedy: 'Send it in parts of their own',
  });
}

/** As rclone and Nextcloud's clients write it. */
export function chunkNameOf({ firstByte, lastByte, name }: HeldChunk): string {
  return name ?? `${padded(firstByte)}-${padded(lastByte)}`;
}

const padded = (byte: number) => String(byte).padStart(15, '0');

/**
 * Numbered chunks in the order of their numbers, of which the first is 0 or 1.
 * @throws BridgeError BRIDGE_BAD_REQUEST where one is missing, or some are named by their bytes
 */
export function inOrder(chunks: readonly HeldChunk[]): HeldChunk[] {
  const numbered = chunks.flatMap((chunk) =>
    chunk.name === undefined ? [] : [{ chunk, number: Number(chunk.name) }],
  );
  if (numbered.length < chunks.length) throw badChunk('some are numbered, and some are named by their bytes');
  numbered.sort((one, other) => one.number - other.number);
  let next = Math.min(1, numbered[0]?.number ?? 0);
  for (const { number } of numbered) if (number !== next++) throw badChunk(`number ${next - 1} did not come`);
  return numbered.map(({ chunk }) => chunk);
}

export const bytesOf = ({ firstByte, lastByte }: HeldChunk): number => lastByte - firstByte + 1;

export function badChunk(detail: string): BridgeError {
  return new BridgeError('BRIDGE_BAD_REQUEST', { detail: `the chunk: ${detail}` });
}
