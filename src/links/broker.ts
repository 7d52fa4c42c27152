import NodeCache from 'node-cache';
import type { Clock } from '../core/clock.ts';
import { minuteMs } from '../core/durations.ts';
import { type BridgeError, isBridgeError } from '../core/errors.ts';
import type { FileId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Urgency } from '../host/host.ts';
import { createFlights } from './flights.ts';
import type { Lease, LeaseSource } from './lease.ts';
import type { LinkTtl } from './link-ttl.ts';

/** Where leases outlive a restart. */
export interface LeaseStore {
  get(fileId: FileId): Promise<Lease | undefined>;
  put(lease: Lease): Promise<void>;
  drop(fileId: FileId): Promise<void>;
}

/** What the broker has to know of a file. `url` is its page at the host. */
export interface LinkedFile {
  id: FileId;
  url: string;
}

export interface AcquireOptions {
  urgency: Urgency;
  signal?: AbortSignal;
  /** Told where the lease came from. */
  onSource?: (source: LeaseSource) => void;
}

/** How a link is asked for. */
export interface LinkCall {
  urgency: Urgency;
  signal: AbortSignal;
  deadlineMs?: number;
  /** Called when the call has its turn and goes out. */
  onTurn: () => void;
}

export interface BrokerOptions {
  clock: Clock;
  log: Log;
  linkTtl: LinkTtl;
  store: LeaseStore;
  /** Asks the host for a link. */
  directLink: (url: string, options: LinkCall) => Promise<string>;
  /** Told of each refusal that is remembered. */
  onRefusal?: (error: BridgeError) => void;
  /** Longest wait of a player for its turn at the governor. */
  playDeadlineMs?: number;
}

/**
 * One live lease per file. Who asks while a call for the same file is in flight shares its answer; who asks after a
 * refusal gets the same refusal until its time is over. Both cost the host nothing.
 */
export interface Broker {
  /** A lease at hand that lives; no promise, for the hot path. */
  livingLease(fileId: FileId): Lease | undefined;
  /**
   * A living lease for this file: kept, shared or new.
   * @throws BridgeError of the host or the governor, with retryAt; the signal's reason when it aborts
   */
  acquire(file: LinkedFile, options: AcquireOptions): Promise<Lease>;
  /**
   * A new link in place of one that is at hand and nears its end; who asks meanwhile gets the old one.
   * @throws BridgeError of the host or the governor
   */
  renew(file: LinkedFile): Promise<Lease>;
  /** The host answered this link with the file: from the first time on the resume window counts. */
  used(lease: Lease): void;
  /** The host refused this link. Whether links end so early or the file has gone is told by the next one. */
  refused(lease: Lease): Promise<void>;
  /** This link is not to be used again; a newer one that somebody fetched meanwhile stays. */
  drop(fileId: FileId, url: string): Promise<void>;
  /** Another link may name a server that answers; this one stays the last hope while there is no other. */
  avoid(lease: Lease): void;
  /** What was found out about a file beside its links: the next who ask are told the same until `error.retryAt`. */
  refuse(fileId: FileId, error: BridgeError): void;
  /** How long this lease may still be handed out, milliseconds. */
  remainingMs(lease: Lease): number;
}

/** No link lives longer than this. */
const deadLinkSeconds = 24 * 3600;

/** How long a refusal is remembered when the host named no time. */
const refusalMs = { retryable: 5_000, final: minuteMs };

/** More files than ever fail at one time. */
const maxSuspects = 1000;

interface RememberedRefusal {
  error: BridgeError;
  until: number;
}

