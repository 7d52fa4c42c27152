import type { KeyValues } from '../catalog/db/key-values.ts';
import type { Clock } from '../core/clock.ts';

/** Where steady time stood, and what the two clocks said then. */
interface Anchor {
  monotonicMs: number;
  wallMs: number;
  upMs: number | undefined;
}

const memoryName = 'steady';

/**
 * Time that has passed for certain, for deletions: it never runs faster than the real one, whatever somebody does to
 * the wall clock. Between two looks it moves on by the smaller of what the wall clock says and what the machine's
 * uptime says; after a restart of the machine the uptime alone is certain; a wall clock that went back adds nothing.
 * So a wrong clock makes a deletion later, never sooner. It begins at the wall clock's time and outlives the process.
 */
export function createMonotonicClock(keyValues: KeyValues, clock: Clock) {
  const look = async (): Promise<Anchor> => {
    const wallMs = clock.now();
    const upMs = clock.uptime?.();
    const kept = await keyValues.get<Anchor>(memoryName);
    if (!kept) return { monotonicMs: wallMs, wallMs, upMs };
    return { monotonicMs: kept.monotonicMs + passedMs(kept, { wallMs, upMs }), wallMs, upMs };
  };
  return {
    now: async (): Promise<number> => (await look()).monotonicMs,

    /** Now, and the next look counts from here. */
    async advance(): Promise<number> {
      const anchor = await look();
      await keyValues.put(memoryName, anchor);
      return anchor.monotonicMs;
    },
  };
}

export type MonotonicClock = ReturnType<typeof createMonotonicClock>;

function passedMs(from: Omit<Anchor, 'monotonicMs'>, to: Omit<Anchor, 'monotonicMs'>): number {
  const wallMs = to.wallMs - from.wallMs;
  return Math.max(0, Math.min(wallMs, upPassedMs(from.upMs, to.upMs) ?? wallMs));
}

/** A machine that has been up for less than before was started since: at least its uptime has passed. */
function upPassedMs(from: number | undefined, to: number | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  return to >= from ? to - from : to;
}
