import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { Urgency } from '../fichier/governor.ts';
import type { AcquireOptions, Broker, LinkedFile } from '../links/broker.ts';
import type { Lease } from '../links/lease.ts';
import type { Log } from '../log.ts';
import type { ByteRange } from './range.ts';
import { startTransfer, type Transfer, TransferFault } from './transfer.ts';

export interface ReaderOptions {
  broker: Broker;
  dispatcher: Dispatcher;
  clock: Clock;
  log: Log;
  userAgent: string;
  headersMs: number;
  stallMs: number;
  /** Tries without one byte of progress before a film is given up. */
  tries: number;
  /** Transfers at one time, of all readers together. */
  connections: number;
}

/** A file that can be read: where it is and how large. */
export interface ReadableFile extends LinkedFile {
  sizeBytes: number;
}

/** What lies ready for the player ahead of its socket; more only fills memory. */
const aheadBytes = 256 * 1024;

/** Pause before the next try: none after the first failure, then doubling from 250 ms to 5 s. */
function pauseMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(5000, 250 * 2 ** (failures - 2));
}

/** Reads stretches of files through whatever the host does in between. */
export function createReader(options: ReaderOptions) {
  const open = new Set<FileStream>();
  return {
    /**
     * Opens a stretch of a file. @returns a stream once the host has answered in order, so that an error before that
     * can still be a reply. The stream ends after exactly the bytes asked for, or with a BridgeError.
     * @throws BridgeError BRIDGE_TOO_MANY_STREAMS, BRIDGE_LINK_DEAD, BRIDGE_UPSTREAM_CUT, BRIDGE_UPSTREAM_CHANGED or the broker's
     */
    async open(file: ReadableFile, range: ByteRange, { urgency, signal }: AcquireOptions): Promise<Readable> {
      if (open.size >= options.connections) {
        throw new BridgeError('BRIDGE_TOO_MANY_STREAMS', { retryAt: options.clock.now() + 5000 });
      }
      const stream = new FileStream(file, range, urgency, options);
      open.add(stream);
      stream.once('close', () => open.delete(stream));
      const stop = () => stream.destroy();
      signal?.addEventListener('abort', stop, { once: true });
      try {
        if (signal?.aborted) throw signal.reason;
        await stream.connect();
        return stream;
      } catch (error) {
        stream.destroy();
        throw error;
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },

    /** Streams that are open now. */
    running: (): number => open.size,
  };
}

export type Reader = ReturnType<typeof createReader>;

/** A stretch of a file that goes on at the exact byte when the host cuts, stalls or ends a link. */
class FileStream extends Readable {
  readonly #file: ReadableFile;
  readonly #end: number;
  readonly #urgency: Urgency;
  readonly #options: ReaderOptions;
  readonly #gone = new AbortController();
  #position: number;
  #transfer: Transfer | undefined;
  /** Since the last byte of progress. */
  #failures = 0;
  #deadLinks = 0;

  constructor(file: ReadableFile, range: ByteRange, urgency: Urgency, options: ReaderOptions) {
    super({ highWaterMark: aheadBytes });
    this.#file = file;
    this.#position = range.start;
    this.#end = range.end;
    this.#urgency = urgency;
    this.#options = options;
  }

  /** Finds a transfer that works, from the present position on. */
  async connect(): Promise<void> {
    const { broker, clock } = this.#options;
    const { signal } = this.#gone;
    for (;;) {
      const lease = await broker.acquire(this.#file, { urgency: this.#urgency, signal });
      try {
        this.#transfer = await this.#start(lease);
        if (signal.aborted) this.#transfer.abort();
        signal.throwIfAborted();
        broker.used(lease);
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof TransferFault)) throw error;
        await this.#weigh(error, lease);
        await clock.sleep(pauseMs(this.#failures), signal);
      }
    }
  }

  override _read(): void {
    this.#transfer?.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#gone.abort(new BridgeError('BRIDGE_UPSTREAM_CUT', { detail: 'the player has gone' }));
    this.#transfer?.abort();
    this.#transfer = undefined;
    callback(error);
  }

  #start(lease: Lease): Promise<Transfer> {
    const { dispatcher, userAgent, headersMs, stallMs } = this.#options;
    const range = { start: this.#position, end: this.#end };
    const request = {
      dispatcher,
      url: lease.url,
      range,
      sizeBytes: this.#file.sizeBytes,
      userAgent,
      headersMs,
      stallMs,
    };
    return startTransfer(request, {
      data: (chunk) => this.#take(chunk),
      end: () => this.#ended(new TransferFault('cut', 'the body ended early'), lease),
      failed: (fault) => this.#ended(fault, lease),
    });
  }

  #take(chunk: Buffer): boolean {
    const left = this.#end + 1 - this.#position;
    if (left <= 0) return true;
    const bytes = chunk.length > left ? chunk.subarray(0, left) : chunk;
    this.#position += bytes.length;
    this.#failures = 0;
    this.#deadLinks = 0;
    const wantsMore = this.push(bytes);
    if (this.#position <= this.#end) return wantsMore;
    this.push(null);
    // A host that ignored the end of the range would go on sending: nobody listens any more.
    if (chunk.length > left) this.#transfer?.abort();
    return true;
  }

  #ended(fault: TransferFault, lease: Lease): void {
    this.#transfer = undefined;
    if (this.#position > this.#end || this.destroyed) return;
    this.#options.log.info(
      { fileId: this.#file.id, position: this.#position, fault: fault.kind, why: fault.message },
      'the host broke off in mid-file; going on at the same byte',
    );
    this.#weigh(fault, lease)
      .then(() => this.#options.clock.sleep(pauseMs(this.#failures), this.#gone.signal))
      .then(() => this.connect())
      .catch((error: Error) => this.destroy(error));
  }

  /** Whether to go on after this fault. @throws BridgeError when not */
  async #weigh(fault: TransferFault, lease: Lease): Promise<void> {
    const { broker, clock, tries } = this.#options;
    this.#failures++;
    if (fault.kind === 'changed')
      throw new BridgeError('BRIDGE_UPSTREAM_CHANGED', { detail: fault.message, cause: fault });
    if (fault.kind === 'link') {
      this.#deadLinks++;
      await broker.drop(this.#file.id, lease.url);
      // One new link is worth a call; a second one that dies at once is not.
      if (this.#deadLinks > 1) {
        throw new BridgeError('BRIDGE_LINK_DEAD', {
          detail: fault.message,
          retryAt: clock.now() + 60_000,
          cause: fault,
        });
      }
    }
    if (this.#failures >= tries) {
      const retryAt = clock.now() + 10_000;
      throw new BridgeError('BRIDGE_UPSTREAM_CUT', { detail: fault.message, retryAt, cause: fault });
    }
  }
}
