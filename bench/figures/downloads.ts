import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanEnv, nodeWith } from '../../test/fixtures/bridge-process.ts';
import { run } from '../../test/fixtures/run.ts';
import type { Figure, Measure } from '../figure.ts';
import type { HostPart } from '../parts/host.ts';
import { linkOf } from '../stage/ask-host.ts';
import { envFor } from '../stage/bridge.ts';
import { installed } from '../stage/installed.ts';
import { inTurns, median } from '../stage/rounds.ts';

const sizeBytes = 1 << 30;
const rounds = 3;
const connections = 4;
/** A gigabit a second, as much as a home has; then as fast as this machine goes. */
const lines = [125_000_000, 0];

/** Resuming, verifying and going through the bridge must not make a download slower than curl on the same line. */
export const downloads: Figure = {
  name: 'downloads',
  about: 'one film of 1 GiB fetched to a file, through serve in another process',
  async measure(stage) {
    const curl = await installed('-V', 'curl');
    if (curl === undefined) return [];
    const host = await stage.part<HostPart>('host', {
      folders: 1,
      filesPerFolder: 1,
      sizeBytes,
      isHashed: true,
    });
    const home = await stage.folder('bridge');
    const env = envFor(host.facts, home);
    const bridge = await stage.bridge(home, env);
    await bridge.logged('sync done');
    const link = await linkOf(host.facts, host.facts.pages[0] as string);
    const here = await stage.folder('here');
    const empty = async () => {
      for (const name of await readdir(here)) await rm(join(here, name));
    };
    /** Of each download of ours: from the last byte to the word that all of it is right. */
    const checks: number[] = [];

    const ours = async (bytesPerSecond: number) => {
      await empty();
      await host.ask({ bytesPerSecond: bytesPerSecond / connections });
      const start = join(import.meta.dirname, '../../src/start.js');
      const ran = await run(...nodeWith([start, 'get', '/*.mkv', here, '--json']), {
        env: { ...cleanEnv(), ...env },
        cwd: home,
      });
      if (ran.code !== 0) throw new Error(ran.stderr);
      const { isVerified, bytesMs, checkMs } = JSON.parse(ran.stdout);
      if (!isVerified) throw new Error('it was not verified');
      checks.push(checkMs / 1000);
      return sizeBytes / 1000 / bytesMs;
    };
    const theirs = async (bytesPerSecond: number) => {
      await empty();
      await host.ask({ bytesPerSecond });
      const ran = await run(curl, [
        '-sS',
        '-o',
        join(here, 'film'),
        '-w',
        '%{time_total} %{size_download}',
        link,
      ]);
      const [seconds = 0, bytes] = ran.stdout.split(' ').map(Number);
      if (bytes !== sizeBytes) throw new Error(`${bytes} bytes: ${ran.stderr}`);
      return sizeBytes / 1e6 / seconds;
    };

    const measures: Measure[] = [];
    for (const line of lines) {
      checks.length = 0;
      const {
        ours: value,
        baseline,
        ratio,
      } = await inTurns(
        rounds,
        () => ours(line),
        () => theirs(line),
      );
      measures.push({
        what: line > 0 ? 'get, on a line of 1 Gbit/s' : 'get, as fast as it goes',
        value,
        unit: 'MB/s',
        baseline: { what: 'curl straight at the host', value: baseline },
        ratio,
        ...(line > 0 && { bar: { of: 'ratio', is: '>=', limit: 0.9 } as const }),
        note: `known to be right ${median(checks).toFixed(1)} s after the last byte`,
      });
    }
    return measures;
  },
};
