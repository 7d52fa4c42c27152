/** What the conditional headers of a request are compared with. */
export interface Validators {
  /** Strong entity tag, with its quotes. */
  etag: string;
  /** Milliseconds UTC; undefined when the host named no date. */
  lastModified: number | undefined;
}

/** Lower-cased request headers, as Node gives them. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Weighs the conditional headers of a GET or HEAD in the order of RFC 9110 section 13.2.2.
 * @returns 412, 304, or undefined when the request goes on
 */
export function weighConditions(headers: RequestHeaders, validators: Validators): 304 | 412 | undefined {
  const modified = validators.lastModified === undefined ? undefined : seconds(validators.lastModified);
  const ifMatch = one(headers['if-match']);
  const ifUnmodified = httpDate(one(headers['if-unmodified-since']));
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, validators.etag, 'strong')) return 412;
  } else if (ifUnmodified !== undefined && modified !== undefined && modified > ifUnmodified) {
    return 412;
  }
  const ifNoneMatch = one(headers['if-none-match']);
  const ifModified = httpDate(one(headers['if-modified-since']));
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, validators.etag, 'weak')) return 304;
  } else if (ifModified !== undefined && modified !== undefined && modified <= ifModified) {
    return 304;
  }
  return undefined;
}

/** Whether the Range header counts: no If-Range, or one that names exactly this version (RFC 9110 section 13.1.5). */
export function rangeCounts(headers: RequestHeaders, validators: Validators): boolean {
  const ifRange = one(headers['if-range'])?.trim();
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"')) return ifRange === validators.etag;
  const date = httpDate(ifRange);
  return (
    date !== undefined && validators.lastModified !== undefined && date === seconds(validators.lastModified)
  );
}

function matches(header: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (header.trim() === '*') return true;
  for (const [, weak, tag] of header.matchAll(/(W\/)?("[^"]*")/g)) {
    if (tag === etag && (comparison === 'weak' || !weak)) return true;
  }
  return false;
}

/** HTTP dates count in whole seconds. */
function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

/** The three forms of RFC 9110 section 5.6.7; Date.parse alone would take nearly any text. */
function httpDate(text: string | undefined): number | undefined {
  if (!text || !/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text)) return undefined;
  // The asctime form names no zone and means GMT.
  const ms = Date.parse(
    /GMT$|\d{2}:\d{2}:\d{2} \d{4}$/.test(text.trim())
      ? /GMT$/.test(text.trim())
        ? text
        : `${text} GMT`
      : '',
  );
  return Number.isNaN(ms) ? undefined : seconds(ms);
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
