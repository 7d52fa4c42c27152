import type { BridgeError } from '../../../core/errors.ts';
import type { Urgency } from '../../host.ts';

/** A call that waits for its turn. */
export interface QueuedCall {
  urgency: Urgency;
  verb: string;
  key?: string;
  signal?: AbortSignal;
  /** The longest wait, milliseconds, and when it is over, milliseconds since the epoch; both may be infinite. */
  waitMs: number;
  dueAt: number;
  /** Leaves the queue and begins, `at` being now. */
  start(at: number): void;
  /** Leaves the queue and fails. */
  refuse(error: BridgeError): void;
}

/** Waiting calls, the most urgent first, and among equals the one that came first. */
export interface CallQueue {
  add(call: QueuedCall): void;
  remove(call: QueuedCall): void;
  /** A copy, in order: calls may leave while it is walked. */
  all(): QueuedCall[];
  counts(): Record<Urgency, number>;
}

export function createCallQueue(): CallQueue {
  const lanes: Record<Urgency, Set<QueuedCall>> = {
    play: new Set(),
    write: new Set(),
    refresh: new Set(),
    probe: new Set(),
    index: new Set(),
    background: new Set(),
  };
  return {
    add: (call) => void lanes[call.urgency].add(call),
    remove: (call) => void lanes[call.urgency].delete(call),
    all: () => Object.values(lanes).flatMap((lane) => [...lane]),
    counts: () => ({
      play: lanes.play.size,
      write: lanes.write.size,
      refresh: lanes.refresh.size,
      probe: lanes.probe.size,
      index: lanes.index.size,
      background: lanes.background.size,
    }),
  };
}
