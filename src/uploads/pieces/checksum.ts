import { createHash, type Hash } from 'node:crypto';
import { BridgeError } from '../../core/errors.ts';

/** A digest that a client says its bytes have. */
export interface SaidChecksum {
  algorithm: 'md5' | 'sha1' | 'sha256';
  digest: Buffer;
}

/** Names as tus and ownCloud write them, lower-cased. */
export const checksumAlgorithms = ['sha1', 'sha256', 'md5'] as const;
const digestBytes = { md5: 16, sha1: 20, sha256: 32 } as const;

/** An Upload-Checksum of tus: `sha1 <Base64>`. @throws BridgeError BRIDGE_BAD_REQUEST */
export function readUploadChecksum(value: string | undefined): SaidChecksum | undefined {
  if (value === undefined) return undefined;
  const [, name = '', text = ''] = /^([a-z0-9]{1,16}) ([A-Za-z0-9+/]{1,88}={0,2})$/i.exec(value.trim()) ?? [];
  return checksumOf(name, Buffer.from(text, 'base64'), 'Upload-Checksum');
}

/** An OC-Checksum: `SHA1:<hexadecimal>`. One of another kind is not looked at. @throws BridgeError BRIDGE_BAD_REQUEST */
export function readOcChecksum(value: string | undefined): SaidChecksum | undefined {
  if (value === undefined) return undefined;
  const [, name = '', text = ''] = /^([a-z0-9]{1,16}):([0-9a-f]{1,128})$/i.exec(value.trim()) ?? [];
  if (name !== '' && !isKnown(name.toLowerCase())) return undefined;
  return checksumOf(name, Buffer.from(text, 'hex'), 'OC-Checksum');
}

function checksumOf(name: string, digest: Buffer, header: string): SaidChecksum {
  const algorithm = name.toLowerCase();
  if (!isKnown(algorithm) || digest.length !== digestBytes[algorithm])
    throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: `${header} is none that is known here` });
  return { algorithm, digest };
}

function isKnown(name: string): name is SaidChecksum['algorithm'] {
  return (checksumAlgorithms as readonly string[]).includes(name);
}

/** Looks at bytes as they pass. */
export interface PassingChecksum {
  pass(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** Of all that passed. */
  isRight(): boolean;
}

export function createPassingChecksum({ algorithm, digest }: SaidChecksum): PassingChecksum {
  const hash: Hash = createHash(algorithm);
  return {
    async *pass(body) {
      for await (const piece of body) {
        hash.update(piece);
        yield piece;
      }
    },
    isRight: () => hash.digest().equals(digest),
  };
}
