import { join } from 'node:path';
import { type Around, account, checks } from './checks.ts';
import { startHouse } from './house.ts';
import type { Options } from './options.ts';
import { measureBatches, measureFilms, showsAll } from './seen.ts';
import { createServer } from './server.ts';

type Say = Around['say'];

/** A tree of Passerelle as a real Jellyfin sees it. The tree stands for an account made for this. */
export async function lookAtTree(options: Options, say: Say): Promise<void> {
  const server = createServer(options.url, options.key);
  const delaySeconds = await server.delaySeconds();
  const house = await startHouse(options);
  const { simulator, bridge, libraryDir, sync } = house;
  const there = options.seenAs === undefined ? libraryDir : join(options.seenAs, 'library');
  const libraries = [
    ['Passerelle Movies', 'movies', 'Movies'],
    ['Passerelle Shows', 'tvshows', 'Shows'],
  ] as const;
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
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
