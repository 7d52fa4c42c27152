import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { movie } from '../fixtures/numbered-films.ts';
import type { Around } from './checks.ts';
import type { Item } from './server.ts';

const pollMs = 500;

/** Asks again and again until this is so. @throws Error when it is not in time */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  maxMs = 120_000,
): Promise<T> {
  for (const end = Date.now() + maxMs; ; ) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${maxMs / 1000} s`);
    await sleep(pollMs);
  }
}

/** Paths that Jellyfin shows: of an item and of each of its versions. */
export function pathsOf(items: readonly Item[]): Set<string> {
  return new Set(
    items.flatMap(({ Path, MediaSources }) => [Path ?? '', ...(MediaSources ?? []).map((one) => one.Path)]),
  );
}

/** Waits until a title of every folder of the tree is there. */
export async function showsAll(
  { server, libraryDir, there }: Pick<Around, 'server' | 'libraryDir' | 'there'>,
  maxMs: number,
): Promise<void> {
  const titles = async (shelf: string) =>
    (await readdir(`${libraryDir}/${shelf}`)).map((name) => `${there}/${shelf}/${name}/`);
  const wanted = [...(await titles('Movies')), ...(await titles('Shows'))];
  await eventually(
    'what was written first',
    async () => {
      const items = await server.items('Movie,Episode,Video');
      return wanted.every((title) => items.some(({ Path }) => Path?.startsWith(title)));
    },
    maxMs,
  );
}

/** From the upload of one film until Jellyfin shows it, one after the other. */
export async function measureFilms(
  { simulator, sync, server, there, say }: Around,
  count: number,
): Promise<void> {
  const took: number[] = [];
  for (let n = 0; n < count; n++) {
    const title = `Single ${letters(n)}`;
    const began = performance.now();
    simulator.account.addFile('/Films', movie(title, 1900 + n));
    await sync();
    const path = `${there}/Movies/${title} (${1900 + n})/`;
    await eventually(title, async () =>
      (await server.items('Movie', { SearchTerm: title })).some((item) => item.Path?.startsWith(path)),
    );
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => ((took[Math.floor((took.length - 1) * share)] ?? 0) / 1000).toFixed(1);
  say(true, `uploaded -> seen, ${count} films one by one: median ${at(0.5)} s, ${at(0)} to ${at(1)} s`);
}

/** Batches of two films, a show and one more episode of the show before it; in the end all of them are there. */
export async function measureBatches(around: Around, count: number): Promise<void> {
  const { simulator, sync, server, there, say, bridge } = around;
  const wanted = new Map<string, number>();
  for (let n = 0; n < count; n++) {
    const name = letters(n);
    const add = (folder: string, file: string, path: string) => {
      simulator.account.addFile(folder, { name: file, content: { sizeBytes: 5000 + n, seed: n } });
      wanted.set(`${there}/${path}`, Date.now());
    };
    for (const [which, year] of [
      ['One', 1930],
      ['Two', 1940],
    ] as const)
      add('/Films', `Batch ${which} ${name}.${year}.1080p.mkv`, `Movies/Batch ${which} ${name} (${year})/`);
    add('/Series', `Serial ${name}.S01E01.1080p.mkv`, `Shows/Serial ${name}/Season 01/Serial ${name} S01E01`);
    if (n > 0) {
      const before = letters(n - 1);
      add(
        '/Series',
        `Serial ${before}.S01E02.1080p.mkv`,
        `Shows/Serial ${before}/Season 01/Serial ${before} S01E02`,
      );
    }
    await sync();
    // Some together in one message, some in one of their own.
    await sleep(n % 3 === 0 ? 12_000 : 4000);
  }
  const missing = async () => {
    const shown = pathsOf(await server.items('Movie,Episode'));
    return [...wanted.keys()].filter((path) => ![...shown].some((one) => one.startsWith(path)));
  };
  const began = Date.now();
  const left = await eventually('all of them', async () => (await missing()).length === 0, 15 * 60_000).then(
    () => [],
    missing,
  );
  const [state] = await bridge.notify.state();
  say(
    left.length === 0,
    `${count} batches, ${wanted.size} folders: ${left.length === 0 ? 'none lost' : `lost: ${left.join(', ')}`}; the last one ${Math.round((Date.now() - began) / 1000)} s after it was written; ${state?.sight?.words ?? ''}`,
  );
}

/** `a0`, `b0`, ...: numbers alone would be taken for years or episodes. */
function letters(n: number): string {
  return `${'abcdefghijklmnopqrst'[n % 20]}${'abcdefghij'[Math.floor(n / 20) % 10]}x`;
}
