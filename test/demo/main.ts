import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadSecrets } from '../../src/secrets.ts';
import { freePort, startBridge } from '../fixtures/bridge-process.ts';
import { envOver } from '../fixtures/setup.ts';
import { strmFiles } from '../fixtures/strm-files.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { check } from './check.ts';
import { describeDoors } from './doors.ts';
import { type DemoOptions, help, readOptions } from './options.ts';

/**
 * `npm run demo`: a simulated account with small real films, and Passerelle on top of it. With `--check` every film is
 * played once in both ways of delivery, and the exit code tells whether all was well.
 */
const usualPort = 8790;
const user = 'passerelle';
const password = 'demo';

const options = readOptions(process.argv.slice(2));
if ('wrong' in options) {
  console.error(`demo: ${options.wrong}\n\n${help}`);
  process.exitCode = 2;
} else if (options.help) console.log(help);
else process.exitCode = await run(options);

async function run(options: DemoOptions): Promise<number> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const port = await portFor(options);
  if (port === undefined) {
    console.error(`demo: port ${options.port} is taken; name another one with --port, or none`);
    return 1;
  }
  const home = join(import.meta.dirname, '..', '..', 'demo');
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  const simulator = await createSimulator();
  const env = {
    // The simulated host does not lock anybody out: no reason to wait.
    ...envOver(simulator, home),
    PASSERELLE_PORT: String(port),
    PASSERELLE_USER: user,
    PASSERELLE_PASSWORD: password,
  };
  const libraryDir = join(home, 'library');
  try {
    if (options.check) return await check({ simulator, env, home, libraryDir });
    const bridge = await startBridge(env, home);
    await bridge.waitFor((line) => line.msg === 'sync done');
    const films = await strmFiles(libraryDir);
    console.log(
      describeDoors({
        url: bridge.url,
        libraryDir,
        user,
        password,
        adminToken: loadSecrets(join(home, 'data')).adminToken,
        film: films[0]?.url ?? '',
        films: films.length,
        calls: Object.values(simulator.counters.calls).reduce((sum, calls) => sum + calls, 0),
      }),
    );
    if (options.port === undefined && port !== usualPort)
      console.log(`\nPort ${usualPort} is taken by another program; this runs on ${port}.`);
    await stopped(stop.signal);
    await bridge.stop();
    return 0;
  } finally {
    await simulator.close();
  }
}

/** The port that was named, the usual one, or any; undefined when the one that was named is taken. */
async function portFor({ check, port }: DemoOptions): Promise<number | undefined> {
  if (port !== undefined) return freePort(port).catch(() => undefined);
  return check ? freePort() : freePort(usualPort).catch(() => freePort());
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
