import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadSettings } from '../../config/load.ts';
import { type Bridge, createBridge } from '../../src/bridge.ts';
import { silentLog } from '../../src/core/log.ts';
import type { SyncRun } from '../../src/sync/sync-run.ts';
import { disk } from '../../src/tree/tree.ts';
import { createHandClock } from '../fixtures/hand-clock.ts';
import { diskIsStill, letTimePass, passTime } from '../fixtures/passing-time.ts';
import { envOver } from '../fixtures/setup.ts';
import { createSimulator, type SimulatedFile, type SimulatedFolder } from '../simulator/simulator.ts';
import type { Death } from './death.ts';
import { descendantFiles } from './disk.ts';

export const hourMs = 3_600_000;

/** One tree of the settings; `root`: the account path below which it shows anything. */
export interface WorldTree {
  name: string;
  dir: string;
  root: string;
  /** Its disk is not mounted. */
  isAway?: boolean;
}

/** An account, a bridge over it that is closed, killed and opened again, and the disk below both. */
export async function createWorld(home: string, death: Death) {
  const clock = createHandClock();
  const simulator = await createSimulator({
    clock,
    account: { folders: [{ name: 'Films' }, { name: 'Series' }, { name: 'Misc' }] },
  });
  const { account } = simulator;
  const trees: WorldTree[] = [
    { name: '', dir: join(home, 'library'), root: '/' },
    { name: join(home, 'kodi'), dir: join(home, 'kodi'), root: '/Films' },
  ];
  mkdirSync(home, { recursive: true });
  const env = {
    ...envOver(simulator, home),
    PASSERELLE_BASE_URL: 'http://bridge.test',
    PASSERELLE_SYNC_REMOVE_PERCENT: '40',
    PASSERELLE_SYNC_TRASH_DAYS: '7',
    PASSERELLE_TREES: JSON.stringify([
      { dir: trees[0]?.dir, profile: 'jellyfin' },
      { dir: trees[1]?.dir, profile: 'kodi', roots: ['/Films'] },
    ]),
  };
  const { settings } = loadSettings({ env, file: join(home, 'none.yaml') });
  const open = (): Promise<Bridge> => createBridge(settings, silentLog, { clock, disk });
  let bridge = await open();
  /** What the root held before the account was swapped for an empty one. */
  let away: { folders: SimulatedFolder[]; files: SimulatedFile[] } | undefined;

  const world = {
    home,
    clock,
    simulator,
    account,
    trees,
    settings,
    env,
    get bridge(): Bridge {
      return bridge;
    },
    isAway: () => away !== undefined,

    /** Every file that the account lists now. */
    files(folder: SimulatedFolder = account.root): SimulatedFile[] {
      return [...folder.files.values(), ...[...folder.folders.values()].flatMap((sub) => world.files(sub))];
    },
    folders(folder: SimulatedFolder = account.root): SimulatedFolder[] {
      return [folder, ...[...folder.folders.values()].flatMap((sub) => world.folders(sub))];
    },

    swapOut(): void {
      const { folders, files } = account.root;
      away = { folders: [...folders.values()], files: [...files.values()] };
      folders.clear();
      files.clear();
    },
    swapIn(): void {
      for (const folder of away?.folders ?? []) account.root.folders.set(folder.id, folder);
      for (const file of away?.files ?? []) account.root.files.set(file.id, file);
      away = undefined;
    },

    /** Takes the disk of a tree away: an empty folder is left, which says nothing where nothing was written. */
    unmount(tree: WorldTree): void {
      if (tree.isAway || descendantFiles(tree.dir).size === 0) return;
      renameSync(tree.dir, `${tree.dir}.away`);
      mkdirSync(tree.dir);
      tree.isAway = true;
    },
    mountAll(): void {
      for (const tree of trees) {
        if (!tree.isAway) continue;
        const below = readdirSync(tree.dir);
        if (below.length > 0) throw new Error(`written where a disk belongs: ${below}`);
        rmSync(tree.dir, { recursive: true });
        renameSync(`${tree.dir}.away`, tree.dir);
        tree.isAway = false;
      }
    },

    sync: async (run: Partial<SyncRun> = {}) =>
      world.passing(bridge.sync.run({ signal: new AbortController().signal, ...run })),
    passing: async <T>(work: Promise<T>): Promise<T> =>
      (await passTime(work, { clock, simulator, stepMs: 5000 })).value,
    later: (ms: number) => letTimePass(clock, ms),

    async restart(): Promise<void> {
      await bridge.close();
      bridge = await open();
    },
    /** What runs dies with the process; the next one finds what is on the disk. */
    async bury(): Promise<void> {
      await bridge.close().catch(() => undefined);
      await bridge.catalog.close().catch(() => undefined);
      await diskIsStill();
      death.over();
      bridge = await open();
    },
    /** The same with a real process and a real signal. */
    async killProcess(afterMs: number): Promise<void> {
      await bridge.close();
      const file = fileURLToPath(new URL('victim.ts', import.meta.url));
      const child = fork(file, [JSON.stringify({ env, now: clock.now(), home })], {
        env: {},
        execArgv: [],
        silent: true,
      });
      const ended = once(child, 'exit');
      await Promise.race([once(child, 'message'), ended]);
      await delay(afterMs);
      child.kill('SIGKILL');
      await ended;
      bridge = await open();
    },
    async close(): Promise<void> {
      death.over();
      await bridge.close().catch(() => undefined);
      await simulator.close();
    },
  };
  return world;
}

export type World = Awaited<ReturnType<typeof createWorld>>;
