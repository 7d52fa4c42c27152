import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startBridge } from '../fixtures/bridge-process.ts';
import { envOver } from '../fixtures/setup.ts';
import { strmFiles } from '../fixtures/strm-files.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { check } from './check.ts';

/**
 * `npm run demo`: a simulated account with small real films, and Passerelle on top of it. With `--check` every film is
 * played once in both ways of delivery, and the exit code tells whether all was well.
 */
const checking = process.argv.includes('--check');
const home = join(import.meta.dirname, '..', '..', 'demo');
await rm(home, { recursive: true, force: true });
await mkdir(home, { recursive: true });

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());

const simulator = await createSimulator();
const libraryDir = join(home, 'library');
const env = {
  // The simulated host does not lock anybody out: no reason to wait.
  ...envOver(simulator, home),
  PASSERELLE_PORT: String(await freePort(checking ? 0 : 8790).catch(() => freePort())),
};

process.exitCode = checking ? await check({ simulator, env, home, libraryDir }) : await show();
await simulator.close();

async function show(): Promise<number> {
  const bridge = await startBridge({ ...env, PASSERELLE_PASSWORD: 'demo' }, home);
  await bridge.waitFor((line) => line.msg === 'sync done');
  const films = await strmFiles(libraryDir);
  const [film] = films;
  console.log(`
Passerelle plays a simulated account. ${films.length} films and episodes lie as STRM files in
  ${libraryDir}

Over HTTP:   ${bridge.url}/strm/   (user passerelle, password demo)
Healthy?     ${bridge.url}/healthz
API calls:   ${Object.values(simulator.counters.calls).reduce((sum, calls) => sum + calls, 0)} spent for the index

Play one:
  ffprobe "${film?.url}"
  mpv "${film?.url}"

Ctrl-C ends it.`);
  await new Promise((resolve) => {
    if (stop.signal.aborted) resolve(undefined);
    stop.signal.addEventListener('abort', resolve, { once: true });
  });
  await bridge.stop();
  return 0;
}
