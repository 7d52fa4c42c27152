import type { Dispatcher } from 'undici';
import type { Clock } from '../../core/clock.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { DownloadAnswers, Urgency } from '../../host/host.ts';
import type { Broker, LinkedFile } from '../../links/broker.ts';
import type { LeaseSource } from '../../links/lease.ts';
import type { RangeCache } from '../cache/range-cache.ts';
import type { FileVersions } from '../file-versions.ts';
import type { ConnectionSlots } from './connection-slots.ts';
import type { RetryPolicyOptions } from './retry-policy.ts';

/** What a stream of a file is made with; times are milliseconds. */
export interface FileStreamOptions extends RetryPolicyOptions {
  broker: Broker;
  rangeCache: RangeCache;
  versions: FileVersions;
  slots: ConnectionSlots;
  dispatcher: Dispatcher;
  /** What the host says in the place of a file. */
  downloads: DownloadAnswers;
  clock: Clock;
  log: Log;
  userAgent: string;
  /** Longest wait for the headers of an answer. */
  headersMs: number;
  /** Longest silence in mid-transfer. */
  stallMs: number;
  /** Told of what the host says in the place of a file. */
  onFault?: (code: ErrorCode) => void;
}

/** A file that can be read: where it is and how large. */
export interface ReadableFile extends LinkedFile {
  sizeBytes: number;
}

/** Who reads, and what they want to hear of it. The callbacks are called in the turn that moves the bytes: they are cheap and never throw. */
export interface ReadOptions {
  urgency: Urgency;
  /** Whether its beginning or end is worth keeping for the next one. */
  keeps?: boolean;
  /** It may be a probe, which leaves early: the host is asked in steps, and a moment after what is kept here. */
  mayBeProbe?: boolean;
  /** The entity tag that the reader was told: no byte of another version than that is given. Absent = of any one version. */
  etag?: string;
  /**
   * Nothing is given unless the host gives what follows the kept part. Absent: a reader that may leave early gets what is
   * kept, and the host is asked when that has been taken.
   */
  wantsAll?: boolean;
  /** Its viewer reads several stretches of the file at one time: this one lets go of the host for none of the others. */
  isOneOfSeveral?: boolean;
  /** Readings of one viewer share its part of the connections. */
  viewer: string;
  onSource?: (source: LeaseSource) => void;
  /** Bytes came from what is kept here, not from the host. */
  onCached?: (bytes: number) => void;
  onFirstByte?: () => void;
  /** The host broke off, and the reading goes on. */
  onResume?: () => void;
  /** Called with each stretch that has passed. */
  onPassed?: (from: number, to: number) => void;
}
