import { BridgeError } from '../../core/errors.ts';

/** As tus sends it: names, and values in Base64. */
export type UploadMetadata = ReadonlyMap<string, string>;

/** Of the header. A name of 255 signs and a path of 4,096 bytes fit, in Base64. */
const maxLength = 8192;
const maxPairs = 32;

/**
 * What an Upload-Metadata says (tus 1.0.0, creation): pairs with commas between them, each a name and, behind a space, a
 * value in Base64; without a value it is empty.
 * @throws BridgeError BRIDGE_BAD_REQUEST
 */
export function readMetadata(value: string | undefined): UploadMetadata {
  const found = new Map<string, string>();
  if (value === undefined || value.trim() === '') return found;
  if (value.length > maxLength) throw bad('it is too long');
  const pairs = value.split(',');
  if (pairs.length > maxPairs) throw bad('it has too many pairs');
  for (const pair of pairs) {
    const [name = '', encoded = '', ...rest] = pair.trim().split(' ');
    if (!/^[\x21-\x7e]+$/.test(name) || rest.length > 0) throw bad('a pair is a name, a space and Base64');
    if (found.has(name)) throw bad('a name stands in it twice');
    found.set(name, decoded(encoded));
  }
  return found;
}

/** One pair of such. */
export function metadataPair(name: string, value: string): string {
  return `${name} ${Buffer.from(value).toString('base64')}`;
}

function decoded(encoded: string): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) throw bad('a value is no Base64');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'));
  } catch {
    throw bad('a value is no text in UTF-8');
  }
}

function bad(detail: string): BridgeError {
  return new BridgeError('BRIDGE_BAD_REQUEST', { detail: `Upload-Metadata: ${detail}` });
}
