import { type HeaderValues, header } from '../../core/headers.ts';

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
  const ifUnmodified = httpDate(header(headers, 'if-unmodified-since'));
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, validators.etag, 'strong')) return 412;
  } else if (ifUnmodified !== undefined && modified !== undefined && modified > ifUnmodified) {
    return 412;
  }
  const ifNoneMatch = header(headers, 'if-none-match');
  const ifModified = httpDate(header(headers, 'if-modified-since'));
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
  const date = httpDate(ifRange);
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

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const longDay = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';
const month = `(?<month>${months.join('|')})`;
const time = '(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)';
/** The three forms of RFC 9110 section 5.6.7. */
const dateForms = [
  new RegExp(`^${day}, (?<date>\\d\\d) ${month} (?<year>\\d{4}) ${time} GMT$`),
  new RegExp(`^${longDay}, (?<date>\\d\\d)-${month}-(?<year>\\d\\d) ${time} GMT$`),
  new RegExp(`^${day} ${month} (?<date>[ \\d]\\d) ${time} (?<year>\\d{4})$`),
];

/** Whole seconds; undefined for what is no date and so must be ignored. Date.parse would take nearly any text. */
function httpDate(text: string | undefined): number | undefined {
  if (!text) return undefined;
  for (const form of dateForms) {
    const parts = form.exec(text)?.groups as Record<string, string> | undefined;
    if (!parts) continue;
    const { year = '', month = '', date, hour, minute, second } = parts;
    const midnight = Date.UTC(fullYear(year), months.indexOf(month), Number(date));
    // 31 Feb would count as 3 Mar.
    if (new Date(midnight).getUTCDate() !== Number(date)) return undefined;
    return seconds(midnight) + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  }
  return undefined;
}

/** Two digits are of this century, unless that is more than 50 years ahead (RFC 9110 section 5.6.7). */
function fullYear(digits: string): number {
  if (digits.length === 4) return Number(digits);
  const now = new Date().getUTCFullYear();
  const year = now - (now % 100) + Number(digits);
  return year > now + 50 ? year - 100 : year;
}
