import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { jsonOf } from '../../core/codec.ts';
import { dayMs, hourMs, minuteMs } from '../../core/durations.ts';
import type { KeptFact } from '../../core/kept-fact.ts';

/** What is known of the warming of one server, as it outlives a restart. Times in milliseconds UTC. */
export interface WarmingRecord {
  /** Items that got their run time this way, ever. */
  done: number;
  lastAt?: number;
  /** Those that the server could not look into: how often, and when last. */
  failed: readonly (readonly [id: string, tries: number, at: number])[];
}

const record: z.ZodType<WarmingRecord> = z.object({
  done: z.number(),
  lastAt: z.number().exactOptional(),
  failed: z.array(z.tuple([z.string(), z.number(), z.number()])),
});
export const warmingCodec = jsonOf(record);

export interface LedgerOptions {
  clock: Clock;
  memory: KeptFact<WarmingRecord>;
}

/** After each failure an item is left alone for longer; after the last it is given up. */
const pausesMs: readonly number[] = [10 * minuteMs, 6 * hourMs];
/** What was given up is tried once more after this: the file or the server may be another one by then. */
const forgottenMs = 30 * dayMs;
/** More failures than anybody looks into; the oldest go first. */
export const maxFailed = 1000;

/** Which items need not be asked for again, over a restart. */
export interface Ledger {
  /** Whether an item may be asked for now. */
  mayTry(id: string): boolean;
  done(id: string): void;
  failed(id: string): void;
  counts(): { done: number; givenUp: number; lastAt: number | undefined };
}

export function createLedger({ clock, memory }: LedgerOptions): Ledger {
  const kept = memory.read();
  const failed = new Map((kept?.failed ?? []).map(([id, tries, at]) => [id, { tries, at }]));
  let done = kept?.done ?? 0;
  let lastAt = kept?.lastAt;

  function write(): void {
    memory.write({
      done,
      ...(lastAt !== undefined && { lastAt }),
      failed: [...failed].map(([id, { tries, at }]) => [id, tries, at] as const),
    });
  }

  return {
    mayTry(id) {
      const one = failed.get(id);
      if (!one) return true;
      const agoMs = clock.now() - one.at;
      // A clock that was set back holds up nothing for longer than it should.
      return agoMs < 0 || agoMs >= (pausesMs[one.tries - 1] ?? forgottenMs);
    },

    done(id) {
      done++;
      lastAt = clock.now();
      failed.delete(id);
      write();
    },

    failed(id) {
      const before = failed.get(id);
      const tries = before && before.tries <= pausesMs.length ? before.tries + 1 : 1;
      failed.delete(id);
      failed.set(id, { tries, at: clock.now() });
      for (const oldest of failed.keys()) {
        if (failed.size <= maxFailed) break;
        failed.delete(oldest);
      }
      write();
    },

    counts: () => ({
      done,
      givenUp: [...failed.values()].filter(({ tries }) => tries > pausesMs.length).length,
      lastAt,
    }),
  };
}
