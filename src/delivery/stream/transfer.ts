import type { Dispatcher } from 'undici';
import { isBridgeError } from '../../core/errors.ts';
import { type HeaderValues, header } from '../../core/http/headers.ts';
import type { DownloadAnswers, DownloadRefusal } from '../../host/host.ts';
import type { ByteRange } from '../policy/range.ts';
import { checkAnswer } from './check-answer.ts';
import { TransferFault } from './transfer-fault.ts';

/** Where the bytes of a transfer go. */
export interface TransferSink {
  /**
   * The answer is in order, and its bytes follow.
   * @param version of the file that they are of @throws TransferFault when bytes of this version are not wanted
   */
  begin(version: string): void;
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
  /** Milliseconds UTC, for times that the host names. */
  now: () => number;
}

/** How much of an error page is read to tell what it is. */
const pageBytes = 8192;
/** How often a download server may send on to another one. */
const maxRedirects = 3;

/**
 * Asks the host for a stretch of a file and checks the answer against what was asked before a single byte goes on. A
 * redirect is followed to where links may lead, and nowhere else.
 * @returns once the answer's headers are in order. @throws TransferFault
 */
export async function startTransfer(request: TransferRequest, sink: TransferSink): Promise<Transfer> {
  let { url } = request;
  for (let followed = 0; ; followed++) {
    const answer = await ask(request, url, sink);
    if ('abort' in answer) return answer;
    if (followed === maxRedirects) throw new TransferFault('link', 'the host sends on again and again');
    url = target(request.downloads, answer.location, url);
  }
}

/** @throws TransferFault */
function target(downloads: DownloadAnswers, location: string, from: string): string {
  try {
    return downloads.follow(location, from);
  } catch (error) {
    if (!isBridgeError(error)) throw error;
    throw new TransferFault('link', error.message, { code: error.code, cause: error });
  }
}

/** One request. undici's dispatch is used directly: one stream less between the two sockets. */
function ask(
  request: TransferRequest,
  address: string,
  sink: TransferSink,
): Promise<Transfer | { location: string }> {
  const { dispatcher, downloads, range, headersMs, stallMs, signal } = request;
  const url = new URL(address);
  return new Promise((resolve, reject) => {
    let started = false;
    let finished = false;
    /** Bytes of the answer that are to come still; what follows them was not announced. */
    let left = 0;
    let page: { status: number; headers: HeaderValues; text: string } | undefined;
    let control: Dispatcher.DispatchController | undefined;

    const gone = () => transfer.abort();
    signal.addEventListener('abort', gone, { once: true });
    /** @returns whether it was not over before */
    const finish = () => {
      signal.removeEventListener('abort', gone);
      const isFirst = !finished;
      finished = true;
      return isFirst;
    };
    const fail = (fault: TransferFault) => {
      if (!finish()) return;
      if (started) sink.failed(fault);
      else reject(fault);
    };
    const refuse = (fault: TransferFault) => {
      fail(fault);
      control?.abort(fault);
    };
    const transfer: Transfer = {
      resume: () => control?.resume(),
      abort: () => refuse(new TransferFault('cut', 'the reader has gone')),
    };
    const endPage = () => {
      if (page) fail(faultOfPage(downloads.readPage({ ...page, now: request.now() })));
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
        onResponseStart(controller, status, raw) {
          if (status < 200 || finished) return;
          const headers = raw as HeaderValues;
          const location = header(headers, 'location');
          if ([301, 302, 303, 307, 308].includes(status) && location !== undefined) {
            if (finish()) resolve({ location });
            return controller.abort(new Error('sent on'));
          }
          const answer = checkAnswer(status, headers, request);
          if (answer === 'page') {
            page = { status, headers, text: '' };
            return;
          }
          if (answer instanceof TransferFault) return refuse(answer);
          try {
            sink.begin(answer.version);
          } catch (error) {
            return refuse(error as TransferFault);
          }
          left = answer.bytes;
          started = true;
          resolve(transfer);
        },
        onResponseData(controller, chunk) {
          if (page) {
            page.text += chunk.toString('latin1');
            if (page.text.length > pageBytes) endPage();
            return;
          }
          if (finished) return;
          const bytes = chunk.length > left ? chunk.subarray(0, left) : chunk;
          const isMore = chunk.length > left;
          left -= bytes.length;
          if (bytes.length > 0 && !sink.data(bytes)) controller.pause();
          if (!isMore) return;
          // A host that ignored the end of the range would go on sending: nobody listens any more.
          if (finish()) sink.end();
          controller.abort(new Error('more than was asked for'));
        },
        onResponseEnd() {
          if (page) return endPage();
          if (finish()) sink.end();
        },
        onResponseError(_controller, error) {
          if (page) return endPage();
          fail(
            new TransferFault('cut', (error as NodeJS.ErrnoException).code ?? error.name, { cause: error }),
          );
        },
      },
    );
  });
}

/** An answer that is not the file. */
function faultOfPage({ kind, code, why, waitMs }: DownloadRefusal): TransferFault {
  return new TransferFault(kind, why, { code, ...(waitMs === undefined ? {} : { waitMs }) });
}
