import { join } from 'node:path';
import { counted } from '../../src/core/plural.ts';
import { account, checks } from './checks.ts';
import { startHouse } from './house.ts';
import { help, type Options, readOptions } from './options.ts';
import { measureBatches, measureFilms, showsAll } from './seen.ts';
import { createServer } from './server.ts';

/**
 * `npm run test:jellyfin`: a tree of Passerelle as a real Jellyfin sees it. The tree stands for an account made for
 * this; each check prints a line, and the exit code tells whether all was well.
 */
async function run(options: Options): Promise<number> {
  const server = createServer(options.url, options.key);
  console.log(`Jellyfin ${await server.version()}`);
  const delaySeconds = await server.delaySeconds();
  const house = await startHouse(options);
  const { simulator, bridge, libraryDir, sync } = house;
  const there = options.seenAs === undefined ? libraryDir : join(options.seenAs, 'library');
  const libraries = [
    ['Passerelle Movies', 'movies', 'Movies'],
    ['Passerelle Shows', 'tvshows', 'Shows'],
  ] as const;
  let failures = 0;
  const say = (ok: boolean, words: string) => {
    if (!ok) failures++;
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${words}`);
  };
  try {
    await server.setDelaySeconds(options.delaySeconds);
    account(simulator.account);
    await sync();
    for (const [name, kind, shelf] of libraries) await server.addLibrary(name, kind, join(there, shelf));
    bridge.notify.start();
    const began = Date.now();
    await showsAll({ server, libraryDir, there }, 180_000);
    say(true, `what the first sync wrote is there (${seconds(Date.now() - began)})`);
    const around = { ...house, server, there, say };
    for (const check of checks) {
      await check(around).catch((error: Error) => say(false, `${check.name}: ${error.message}`));
    }
    await measureFilms(around, options.films);
    await measureBatches(around, options.batches);
  } finally {
    await server.setDelaySeconds(delaySeconds).catch(() => undefined);
    for (const [name] of libraries) await server.removeLibrary(name).catch(() => undefined);
    await house.end();
  }
  console.log(failures === 0 ? 'all is well' : counted(failures, 'failure'));
  return failures === 0 ? 0 : 1;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options) process.exitCode = await run(options);
  else console.log(help);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
