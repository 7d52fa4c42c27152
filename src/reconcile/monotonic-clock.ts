import { z } from 'zod';
import type { KeyValues } from '../catalog/db/key-values.ts';
import type { Clock } from '../core/clock.ts';
import { jsonOf } from '../core/codec.ts';

/** Where monotonic time stood, and what the two clocks said then. */
const anchor = z.object({ monotonicMs: z.number(), wallMs: z.number(), upMs: z.number().optional() });
type Anchor = z.infer<typeof anchor>;

/**
 * Time that has passed for certain, for deletions: it never runs faster than the real one, whatever somebody does to
 * the wall clock. From one reading to the next it moves on by the smaller of what the wall clock says and what the
 * machine's uptime says; after a restart of the machine the uptime alone is certain; a wall clock that went back adds
 * nothing. So a wrong clock makes a deletion later, never sooner. It begins at the wall clock's time and outlives the
 * process. In milliseconds.
 */
export interface MonotonicClock {
  now(): Promise<number>;
  /** Now, and the next reading counts from here. */
  advance(): Promise<number>;
}

export function createMonotonicClock(keyValues: KeyValues, clock: Clock): MonotonicClock {
  const kept = keyValues.entry('monotonicClock', jsonOf(anchor));

  async function read(): Promise<Anchor> {
    const [wallMs, upMs] = [clock.now(), clock.uptime?.()];
    const before = await kept.get();
    const monotonicMs = before ? before.monotonicMs + passedMs(before, { wallMs, upMs }) : wallMs;
    return { monotonicMs, wallMs, upMs };
  }

  return {
    now: async () => (await read()).monotonicMs,

    async advance() {
      const now = await read();
      await kept.put(now);
      return now.monotonicMs;
    },
  };
}

function passedMs(from: Omit<Anchor, 'monotonicMs'>, to: Omit<Anchor, 'monotonicMs'>): number {
  const wallMs = to.wallMs - from.wallMs;
  return Math.max(0, Math.min(wallMs, upPassedMs(from.upMs, to.upMs) ?? wallMs));
}

/** A machine that has been up for less than before was started since: at least its uptime has passed. */
function upPassedMs(from: number | undefined, to: number | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  return to >= from ? to - from : to;
}
