import { isBridgeError } from '../../core/errors.ts';
import type { HostAccess } from './host-access.ts';
import type { FileStreamOptions } from './read-options.ts';
import { startTransfer, type TransferRequest } from './transfer.ts';
import { TransferFault } from './transfer-fault.ts';

/** What follows the kept part of a reading, asked for before the kept part is promised together with it. */
export interface RestAhead {
  /** Its place in the file. */
  from: number;
  /**
   * The first bytes of it; undefined where a link cannot be had just now, which is waited for while what is kept plays.
   * @throws BridgeError when the host does not give them
   */
  bytes: Promise<Buffer | undefined>;
  /** Resolves when it is known whether the host gives them, or when that takes too long to wait with the answer. @throws BridgeError */
  known(): Promise<void>;
}

/** As much as shows that the host gives the file. */
const restBytes = 64 * 1024;
/** A host that is slow is not waited for with what lies here; one that has failed once is, until it is given up. */
const graceMs = 2000;

/** Asks the host for what follows `from`. @param check told of the version of the answer, as a sink is */
export function askAhead(
  access: HostAccess,
  from: number,
  end: number,
  check: (version: string) => void,
  { clock, resumeForMs }: Pick<FileStreamOptions, 'clock' | 'resumeForMs'>,
): RestAhead {
  let hasFailed = false;
  const range = { start: from, end: Math.min(end, from + restBytes - 1) };
  const bytes = access
    .reach((request) =>
      readWhole({ ...request, range }, check).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      }),
    )
    .catch((error: unknown) => {
      if (isPassing(error, clock.now() + resumeForMs)) return undefined;
      throw error;
    })
    .finally(() => access.giveBack());
  // Whoever reads on hears of it, and nobody may.
  bytes.catch(() => undefined);
  return {
    from,
    bytes,
    async known() {
      const isKnown = new AbortController();
      const grace = clock.sleep(graceMs, isKnown.signal).catch(() => undefined);
      try {
        await Promise.race([bytes, grace]);
        if (hasFailed) await bytes;
      } finally {
        isKnown.abort();
      }
    },
  };
}

/** No link could be had, and one may be before a film that has begun is given up. */
function isPassing(error: unknown, until: number): boolean {
  return (
    isBridgeError(error) &&
    error.retryable &&
    !(error.cause instanceof TransferFault) &&
    (error.retryAt ?? 0) <= until
  );
}

/** @throws TransferFault */
function readWhole(request: TransferRequest, begin: (version: string) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const sink = {
      begin,
      data: (chunk: Buffer) => parts.push(chunk) > 0,
      end() {
        const bytes = Buffer.concat(parts);
        const wanted = request.range.end - request.range.start + 1;
        if (bytes.length === wanted) resolve(bytes);
        else reject(new TransferFault('cut', 'the body ended early'));
      },
      failed: reject,
    };
    startTransfer(request, sink).catch(reject);
  });
}
