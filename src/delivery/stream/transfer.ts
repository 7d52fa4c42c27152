import type { Dispatcher } from 'undici';
import type { ErrorCode } from '../../core/errors.ts';
import { type HeaderValues, header } from '../../core/headers.ts';
import type { DownloadAnswers, DownloadRefusal } from '../../host/host.ts';
import { type ByteRange, parseContentRange } from '../policy/range.ts';

/**
 * Why a transfer did not begin or did not finish.
 * - `link`: the host refuses this link; another one may work
 * - `changed`: the host has other bytes than the catalog says
 * - `later`: the host is busy or in maintenance; the link is not to blame
 * - `cut`: the connection failed, stalled or ended early
 */
export type FaultKind = 'link' | 'changed' | 'later' | 'cut';

/** A transfer that failed. The text holds no link. */
export class TransferFault extends Error {
  override readonly name = 'TransferFault';
  readonly kind: FaultKind;
  /** What a player is told when this does not pass. */
  readonly code: ErrorCode;
  /** When it makes sense to come back, milliseconds from now. */
  readonly waitMs: number;

  constructor(
    kind: FaultKind,
    message: string,
    options: { cause?: unknown; code?: ErrorCode; waitMs?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.code = options.code ?? 'BRIDGE_HOST_ERROR';
    this.waitMs = options.waitMs ?? 60_000;
  }
}

/** Where the bytes of a transfer go. */
export interface TransferSink {
  /** @returns false to make the host wait until `resume` */
  data(chunk: Buffer): boolean;
  /** All that was asked for has come, or the transfer ended before that. */
  end(): void;
  failed(fault: TransferFault): void;
}

/** A transfer that runs. */
export interface Transfer {
  resume(): void;
  /** Closes the connection at once. */
  abort(): void;
}

export interface TransferRequest {
  dispatcher: Dispatcher;
  downloads: DownloadAnswers;
  url: string;
  range: ByteRange;
  /** Size of the whole file. */
  sizeBytes: number;
  userAgent: string;
  /** Longest wait for the answer's headers. */
  headersMs: number;
  /** Longest silence in mid-transfer; waiting for a slow reader does not count. */
  stallMs: number;
  /** Aborts when the reader goes, also before the answer has come. */
  signal: AbortSignal;
}

/** How much of an error page is read to tell what it is. */
const pageBytes = 8192;

/**
 * Asks the host for a stretch of a file and checks the answer against what was asked before a single byte goes on.
 * undici's dispatch is used directly: one stream less between the two sockets.
 * @returns once the answer's headers are in order. @throws TransferFault
 */
export function startTransfer(request: TransferRequest, sink: TransferSink): Promise<Transfer> {
  const { dispatcher, downloads, range, headersMs, stallMs, signal } = request;
  const url = new URL(request.url);
  return new Promise((resolve, reject) => {
    let started = false;
    let finished = false;
    let page: { status: number; text: string } | undefined;
    let control: Dispatcher.DispatchController | undefined;

    const gone = () => transfer.abort();
    signal.addEventListener('abort', gone, { once: true });
    const fail = (fault: TransferFault) => {
      signal.removeEventListener('abort', gone);
      if (finished) return;
      finished = true;
      if (started) sink.failed(fault);
      else reject(fault);
    };
    const transfer: Transfer = {
      resume: () => control?.resume(),
      abort: () => {
        fail(new TransferFault('cut', 'the reader has gone'));
        control?.abort(new Error('the reader has gone'));
      },
    };
    const endPage = () => {
      if (page) fail(faultOfPage(downloads.readPage(page.status, page.text)));
      control?.abort(new Error('not a file'));
    };

    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'GET',
        headers: {
          'user-agent': request.userAgent,
          accept: '*/*',
          // Bytes are counted: a coding would change them.
          'accept-encoding': 'identity',
          range: `bytes=${range.start}-${range.end}`,
        },
        headersTimeout: headersMs,
        bodyTimeout: stallMs,
      },
      {
        onRequestStart(controller) {
          control = controller;
          if (finished) controller.abort(new Error('the reader has gone'));
        },
        onResponseStart(_controller, status, headers) {
          if (status < 200) return;
          const verdict = judge(status, headers as HeaderValues, request);
          if (verdict === 'page') {
            page = { status, text: '' };
          } else if (verdict) {
            fail(verdict);
            control?.abort(verdict);
          } else {
            started = true;
            resolve(transfer);
          }
        },
        onResponseData(controller, chunk) {
          if (page) {
            page.text += chunk.toString('latin1');
            if (page.text.length > pageBytes) endPage();
          } else if (!finished && !sink.data(chunk)) {
            controller.pause();
          }
        },
        onResponseEnd() {
          if (page) return endPage();
          signal.removeEventListener('abort', gone);
          if (finished) return;
          finished = true;
          sink.end();
        },
        onResponseError(_controller, error) {
          if (page) endPage();
          else
            fail(
              new TransferFault('cut', (error as NodeJS.ErrnoException).code ?? error.name, { cause: error }),
            );
        },
      },
    );
  });
}

/** undefined = in order; `page` = not the file, its text tells more. */
function judge(
  status: number,
  headers: HeaderValues,
  { downloads, range, sizeBytes }: TransferRequest,
): TransferFault | 'page' | undefined {
  const coding = header(headers, 'content-encoding') ?? 'identity';
  if (status === 206) {
    const got = parseContentRange(header(headers, 'content-range'));
    if (!got || got.start !== range.start || coding !== 'identity') {
      return new TransferFault('cut', 'the host sent another range');
    }
    if (got.total !== undefined && got.total !== sizeBytes) {
      return new TransferFault('changed', `the host says ${got.total} bytes`);
    }
    return undefined;
  }
  if (status === 416) return new TransferFault('changed', 'the host says the range lies outside the file');
  const length = header(headers, 'content-length');
  const isFile = header(headers, 'content-disposition') !== undefined || length !== undefined;
  if (status !== 200 || downloads.isPage(headers) || !isFile || coding !== 'identity') return 'page';
  if (length !== undefined && Number(length) !== sizeBytes) {
    return new TransferFault('changed', `the host says ${length} bytes`);
  }
  // The whole file instead of a range serves only a reader that begins at its start.
  return range.start === 0 ? undefined : new TransferFault('cut', 'the host ignored the range');
}

/** An answer that is not the file. */
function faultOfPage({ kind, code, why, waitMs }: DownloadRefusal): TransferFault {
  return new TransferFault(kind, why, { code, ...(waitMs === undefined ? {} : { waitMs }) });
}
