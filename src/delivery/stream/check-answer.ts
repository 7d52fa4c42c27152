import { type HeaderValues, header } from '../../core/http/headers.ts';
import type { DownloadAnswers } from '../../host/host.ts';
import { type ByteRange, parseContentRange } from '../policy/range.ts';
import { TransferFault } from './transfer-fault.ts';
import { upstreamVersion } from './upstream-version.ts';

/** An answer in order: how many of its bytes are to be believed, and of which version of the file they are. */
export interface GoodAnswer {
  bytes: number;
  version: string;
}

export interface AskedRange {
  downloads: Pick<DownloadAnswers, 'isPage'>;
  range: ByteRange;
  /** Size of the whole file. */
  sizeBytes: number;
}

/** Looks at status and headers of a download server's answer. @returns `page` = not the file, its text tells more */
export function checkAnswer(
  status: number,
  headers: HeaderValues,
  { downloads, range, sizeBytes }: AskedRange,
): GoodAnswer | TransferFault | 'page' {
  const isBare = isUncoded(headers) && !/^multipart\//i.test(header(headers, 'content-type') ?? '');
  if (status === 206) {
    const got = parseContentRange(only(headers, 'content-range'));
    if (!got || got.start !== range.start || got.end < got.start || !isBare)
      return new TransferFault('cut', 'the host sent another range');
    const { total } = got;
    if (total !== undefined && total !== sizeBytes)
      return new TransferFault('changed', `the host says ${total} bytes`);
    if (got.end >= sizeBytes) return new TransferFault('cut', 'the host sent another range');
    return {
      bytes: Math.min(got.end, range.end) - range.start + 1,
      version: upstreamVersion(headers, total !== undefined),
    };
  }
  if (status === 416) return new TransferFault('changed', 'the host says the range lies outside the file');
  const length = only(headers, 'content-length');
  const isFile = header(headers, 'content-disposition') !== undefined || length !== undefined;
  if (status !== 200 || downloads.isPage(headers) || !isFile || !isBare) return 'page';
  if (length !== undefined && Number(length) !== sizeBytes)
    return new TransferFault('changed', `the host says ${length} bytes`);
  // The whole file instead of a range serves only a reader that begins at its start.
  return range.start === 0
    ? { bytes: sizeBytes, version: upstreamVersion(headers, true) }
    : new TransferFault('cut', 'the host ignored the range');
}

/** Bytes are counted: whatever codes them, in one header or in several, changes them. */
function isUncoded(headers: HeaderValues): boolean {
  if (headers['content-encoding'] === undefined && headers['transfer-encoding'] === undefined) return true;
  const codings = [headers['content-encoding'], headers['transfer-encoding']].flat().join(',').split(',');
  return codings.every((coding) => ['', 'identity', 'chunked'].includes(coding.trim().toLowerCase()));
}

/** The value of a header that must not come twice. */
function only(headers: HeaderValues, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
