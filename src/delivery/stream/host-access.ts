import { BridgeError } from '../../core/errors.ts';
import type { Lease } from '../../links/lease.ts';
import { applyVerdict } from './apply-verdict.ts';
import type { SlotRequest } from './connection-slots.ts';
import type { FileStreamOptions, ReadableFile, ReadOptions } from './read-options.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { TransferRequest } from './transfer.ts';
import { TransferFault } from './transfer-fault.ts';

/** Everything of a request but which bytes it is for. */
export type Attempt = Omit<TransferRequest, 'range'>;

/** The way of one reading to the host: a link, a connection, and what is put up with. */
export interface HostAccess {
  /**
   * Tries with one link after another until a try works.
   * @throws BridgeError when the retry policy gives up; the reason of the reading's signal
   */
  reach<T>(attempt: (request: Attempt, lease: Lease) => Promise<T>): Promise<T>;
  /** Does what the retry policy says of a transfer that broke off. @throws BridgeError when it gives up */
  afterCut(fault: TransferFault, lease: Lease): Promise<void>;
  /** Gives the connection to whoever waits for one. */
  giveBack(): void;
}

/** Whose way it is. */
export interface HostAccessOwner {
  file: ReadableFile;
  reading: Pick<ReadOptions, 'urgency' | 'viewer' | 'onSource'>;
  retryPolicy: RetryPolicy;
  /** The reader has gone. */
  signal: AbortSignal;
  /** The reading is to be given up for a film. */
  giveUp(reason: BridgeError): void;
  holder: Pick<SlotRequest, 'idleSince' | 'rest'>;
}

export function createHostAccess(owner: HostAccessOwner, options: FileStreamOptions): HostAccess {
  const { file, reading, retryPolicy, signal } = owner;
  const { broker, clock, dispatcher, downloads, userAgent, headersMs, stallMs } = options;
  const { sizeBytes } = file;
  const now = () => clock.now();
  let release: (() => void) | undefined;

  async function slot(): Promise<() => void> {
    const { viewer, urgency } = reading;
    const release = await options.slots.take({
      viewer,
      urgency,
      signal,
      giveUp: () =>
        owner.giveUp(new BridgeError('BRIDGE_TOO_MANY_STREAMS', { detail: 'a film needs the line' })),
      ...owner.holder,
    });
    // Gone in the very moment of its turn: nobody else gives it back.
    if (signal.aborted) release();
    signal.throwIfAborted();
    return release;
  }

  return {
    async reach(attempt) {
      const { urgency, onSource } = reading;
      for (;;) {
        let lease: Lease | undefined;
        let isNew = true;
        try {
          lease = await broker.acquire(file, {
            urgency,
            signal,
            onSource(source) {
              isNew = source !== 'kept';
              onSource?.(source);
            },
          });
          release ??= await slot();
          const { url } = lease;
          const reached = await attempt(
            { dispatcher, downloads, url, sizeBytes, userAgent, headersMs, stallMs, signal, now },
            lease,
          );
          broker.used(lease);
          return reached;
        } catch (error) {
          signal.throwIfAborted();
          const verdict = () =>
            error instanceof TransferFault
              ? retryPolicy.afterFault(error, false, isNew)
              : retryPolicy.afterRefusal(error);
          await applyVerdict(file, lease, verdict, options, signal);
        }
      }
    },

    afterCut: (fault, lease) =>
      applyVerdict(file, lease, () => retryPolicy.afterFault(fault, true), options, signal),

    giveBack() {
      release?.();
      release = undefined;
    },
  };
}
