import { parseHttpDate } from '../../core/http/http-date.ts';
import type { UploadMetadata } from '../pieces/metadata.ts';

/** The last second of the year 9999: HTTP dates end there. */
const maxSeconds = 253_402_300_799;

/**
 * The date that a client gives to what it sends, as `X-OC-Mtime` and tus say it: seconds since 1970, whose parts count for
 * nothing. What is no such date is none: nobody loses a file over its date.
 * @returns milliseconds UTC
 */
export function readUnixDate(text: string | undefined): number | undefined {
  if (text === undefined || text.length > 32) return undefined;
  const [, digits] = /^\s*(\d{1,12})(?:\.\d*)?\s*$/.exec(text) ?? [];
  return digits === undefined ? undefined : inTime(Number(digits));
}

/** The same as properties have it: also in the forms of HTTP. */
export function readPropertyDate(text: string): number | undefined {
  if (text.length > 64) return undefined;
  const seconds = parseHttpDate(text.trim());
  return seconds === undefined ? readUnixDate(text) : inTime(seconds);
}

/** How tus's clients call it: rclone and ownCloud `mtime`, in seconds; Uppy and tus-js `lastModified`, in milliseconds. */
export function readMetadataDate(metadata: UploadMetadata): number | undefined {
  const said = readUnixDate(metadata.get('mtime') ?? metadata.get('modified'));
  const ms = metadata.get('lastModified');
  return said ?? (ms !== undefined && /^\d{4,15}$/.test(ms) ? readUnixDate(ms.slice(0, -3)) : undefined);
}

function inTime(seconds: number): number | undefined {
  return seconds >= 0 && seconds <= maxSeconds ? seconds * 1000 : undefined;
}
