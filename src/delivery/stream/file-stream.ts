import { Readable } from 'node:stream';
import { BridgeError } from '../../core/errors.ts';
import type { Lease } from '../../links/lease.ts';
import type { CachedReader } from '../cache/range-cache.ts';
import type { Recorder } from '../cache/range-recorder.ts';
import type { ByteRange } from '../policy/range.ts';
import { type Attempt, createHostAccess, type HostAccess, type HostAccessOwner } from './host-access.ts';
import { createRampUp, type RampUp } from './ramp-up.ts';
import type { FileStreamOptions, ReadableFile, ReadOptions } from './read-options.ts';
import { askAhead, type RestAhead } from './rest-ahead.ts';
import { createRetryPolicy, type RetryPolicy } from './retry-policy.ts';
import { startTransfer, type Transfer } from './transfer.ts';
import { TransferFault } from './transfer-fault.ts';
import { createVersionGuard, type VersionGuard } from './version-guard.ts';

/** A transfer, and whether there is nothing more to hear from it. */
type Running = Transfer & { isOver: boolean };

/** What lies ready for the player ahead of its socket; more only fills memory. */
const aheadBytes = 256 * 1024;

/**
 * After so much from what is kept, the host is asked a moment later: a probe has what it wants by then and leaves,
 * while its socket still takes what it will never read.
 */
const probeBytes = 512 * 1024;
const probeGraceMs = 120;

/**
 * A stretch of a file: from what is kept here as far as that goes, then from the host, going on at the exact byte when
 * the host cuts, stalls or ends a link. The host is not asked before the kept part has been taken, unless all of it is
 * wanted. All bytes are of one version of the file; where the host has another one, the stream ends with an error.
 */
export class FileStream extends Readable {
  readonly file: ReadableFile;
  readonly viewer: string;
  readonly #end: number;
  readonly #reading: ReadOptions;
  readonly #options: FileStreamOptions;
  readonly #retryPolicy: RetryPolicy;
  readonly #access: HostAccess;
  readonly #steps: RampUp;
  readonly #gone = new AbortController();
  #position: number;
  #guard: VersionGuard | undefined;
  #cached: CachedReader | undefined;
  #cachedBytes = 0;
  #rest: RestAhead | undefined;
  #transfer: Running | undefined;
  #recorder: Recorder | undefined;
  /** Ways of getting bytes that are under way. */
  #busy = 0;
  /** The reader asked for more while one was under way. */
  #wanted = false;
  #begun = false;
  #idleSince: number | undefined;
  /** The same viewer reads elsewhere in the file: at the next stop of this reader its connection is closed. */
  #isSuperseded = false;

