import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { counted } from '../../src/core/plural.ts';
import { type BridgeProcess, cleanEnv, startBridge } from '../fixtures/bridge-process.ts';
import { password, user } from '../fixtures/dav.ts';
import { findProgram } from '../fixtures/programs.ts';
import { type Ran, type RunOptions, runFor } from '../fixtures/run.ts';
import { envOver } from '../fixtures/setup.ts';
import { createSimulator, expectedBytes, type Simulator } from '../simulator/simulator.ts';

/** The longest that one program may take: restic goes at the pace of the host. */
const maxRunMs = 15 * 60_000;

/** The part of a tap test that the fixtures use. */
export interface Teardown {
  teardown(work: () => unknown): void;
  comment(words: string): void;
  fail(words: string): void;
}

/** A `passerelle serve` that may write, at its own pace, over a host with the limits of the real one. */
export interface World {
  simulator: Simulator;
  bridge: BridgeProcess;
  user: string;
  password: string;
  /** What ends with the run. */
  t: Teardown;
  /** A folder of this machine, with files that are given by their paths; their dates lie years back. */
  folder(files?: Readonly<Record<string, Buffer | string>>): Promise<string>;
  /** Runs a program; its failure is a fault. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<Ran>;
  /**
   * Runs one check, and prints how it ended: with what `work` tells, how long it took and what the host was asked.
   * @param isOurPace false where the client asks the host itself
   */
  check(name: string, work: () => Promise<string | undefined>, isOurPace?: boolean): Promise<void>;
  /** Says why something cannot be checked here. */
  skip(name: string, why: string): void;
  /** Whether these programs are here; says so where one is not. */
  has(name: string, ...programs: string[]): Promise<boolean>;
  /** Files below a path of the account as the host has them: their paths, and what their bytes come to. */
  atHost(path: string): Record<string, string>;
  faults(): number;
  close(): Promise<void>;
}

export const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
export const seeded = (sizeBytes: number, seed: number) =>
  Buffer.from(expectedBytes({ sizeBytes, seed }, 0, sizeBytes));

export async function createWorld(): Promise<World> {
  const account = { folders: [{ name: 'Backup' }, { name: 'Films' }] };
  const simulator = await createSimulator({ account, limits: 'strict' });
  const home = await mkdtemp(join(tmpdir(), 'writers-'));
  const ends: (() => unknown)[] = [];
  let faults = 0;
  const bridge = await startBridge(
    {
      ...envOver(simulator, home),
      // As people have it: the pace that the real host wants.
      FICHIER_REQUEST_INTERVAL_MS: '2500',
      FICHIER_FOLDER_INTERVAL_MS: '30000',
      PASSERELLE_PASSWORD: password,
      PASSERELLE_DAV_WRITE: 'account',
    },
    home,
  );
  await bridge.waitFor(({ msg }) => msg === 'sync done');

  const asked = () => Object.values(simulator.counters.calls).reduce((sum, count) => sum + count, 0);
  const print = (verdict: string, words: string) => console.log(`${verdict.padEnd(4)} ${words}`);

  const world: World = {
    simulator,
    bridge,
    user,
    password,
    t: {
      teardown: (work) => void ends.push(work),
      comment: (words) => console.log(`     ${words}`),
      fail(words) {
        faults++;
        print('FAIL', words);
      },
    },

    async folder(files = {}) {
      const dir = await mkdtemp(join(tmpdir(), 'writers-files-'));
      ends.push(() => rm(dir, { recursive: true, force: true }));
      let seconds = 1_577_836_800;
      for (const [path, content] of Object.entries(files)) {
        const file = join(dir, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, content);
        seconds += 86_461;
        await utimes(file, seconds, seconds);
      }
      return dir;
    },

    async run(program, args, options = {}) {
      const ran = await runFor(maxRunMs, program, args, { env: cleanEnv(), ...options });
      if (ran.code !== 0)
        throw new Error(
          `${program} ${args.slice(0, 3).join(' ')}… ended with ${ran.code}: ${(ran.stderr || ran.stdout).trim().slice(-1500)}`,
        );
      return ran;
    },

    async check(name, work, isOurPace = true) {
      const { counters } = simulator;
      const [began, calls, uploads, breaches] = [Date.now(), asked(), counters.uploads, counters.breaches];
      const logged = bridge.log.length;
      let words: string | undefined;
      let fault: unknown;
      try {
        words = await work();
        if (isOurPace && counters.breaches > breaches)
          throw new Error(`the host was asked too fast: ${counted(counters.breaches - breaches, 'time')}`);
        if (simulator.isLocked()) throw new Error('the host has locked us out');
      } catch (error) {
        fault = error;
      }
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      const cost = `${seconds} s, ${counted(asked() - calls, 'call')}, ${counted(counters.uploads - uploads, 'upload')}`;
      if (fault === undefined) return print('ok', `${name}${words ? `: ${words}` : ''} (${cost})`);
      faults++;
      print('FAIL', `${name} (${cost})\n     ${fault instanceof Error ? fault.message : fault}`);
      const told = bridge.log.slice(logged).filter(({ level }) => ['warn', 'error'].includes(level));
      for (const line of told.slice(0, 5)) console.log(`     ${JSON.stringify(line)}`);
    },

    skip: (name, why) => print('--', `${name}: ${why}`),

    async has(name, ...programs) {
      for (const program of programs) {
        if (await findProgram({ fail: world.t.fail, comment: () => undefined }, program)) continue;
        world.skip(name, `${program} is not installed`);
        return false;
      }
      return true;
    },

    atHost(path) {
      const found: Record<string, string> = {};
      const read = (at: string, below: string) => {
        const { files, folders } = simulator.account.folder(at);
        for (const { name, content } of files.values())
          found[below + name] = sha(expectedBytes(content, 0, Number.MAX_SAFE_INTEGER));
        for (const { name } of folders.values()) read(`${at}/${name}`, `${below}${name}/`);
      };
      read(path, '');
      return found;
    },

    faults: () => faults,

    async close() {
      for (const end of ends.reverse()) await end();
      const code = await bridge.stop();
      if (code !== 0) world.t.fail(`serve ended with ${code}: ${bridge.errors()}`);
      await simulator.close();
      await rm(home, { recursive: true, force: true });
    },
  };
  return world;
}

/** The same of a folder of this machine; what the host does not take is not among it. */
export async function onDisk(dir: string, below = ''): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(join(dir, below), { withFileTypes: true })) {
    const path = `${below}${entry.name}`;
    if (entry.isDirectory()) Object.assign(found, await onDisk(dir, `${path}/`));
    else {
      const content = await readFile(join(dir, path));
      if (content.length > 0) found[path] = sha(content);
    }
  }
  return found;
}

/** @throws Error where two sets of files are not the same */
export function mustBeSame(found: Record<string, string>, wanted: Record<string, string>): void {
  const names = new Set([...Object.keys(found), ...Object.keys(wanted)]);
  const wrong = [...names].filter((name) => found[name] !== wanted[name]);
  if (wrong.length > 0)
    throw new Error(
      `not as they should be: ${wrong
        .slice(0, 5)
        .map((name) => `${name} (${found[name] ?? 'missing'}, wanted ${wanted[name] ?? 'none'})`)
        .join(', ')}`,
    );
}
