import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createBoundedCache } from '../core/bounded-cache.ts';
import type { FileId } from '../core/ids.ts';
import { isFileId } from './address.ts';

/** A key for stream addresses. `retiredAt`: when a newer one took its place, milliseconds UTC. */
export interface SigningKey {
  secret: string;
  retiredAt?: number;
}

/** 96 bits of an HMAC-SHA256: far out of reach of guessing over a network, and short in an address. */
const signatureBytes = 12;
const signatureLength = (signatureBytes * 4) / 3;

/** How many signatures are kept at hand for the hot path. */
const maxKeys = 5000;

/** A new key: 256 random bits. */
export function newSigningKey(): SigningKey {
  return { secret: randomBytes(32).toString('base64url') };
}

/**
 * Signs and checks file ids. The first key signs, all keys are accepted: rotation with overlap is a new key put in
 * front and the old one left behind it for a while.
 */
export interface Signer {
  /** From now on these count: the first one signs. */
  replace(newKeys: readonly SigningKey[]): void;
  /** The signature that stands in a STRM file; base64url, 16 characters. @throws Error without a key */
  sign(fileId: FileId): string;
  /** Whether `signature` belongs to `fileId` under any key, and that is an id; takes the same time wherever it differs. */
  verify(fileId: FileId, signature: string): boolean;
  /** The same for another text; what is signed for one purpose is worth nothing for another. @throws Error without a key */
  signText(purpose: string, text: string): string;
  verifyText(purpose: string, text: string, signature: string): boolean;
}

export function createSigner(firstKeys: readonly SigningKey[]): Signer {
  let keys = firstKeys;
  const cache = createBoundedCache<string, Buffer[]>(maxKeys);
  /** What was given, beside what is right: comparing on the hot path makes no garbage. */
  const given = Buffer.alloc(signatureLength);

  function expected(fileId: FileId): Buffer[] {
    const known = cache.get(fileId);
    if (known) return known;
    if (!isFileId(fileId)) return [];
    const signatures = keys.map(({ secret }) => Buffer.from(sign(secret, fileId)));
    cache.set(fileId, signatures);
    return signatures;
  }

  return {
    replace(newKeys) {
      keys = newKeys;
      cache.clear();
    },

    sign(fileId) {
      const [key] = keys;
      if (!key) throw new Error('a signer needs a key');
      return sign(key.secret, fileId);
    },

    verify(fileId, signature) {
      // A character beyond ASCII takes several bytes, and none of them is one of a signature's.
      if (signature.length !== signatureLength || given.write(signature) !== signatureLength) return false;
      let right = false;
      for (const one of expected(fileId)) if (timingSafeEqual(one, given)) right = true;
      return right;
    },

    signText(purpose, text) {
      const [key] = keys;
      if (!key) throw new Error('a signer needs a key');
      return signAs(key.secret, purpose, text);
    },

    verifyText(purpose, text, signature) {
      const sent = Buffer.from(signature);
      if (sent.length !== signatureLength) return false;
      let right = false;
      for (const { secret } of keys)
        if (timingSafeEqual(Buffer.from(signAs(secret, purpose, text)), sent)) right = true;
      return right;
    },
  };
}

function sign(secret: string, fileId: FileId): string {
  return signAs(secret, 'stream', fileId);
}

function signAs(secret: string, purpose: string, text: string): string {
  return createHmac('sha256', secret)
    .update(`${purpose}:${text}`)
    .digest()
    .subarray(0, signatureBytes)
    .toString('base64url');
}
