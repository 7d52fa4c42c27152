import type { Memory } from '../../catalog/db/key-values.ts';

/** Films that went, of the whole and by root. */
interface Loss {
  /** Steady time, milliseconds. */
  at: number;
  files: number;
  roots?: Readonly<Record<string, number>>;
}

const memoryName = 'recentRemovals';
const recentMs = 24 * 3_600_000;

/** Removals of the last day: many small losses in one bad night are one large loss. */
export function createRecentRemovals(memory: Memory) {
  const lately = async (monotonicMs: number): Promise<Loss[]> => {
    const kept = (await memory.get<Loss[]>(memoryName)) ?? [];
    return kept.filter(({ at, files }) => files > 0 && at <= monotonicMs && monotonicMs - at < recentMs);
  };
  return {
    async sum(monotonicMs: number): Promise<{ files: number; in: (root: string) => number }> {
      const losses = await lately(monotonicMs);
      const add = (of: (loss: Loss) => number) => losses.reduce((sum, loss) => sum + of(loss), 0);
      return { files: add((loss) => loss.files), in: (root) => add((loss) => loss.roots?.[root] ?? 0) };
    },
    add: async (loss: Loss): Promise<void> => memory.put(memoryName, [...(await lately(loss.at)), loss]),
    /** A person said that it was right. */
    clear: (): Promise<void> => memory.put(memoryName, []),
  };
}

export type RecentRemovals = ReturnType<typeof createRecentRemovals>;
