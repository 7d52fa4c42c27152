import { createWhirlpool, type IHasher } from 'hash-wasm';

/** The host's checksum; OpenSSL offers it no longer. One instance a time may be in use. */
const shared = await createWhirlpool();

/** 128 hexadecimal digits of bytes that are there as a whole. */
export function whirlpoolOf(bytes: Buffer): string {
  return shared.init().update(bytes).digest('hex');
}

/** For bytes that come in pieces. */
export async function whirlpoolInPieces(): Promise<Pick<IHasher, 'update' | 'digest'>> {
  return (await createWhirlpool()).init();
}
