import type { Clock } from '../../core/clock.ts';

/**
 * A reading of the beginning or the end asks the host for so much, then for so much more, then for the rest, at least
 * so long apart: a probe has left by then, and the network's own buffers would take many times what it reads.
 */
const firstBytes = [1024 * 1024, 3 * 1024 * 1024];
const stepMs = 150;

/** How much of a reading is asked for at one time. */
export interface RampUp {
  /** The last byte to ask for from `position` on; `end` is the last one of the reading. */
  endFrom(position: number, end: number, mayBeProbe: boolean): number;
  /** Resolves when the next step may be taken. @throws the signal's reason */
  due(signal: AbortSignal): Promise<void>;
}

export function createRampUp(clock: Clock): RampUp {
  let taken = 0;
  let lastAt = 0;
  return {
    endFrom(position, end, mayBeProbe) {
      const bytes = mayBeProbe ? firstBytes[taken++] : undefined;
      lastAt = clock.now();
      return bytes === undefined ? end : Math.min(end, position + bytes - 1);
    },

    async due(signal) {
      const restMs = lastAt + stepMs - clock.now();
      if (restMs > 0) await clock.sleep(restMs, signal);
    },
  };
}