  constructor(file: ReadableFile, range: ByteRange, reading: ReadOptions, options: FileStreamOptions) {
    super({ highWaterMark: aheadBytes });
    this.file = file;
    this.viewer = reading.viewer;
    this.#position = range.start;
    this.#end = range.end;
    this.#reading = reading;
    this.#options = options;
    this.#retryPolicy = createRetryPolicy(options);
    this.#steps = createRampUp(options.clock);
    const owner: HostAccessOwner = {
      file,
      reading,
      retryPolicy: this.#retryPolicy,
      signal: this.#gone.signal,
      giveUp: (reason) => this.destroy(reason),
      holder: {
        idleSince: () => (this.#transfer ? this.#idleSince : undefined),
        rest: () => this.rest(),
      },
    };
    this.#access = createHostAccess(owner, options);
  }

  /**
   * Ready to be read: at once when the beginning is kept here, unless all that follows it is wanted too.
   * @throws BridgeError when the retry policy gives up; BRIDGE_UPSTREAM_CHANGED when the file is not what the reader was told
   */
  async open(): Promise<void> {
    const { rangeCache, versions } = this.#options;
    const { etag, wantsAll } = this.#reading;
    const known = versions.cachedOf(this.file.id) ?? (await versions.of(this.file.id));
    const isAsPromised = () => etag === undefined || versions.etagOf(this.file) === etag;
    if (!isAsPromised())
      throw new BridgeError('BRIDGE_UPSTREAM_CHANGED', { detail: 'while it was asked for' });
    const guard = createVersionGuard(known, isAsPromised);
    this.#guard = guard;
    this.#cached = rangeCache.read(this.file, this.#position, this.#end, known.version());
    if (!this.#cached) return this.#alone(() => this.#connect());
    guard.check(this.#cached.version);
    const { stop } = this.#cached;
    if (!wantsAll || stop > this.#end) return;
    this.#rest = askAhead(this.#access, stop, this.#end, guard.check, this.#options);
    await this.#rest.known();
  }

  /** A jump has led elsewhere: the connection is closed as soon as this reader takes nothing, once. */
  supersede(): void {
    if (this.#idleSince === undefined) this.#isSuperseded = true;
    else this.rest();
  }

  /** Closes the connection to the host until the reader goes on; what it has not taken yet stays. */
  rest(): void {
    if (!this.#transfer || this.#idleSince === undefined) return;
    const rested = this.#transfer;
    this.#transfer = undefined;
    rested.isOver = true;
    rested.abort();
    this.#access.giveBack();
  }

  override _read(): void {
    this.#idleSince = undefined;
    // A wish from before the last byte was handed over: behind it there is nothing to ask the host for.
    if (this.#position > this.#end) return;
    this.#wanted = this.#busy > 0;
    if (this.#transfer) this.#transfer.resume();
    else if (!this.#wanted) this.#during(() => (this.#cached ? this.#readCached() : this.#connect()));
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#gone.abort(new BridgeError('BRIDGE_UPSTREAM_CUT', { detail: 'the player has gone' }));
    this.#transfer?.abort();
    this.#transfer = undefined;
    this.#recorder?.end();
    this.#recorder = undefined;
    void this.#cached?.close();
    this.#access.giveBack();
    callback(error);
  }

  /** Runs one way of getting bytes; its failure ends the stream. */
  #during(work: () => Promise<void>): void {
    this.#alone(work).catch((error: Error) => this.destroy(error));
  }

  /** While this runs, a wish for more starts nothing else: the same bytes would come twice. */
  async #alone(work: () => Promise<void>): Promise<void> {
    this.#busy++;
    try {
      await work();
    } finally {
      this.#busy--;
      if (this.#wanted && this.#busy === 0 && !this.destroyed) this._read();
    }
  }

  async #readCached(): Promise<void> {
    for (;;) {
      const cached = this.#cached;
      const bytes = await cached?.next();
      // The reader left while the file was being opened.
      if (this.destroyed) return cached?.close();
      if (!bytes) break;
      this.#cachedBytes += bytes.length;
      // The film has begun: from here on the retry policy is that of a running one.
      this.#retryPolicy.progress();
      this.#reading.onCached?.(bytes.length);
      if (!this.#pass(bytes)) return;
    }
    await this.#cached?.close();
    this.#cached = undefined;
    if (this.#position > this.#end) return;
    if (this.#rest && !(await this.#takeRest(this.#rest))) return;
    if (this.#reading.mayBeProbe && this.#cachedBytes >= probeBytes)
      await this.#options.clock.sleep(probeGraceMs, this.#gone.signal);
    await this.#connect();
  }

  /** Hands on what was asked for ahead of its time. @returns whether the host is to be asked for more now */
  async #takeRest({ from, bytes }: RestAhead): Promise<boolean> {
    this.#rest = undefined;
    const rest = await bytes;
    if (this.destroyed) return false;
    // What is kept was damaged, and ended before its time.
    if (!rest || from !== this.#position) return true;
    this.#record();
    return this.#take(rest) && this.#position <= this.#end;
  }

  /** Finds a transfer that works, from the present position on. @throws BridgeError when the retry policy gives up */
  async #connect(): Promise<void> {
    const running = await this.#access.reach((request, lease) => this.#start(request, lease));
    if (this.destroyed) running.abort();
    else if (!running.isOver) this.#transfer = running;
  }

  async #start(attempt: Attempt, lease: Lease): Promise<Running> {
    const start = this.#position;
    const { rangeCache } = this.#options;
    const mayBeProbe = this.#reading.mayBeProbe === true && rangeCache.sideOf(this.file, start) !== undefined;
    const range = { start, end: this.#steps.endFrom(start, this.#end, mayBeProbe) };
    const state = { isOver: false };
    // A short body may be over before its transfer is known here; one that rests has been let go.
    const ended = (fault: TransferFault) => {
      if (state.isOver) return;
      state.isOver = true;
      this.#ended(fault, lease);
    };
    const transfer = await startTransfer(
      { ...attempt, range },
      {
        begin: (version) => {
          this.#guard?.check(version);
          this.#record();
        },
        data: (chunk) => this.#take(chunk),
        end: () => {
          if (this.#position <= range.end) return ended(new TransferFault('cut', 'the body ended early'));
          state.isOver = true;
          this.#nextStep();
        },
        failed: ended,
      },
    );
    return Object.assign(state, transfer);
  }

  /** From here on what passes is kept, where that is worth it. */
  #record(): void {
    const version = this.#guard?.version();
    if (!this.#reading.keeps || version === undefined) return;
    this.#recorder ??= this.#options.rangeCache.recorder(this.file, this.#position, version);
  }

  /** The host gave all that it was asked for: the next step waits until the reader wants it. */
  #nextStep(): void {
    this.#transfer = undefined;
    if (this.#position > this.#end || this.destroyed) return;
    // A paused reader asks for the next step when it goes on.
    if (this.#idleSince !== undefined) this.#access.giveBack();
    else this.#during(() => this.#steps.due(this.#gone.signal).then(() => this.#connect()));
  }

  #take(chunk: Buffer): boolean {
    const left = this.#end + 1 - this.#position;
    if (left <= 0) return true;
    const bytes = chunk.length > left ? chunk.subarray(0, left) : chunk;
    this.#recorder?.take(bytes);
    this.#retryPolicy.progress();
    const wantsMore = this.#pass(bytes);
    if (this.#position <= this.#end) {
      if (!wantsMore) this.#pause();
      return wantsMore;
    }
    this.#access.giveBack();
    // A host that ignored the end of the range would go on sending: nobody listens any more.
    if (chunk.length > left) this.#transfer?.abort();
    return true;
  }

  #pause(): void {
    this.#idleSince ??= this.#options.clock.now();
    if (!this.#isSuperseded) return;
    this.#isSuperseded = false;
    // Not from within the transfer's own call.
    setImmediate(() => this.rest());
  }

  /** Hands bytes to the reader. @returns whether it wants more now */
  #pass(bytes: Buffer): boolean {
    const from = this.#position;
    this.#position += bytes.length;
    if (!this.#begun) {
      this.#begun = true;
      this.#reading.onFirstByte?.();
    }
    const wantsMore = this.push(bytes);
    this.#reading.onPassed?.(from, this.#position);
    if (this.#position > this.#end) this.push(null);
    return wantsMore;
  }

  #ended(fault: TransferFault, lease: Lease): void {
    this.#transfer = undefined;
    if (this.#position > this.#end || this.destroyed) return;
    this.#options.log.info(
      { fileId: this.file.id, position: this.#position, fault: fault.kind, why: fault.message },
      'the host broke off in mid-file; going on at the same byte',
    );
    this.#reading.onResume?.();
    this.#during(() => this.#access.afterCut(fault, lease).then(() => this.#connect()));
  }
}
