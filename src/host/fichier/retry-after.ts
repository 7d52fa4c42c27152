import { hourMs } from '../../core/durations.ts';
import { type HeaderValues, header } from '../../core/http/headers.ts';
import { parseHttpDate } from '../../core/http/http-date.ts';

/** No wait that a host asks for is believed to be longer. */
const maxMs = hourMs;

/**
 * The wait that an answer asks for, in milliseconds from now: `Retry-After` in seconds or as a date in any of the three
 * forms (RFC 9110 sections 10.2.3 and 5.6.7). A date counts from the answer's own `Date`, so that a clock of ours that is
 * wrong does no harm; what is over is 0.
 * @param now milliseconds UTC, for an answer without `Date`
 * @returns undefined where it asks for none, or in no form that can be read
 */
export function readRetryAfter(headers: HeaderValues, now: number | undefined): number | undefined {
  const value = header(headers, 'retry-after')?.trim();
  if (!value) return undefined;
  // Fractions are no seconds of HTTP, but what they mean is plain.
  if (/^\d+(?:\.\d+)?$/.test(value)) return Math.min(Math.ceil(Number(value)) * 1000, maxMs);
  const at = parseHttpDate(value);
  const from =
    parseHttpDate(header(headers, 'date')) ?? (now === undefined ? undefined : Math.floor(now / 1000));
  if (at === undefined || from === undefined) return undefined;
  return Math.min(Math.max(0, at - from) * 1000, maxMs);
}