/** @see Broker */
export function createBroker(options: BrokerOptions): Broker {
  const { clock, log, linkTtl, store, directLink, playDeadlineMs = 10_000 } = options;
  const leases = new NodeCache({ useClones: false, checkperiod: 0 });
  /** Links that are written down in the next turn of the event loop. */
  const unwritten = new Map<FileId, Lease>();
  const refusals = new NodeCache({ useClones: false, checkperiod: 0 });
  const flights = createFlights<Lease>();
  /** Refused links by file, until another one shows that the file itself is alive. */
  const suspects = new Map<string, { isUsed: boolean; ageMs: number }>();
  /** Links that the host has refused: whatever still holds one must not bring it back. */
  const dead = new NodeCache({ useClones: false, checkperiod: 600, stdTTL: deadLinkSeconds });
  /** Links whose server could not be reached: another one is asked for first. */
  const avoided = new NodeCache({ useClones: false, checkperiod: 600, stdTTL: deadLinkSeconds });

  /** A clock set back before `issuedAt` ends a lease too. */
  function isAlive(lease: Lease): boolean {
    const now = clock.now();
    return now >= lease.issuedAt && now < linkTtl.endOf(lease);
  }

  async function fetchLease(
    file: LinkedFile,
    urgency: Urgency,
    signal: AbortSignal,
    onTurn: () => void,
  ): Promise<Lease> {
    const kept = await keptOf(file.id);
    if (kept && isAlive(kept) && !dead.has(kept.url) && !avoided.has(kept.url)) {
      leases.set(file.id, kept);
      return kept;
    }
    try {
      return await newLease(file, urgency, signal, onTurn);
    } catch (error) {
      if (!isHope(kept, error)) throw error;
      return kept;
    }
  }

  /** Nothing new is to be had now: the old link may live longer than is believed, and costs the host nothing. */
  function isHope(kept: Lease | undefined, refusal: unknown): kept is Lease {
    return (
      kept !== undefined &&
      !dead.has(kept.url) &&
      isPassing(refusal) &&
      clock.now() < linkTtl.lastHopeUntil(kept)
    );
  }

  async function newLease(
    file: LinkedFile,
    urgency: Urgency,
    signal: AbortSignal,
    onTurn: () => void,
  ): Promise<Lease> {
    const deadline = urgency === 'play' || urgency === 'probe' ? { deadlineMs: playDeadlineMs } : {};
    const url = await directLink(file.url, { urgency, signal, onTurn, ...deadline });
    const now = clock.now();
    const lease: Lease = { fileId: file.id, url, issuedAt: now, firstUsedAt: undefined, aliveAt: now };
    keep(lease);
    return lease;
  }

  function keep(lease: Lease): void {
    leases.set(lease.fileId, lease);
    // Behind what it is wanted for: a film waits for no disk, and a link that is used at once is written once.
    if (unwritten.size === 0) setImmediate(writeDown);
    unwritten.set(lease.fileId, lease);
  }

  async function keptOf(fileId: FileId): Promise<Lease | undefined> {
    return unwritten.get(fileId) ?? (await store.get(fileId));
  }

  function writeDown(): void {
    const these = [...unwritten.values()].filter(({ url }) => !dead.has(url));
    unwritten.clear();
    for (const lease of these)
      store
        .put(lease)
        .catch((error: unknown) =>
          log.warn({ err: error, fileId: lease.fileId }, 'lease could not be kept on disk'),
        );
  }

  function remember(fileId: FileId, error: unknown): void {
    // What the governor says costs the host nothing to ask again, and may be over sooner.
    if (!isBridgeError(error) || error.code.startsWith('BRIDGE_GATE')) return;
    options.onRefusal?.(error);
    const until = error.retryAt ?? clock.now() + (error.retryable ? refusalMs.retryable : refusalMs.final);
    refusals.set(fileId, { error, until } satisfies RememberedRefusal);
  }

  const takeOff = (file: LinkedFile, urgency: Urgency, get: typeof fetchLease = fetchLease) =>
    flights.start(
      file.id,
      (signal, onTurn) => get(file, urgency, signal, onTurn),
      (error) => remember(file.id, error),
    );

  function livingLease(fileId: FileId): Lease | undefined {
    const lease = leases.get<Lease>(fileId);
    if (!lease) return undefined;
    if (isAlive(lease)) return lease;
    leases.del(fileId);
    return undefined;
  }

  function avoid({ fileId, url }: Lease): void {
    avoided.set(url, true);
    if (leases.get<Lease>(fileId)?.url === url) leases.del(fileId);
  }

  async function drop(fileId: FileId, url: string): Promise<void> {
    dead.set(url, true);
    if (leases.get<Lease>(fileId)?.url === url) leases.del(fileId);
    const kept = await store.get(fileId);
    if (kept?.url === url) await store.drop(fileId);
  }

  return {
    livingLease,

    async acquire(file: LinkedFile, { urgency, signal, onSource }: AcquireOptions): Promise<Lease> {
      const living = livingLease(file.id);
      if (living) {
        onSource?.('kept');
        return living;
      }
      const refusal = refusals.get<RememberedRefusal>(file.id);
      if (refusal && clock.now() < refusal.until) {
        // What refused may have been a renewal: the link that it was to replace is still there.
        const kept = await keptOf(file.id);
        if (!isHope(kept, refusal.error)) throw refusal.error;
        onSource?.('kept');
        return kept;
      }
      refusals.del(file.id);
      signal?.throwIfAborted();

      const shared = flights.of(file.id);
      const flight = shared ?? takeOff(file, urgency);
      const lease = await flights.join(file.id, flight, signal);
      onSource?.(!flight.isOut ? 'kept' : shared ? 'shared' : 'new');
      return lease;
    },

    renew: (file: LinkedFile): Promise<Lease> =>
      (flights.of(file.id) ?? takeOff(file, 'refresh', newLease)).promise,

    used(lease: Lease): void {
      const now = clock.now();
      const doubt = suspects.get(lease.fileId);
      if (doubt) {
        suspects.delete(lease.fileId);
        linkTtl.refused(doubt.isUsed, doubt.ageMs);
      }
      linkTtl.worked(lease, now);
      lease.aliveAt = now;
      avoided.del(lease.url);
      if (lease.firstUsedAt !== undefined) return;
      lease.firstUsedAt = now;
      if (leases.get(lease.fileId) === lease) keep(lease);
    },

    async refused(lease: Lease): Promise<void> {
      if (suspects.size > maxSuspects) suspects.clear();
      suspects.set(lease.fileId, {
        isUsed: lease.firstUsedAt !== undefined,
        ageMs: clock.now() - lease.issuedAt,
      });
      await drop(lease.fileId, lease.url);
    },

    drop,

    avoid,

    refuse(fileId: FileId, error: BridgeError): void {
      // The new link was refused as well: the file is to blame, and the old one says nothing of how long links live.
      suspects.delete(fileId);
      remember(fileId, error);
    },

    remainingMs: (lease: Lease): number => Math.max(0, linkTtl.endOf(lease) - clock.now()),
  };
}

/** The host or the governor says no for now; the file and its links are not to blame. */
function isPassing(error: unknown): boolean {
  return isBridgeError(error) && error.retryable;
}
