import { hash } from 'node:crypto';
import { createBoundedCache } from '../../core/bounded-cache.ts';
import type { HeaderValues } from '../../core/http/headers.ts';

/** A film that is watched is asked for at each jump, and its first byte waits for this. */
const hashes = createBoundedCache<string, string>(500);
const maxKept = 500;

/**
 * Which version of a file the bytes of an answer are of, as far as the host says it: the same text for the same
 * `ETag`, the same `Last-Modified` and a size that is named or not, each as it came or missing. Bytes of two texts are
 * never put together (RFC 9110 section 15.3.7.3). A validator that one answer has and another lacks makes two of them,
 * and so does a weak tag: what cannot be told apart safely is taken for other bytes.
 */
export function upstreamVersion(headers: HeaderValues, isSizeNamed: boolean): string {
  const said = [valuesOf(headers.etag), valuesOf(headers['last-modified']), isSizeNamed];
  const text = JSON.stringify(said);
  const known = hashes.get(text);
  if (known !== undefined) return known;
  const version = hash('sha256', text, 'base64url').slice(0, 16);
  // What the host says is as long as it likes.
  if (text.length <= maxKept) hashes.set(text, version);
  return version;
}

function valuesOf(value: string | string[] | undefined): string[] | null {
  if (value === undefined) return null;
  return Array.isArray(value) ? value : [value];
}
