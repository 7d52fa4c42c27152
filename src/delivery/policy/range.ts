/** A stretch of bytes, both ends included. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Longest Range header that is read; a longer one counts as none. The measured players send fewer than 40 characters.
 */
const maxHeader = 256;

/**
 * What a Range header asks of a file, by RFC 9110 section 14.
 * - `whole`: no header, another unit, a malformed one or several ranges; the answer is the whole file (section 14.2
 *   lets a server ignore the header, and no measured player sends several ranges).
 * - `unsatisfiable`: the range is well formed and lies outside the file: 416.
 */
export function parseRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | 'whole' | 'unsatisfiable' {
  if (header === undefined || header.length > maxHeader) return 'whole';
  const match = /^bytes[ \t]*=[ \t]*(?:(\d+)[ \t]*-[ \t]*(\d*)|-[ \t]*(\d+))$/i.exec(header.trimEnd());
  if (!match) return 'whole';
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const length = Number(suffix);
    if (length === 0) return 'unsatisfiable';
    // The last bytes of nothing are nothing, and satisfiable (section 14.1.2).
    if (sizeBytes === 0) return 'whole';
    return { start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === '' || last === undefined ? Number.POSITIVE_INFINITY : Number(last);
  // "bytes=9-1" is no valid range at all (section 14.1.1): the header is ignored.
  if (end < start) return 'whole';
  if (start >= sizeBytes) return 'unsatisfiable';
  return { start, end: Math.min(end, sizeBytes - 1) };
}

/** Whether a Range header that counts names no end: everything from a byte on, as far as its reader likes. */
export function isOpenRange(header: string | undefined): boolean {
  return /-[ \t]*$/.test(header ?? '');
}

/** `Content-Range` of a 206. */
export function contentRange({ start, end }: ByteRange, sizeBytes: number): string {
  return `bytes ${start}-${end}/${sizeBytes}`;
}

/** Reads the `Content-Range` of an upstream answer; undefined when it is none or names no total. */
export function parseContentRange(
  header: string | undefined,
): (ByteRange & { total: number | undefined }) | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(header?.trim() ?? '');
  if (!match) return undefined;
  const total = match[3] === '*' ? undefined : Number(match[3]);
  return { start: Number(match[1]), end: Number(match[2]), total };
}
