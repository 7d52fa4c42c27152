import { z } from 'zod';
import type { KeyValues } from '../../catalog/db/key-values.ts';
import { jsonOf } from '../../core/codec.ts';
import { dayMs } from '../../core/durations.ts';

/** Films that went, of the whole and by root. */
const loss = z.object({
  /** Monotonic time, milliseconds. */
  at: z.number(),
  files: z.number(),
  roots: z.record(z.string(), z.number()).optional(),
});
export type Loss = z.infer<typeof loss>;

/** What went within a day, added up. */
export interface LossSum {
  files: number;
  in(root: string): number;
}

/** Removals of the last day: many small losses in one bad night are one large loss. Times are monotonic. */
export interface RecentRemovals {
  sum(monotonicMs: number): Promise<LossSum>;
  add(loss: Loss): Promise<void>;
  /** A person said that it was right. */
  clear(): Promise<void>;
}

const recentMs = dayMs;

export function createRecentRemovals(keyValues: KeyValues): RecentRemovals {
  const kept = keyValues.entry('recentRemovals', jsonOf(z.array(loss)));
  const lately = async (monotonicMs: number): Promise<Loss[]> => {
    const all = (await kept.get()) ?? [];
    return all.filter(({ at, files }) => files > 0 && at <= monotonicMs && monotonicMs - at < recentMs);
  };
  return {
    async sum(monotonicMs) {
      const losses = await lately(monotonicMs);
      const add = (of: (loss: Loss) => number) => losses.reduce((sum, loss) => sum + of(loss), 0);
      return { files: add((loss) => loss.files), in: (root) => add((loss) => loss.roots?.[root] ?? 0) };
    },
    add: async (loss) => kept.put([...(await lately(loss.at)), loss]),
    clear: () => kept.put([]),
  };
}
