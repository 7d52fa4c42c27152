import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServedBridge, serveBridge } from './bridge.ts';
import type { Shape } from './part.ts';
import { type Part, startPart } from './start-part.ts';

/** Where one figure is measured: a folder of its own, and processes that end with it. */
export interface Stage {
  /** Whether what takes minutes may run to its end. */
  long: boolean;
  /** Makes an empty folder and gives its path. */
  folder(name: string): Promise<string>;
  /** Starts `bench/parts/<name>.ts` as a process of its own. */
  part<S extends Shape>(name: string, options: S['options'], asServed?: boolean): Promise<Part<S>>;
  /** Starts `passerelle serve` as a process of its own and waits until it answers. */
  bridge(home: string, env: Record<string, string>): Promise<ServedBridge>;
  /** Stops this one too when the figure is over. */
  keep<T extends { stop(): Promise<unknown> }>(one: T): T;
  close(): Promise<void>;
}

export async function openStage({ long }: { long: boolean }): Promise<Stage> {
  const home = await mkdtemp(join(tmpdir(), 'passerelle-bench-'));
  const running: { stop(): Promise<unknown> }[] = [];
  const keep = <T extends { stop(): Promise<unknown> }>(one: T): T => {
    running.push(one);
    return one;
  };
  return {
    long,
    async folder(name) {
      const path = join(home, name);
      await mkdir(path, { recursive: true });
      return path;
    },
    part: async (name, options, asServed) => keep(await startPart(name, options, asServed)),
    bridge: async (folder, env) => keep(await serveBridge(folder, env)),
    keep,
    async close() {
      await Promise.all(running.splice(0).map((one) => one.stop()));
      await rm(home, { recursive: true, force: true });
    },
  };
}
