import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { Urgency } from '../fichier/governor.ts';
import type { Broker, LinkedFile } from '../links/broker.ts';
import type { Lease } from '../links/lease.ts';
import type { Log } from '../log.ts';
import { createPatience, type PatienceOptions, type Verdict } from './patience.ts';
import type { ByteRange } from './range.ts';
import { startTransfer, type Transfer, TransferFault } from './transfer.ts';

export interface FileStreamOptions extends PatienceOptions {
  broker: Broker;
  dispatcher: Dispatcher;
  clock: Clock;
  log: Log;
  userAgent: string;
  headersMs: number;
  stallMs: number;
}

/** A file that can be read: where it is and how large. */
export interface ReadableFile extends LinkedFile {
  sizeBytes: number;
}

/** What lies ready for the player ahead of its socket; more only fills memory. */
const aheadBytes = 256 * 1024;

/** A stretch of a file that goes on at the exact byte when the host cuts, stalls or ends a link. */
export class FileStream extends Readable {
  readonly #file: ReadableFile;
  readonly #end: number;
  readonly #urgency: Urgency;
  readonly #options: FileStreamOptions;
  readonly #patience: ReturnType<typeof createPatience>;
  readonly #gone = new AbortController();
  #position: number;
  #transfer: Transfer | undefined;

  constructor(file: ReadableFile, range: ByteRange, urgency: Urgency, options: FileStreamOptions) {
    super({ highWaterMark: aheadBytes });
    this.#file = file;
    this.#position = range.start;
    this.#end = range.end;
    this.#urgency = urgency;
    this.#options = options;
    this.#patience = createPatience(options);
  }

  /** Finds a transfer that works, from the present position on. @throws BridgeError when patience ends */
  async connect(): Promise<void> {
    const { signal } = this.#gone;
    for (;;) {
      let lease: Lease | undefined;
      try {
        lease = await this.#options.broker.acquire(this.#file, { urgency: this.#urgency, signal });
        this.#transfer = await this.#start(lease);
        this.#options.broker.used(lease);
        return;
      } catch (error) {
        signal.throwIfAborted();
        await this.#bear(lease, () =>
          error instanceof TransferFault
            ? this.#patience.afterFault(error, false)
            : this.#patience.afterRefusal(error),
        );
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
    const { sizeBytes } = this.#file;
    const { signal } = this.#gone;
    const request = { dispatcher, url: lease.url, range, sizeBytes, userAgent, headersMs, stallMs, signal };
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
    this.#patience.progress();
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
    this.#bear(lease, () => this.#patience.afterFault(fault, true))
      .then(() => this.connect())
      .catch((error: Error) => this.destroy(error));
  }

  /** Does what the verdict says. @throws what the verdict throws */
  async #bear(lease: Lease | undefined, verdict: () => Verdict): Promise<void> {
    const { broker, clock } = this.#options;
    try {
      const { pauseMs, dropLease } = verdict();
      if (dropLease && lease) await broker.drop(this.#file.id, lease.url);
      await clock.sleep(pauseMs, this.#gone.signal);
    } catch (error) {
      if (lease && error instanceof BridgeError && error.code === 'BRIDGE_LINK_DEAD') {
        // Whoever asks next gets the same word until its time is over: no call is spent on hope.
        await broker.drop(this.#file.id, lease.url);
        broker.refuse(this.#file.id, error);
      }
      throw error;
    }
  }
}
