import { join } from 'node:path';
import { loadSettings } from '../../config/load.ts';
import { createBridge } from '../../src/bridge.ts';
import { silentLog } from '../../src/core/log.ts';
import { runPart, type Shape } from '../stage/part.ts';
import { memoryOf } from '../stage/process-memory.ts';

export interface SyncerPart extends Shape {
  options: { env: Record<string, string>; home: string };
  facts: null;
  question: 'sync';
  answer: {
    ms: number;
    /** Of all its threads. */
    cpuMs: number;
    /** Files of the tree that were made, changed or removed. */
    written: number;
    /** Resident at most since the process began, MB. */
    peakMb: number;
  };
}

/** A bridge that syncs when it is asked to: the first one looks at everything, those after it at what changed. */
runPart<SyncerPart>(async ({ env, home }) => {
  const { settings } = loadSettings({ env, file: join(home, 'none.yaml') });
  const bridge = await createBridge(settings, silentLog);
  const { signal } = new AbortController();
  return {
    facts: null,
    async answer() {
      const begin = performance.now();
      const before = process.cpuUsage();
      const result = await bridge.sync.run({ signal });
      const ms = performance.now() - begin;
      const { user, system } = process.cpuUsage(before);
      if (result.outcome !== 'done') throw result.reason;
      const { keep, conflict, ...done } = result.tree.counts;
      if (conflict > 0) throw new Error(`${conflict} conflicts, ${keep} kept`);
      const written = Object.values(done).reduce((sum, n) => sum + n, 0);
      return { ms, cpuMs: (user + system) / 1000, written, peakMb: (await memoryOf(process.pid)).peakMb };
    },
  };
});
