import { createHash } from 'node:crypto';
import type { HeaderValues } from '../../core/http/headers.ts';

/**
 * Which version of a file the bytes of an answer are of, as far as the host says it: the same text for the same
 * `ETag`, the same `Last-Modified` and a size that is named or not, each as it came or missing. Bytes of two texts are
 * never put together (RFC 9110 section 15.3.7.3). A validator that one answer has and another lacks makes two of them,
 * and so does a weak tag: what cannot be told apart safely is taken for other bytes.
 */
export function upstreamVersion(headers: HeaderValues, isSizeNamed: boolean): string {
  const said = [headers.etag, headers['last-modified']].map((value) =>
    value === undefined ? null : [value].flat(),
  );
  return createHash('sha256')
    .update(JSON.stringify([...said, isSizeNamed]))
    .digest('base64url')
    .slice(0, 16);
}
