import type { PieceOfBody } from './spool-disk.ts';

/**
 * Bodies that come in pieces, over days if need be, each by a name that nobody else gives. They stay through a restart for
 * as long as `clean` is told to keep them.
 */
export interface HeldBodies {
  /** Where it lies, absolute; nothing lies there before the first byte. */
  pathOf(name: string): string;
  /** Bytes from its beginning to its last one; 0 where nothing is. */
  sizeOf(name: string): Promise<number>;
  /** Keeps room for what is still to come of it; 0 gives it back. */
  setAside(name: string, sizeBytes: number): void;
  /**
   * Takes a piece; what came of it is on the disk when this resolves.
   * @param at where it begins
   * @param maxBytes more is BRIDGE_TOO_LARGE
   * @returns how much came, and what ended it early
   */
  write(name: string, at: number, body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<WrittenPiece>;
  /**
   * Lays these pieces of it one behind the other. Until that is done their room is needed twice.
   * @param beforeSwap a kill from here on may leave it in either order
   * @throws BridgeError BRIDGE_UPLOAD_FULL, BRIDGE_DISK; what `beforeSwap` throws
   */
  arrange(name: string, pieces: readonly PieceOfBody[], beforeSwap: () => Promise<void>): Promise<void>;
  /** Takes away what lies behind so many bytes. */
  cut(name: string, sizeBytes: number): Promise<void>;
  remove(name: string): Promise<void>;
}

export interface WrittenPiece {
  sizeBytes: number;
  /** Those of `take`, or what `body` throws. */
  error?: unknown;
}
