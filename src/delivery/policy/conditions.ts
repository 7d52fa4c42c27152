import { type HeaderValues, header } from '../../core/http/headers.ts';
import { parseHttpDate } from '../../core/http/http-date.ts';

/** What the conditional headers of a request are compared with. */
export interface Validators {
  /** Strong entity tag, with its quotes. */
  etag: string;
  /** Milliseconds UTC; undefined when the host named no date. */
  lastModified: number | undefined;
}

/**
 * Weighs the conditional headers of a GET or HEAD in the order of RFC 9110 section 13.2.2.
 * @returns 412, 304, or undefined when the request goes on
 */
export function weighConditions(headers: HeaderValues, validators: Validators): 304 | 412 | undefined {
  const modified = validators.lastModified === undefined ? undefined : seconds(validators.lastModified);
  const ifMatch = header(headers, 'if-match');
  const ifUnmodified = parseHttpDate(header(headers, 'if-unmodified-since'));
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, validators.etag, 'strong')) return 412;
  } else if (ifUnmodified !== undefined && modified !== undefined && modified > ifUnmodified) {
    return 412;
  }
  const ifNoneMatch = header(headers, 'if-none-match');
  const ifModified = parseHttpDate(header(headers, 'if-modified-since'));
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, validators.etag, 'weak')) return 304;
  } else if (ifModified !== undefined && modified !== undefined && modified <= ifModified) {
    return 304;
  }
  return undefined;
}

/** Whether the Range header counts: no If-Range, or one that names exactly this version (RFC 9110 section 13.1.5). */
export function rangeCounts(headers: HeaderValues, validators: Validators): boolean {
  const ifRange = header(headers, 'if-range')?.trim();
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"')) return ifRange === validators.etag;
  const date = parseHttpDate(ifRange);
  return (
    date !== undefined && validators.lastModified !== undefined && date === seconds(validators.lastModified)
  );
}

/** No tag of ours holds a comma, so the members of a list can be told apart by theirs. */
function matches(header: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((member) => {
    const tag = member.trim();
    return tag === etag || (comparison === 'weak' && tag === `W/${etag}`);
  });
}

/** HTTP dates count in whole seconds. */
function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
