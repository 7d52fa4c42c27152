import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hourMs } from '../core/durations.ts';
import { changeBits, reduce } from './outbox/changes.ts';
import { maxToldAgain, missingNames, stepAfter } from './outbox/check-schedule.ts';
import type { UnseenFolder } from './outbox/notices.ts';
import { isWithin, lastOf, parentOf } from './path-map.ts';
import type { Connection, Library, Shown } from './servers/adapter.ts';
import { type NotifiedTree, pathSeenBy, type Server } from './servers/servers.ts';

/** A folder that is looked for: as the server sees it, and the STRM files that stand in it. */
interface Wanted {
  folder: UnseenFolder;
  path: string;
  /** Names of its STRM files. */
  names: readonly string[];
}

/** What became of folders that a server was told of. */
export interface Arrival {
  /** They are there, are gone from the tree, or lie in no library of the server. */
  settled: UnseenFolder[];
  /** Of them, how many the server shows. */
  seen: number;
  /** Of them, how many lie in no library of it. */
  outside: number;
  missing: UnseenFolder[];
}

/** Clocks of two machines are this far apart at most, or the whole list is asked for. */
const clockToleranceMs = hourMs;

/** No folder has that many films and episodes: more are not looked for one by one. */
const maxNames = 2000;

/** Asks a server whether it shows what stands in these folders. @throws ServerFault */
export async function checkArrival(
  server: Server,
  folders: readonly UnseenFolder[],
  trees: ReadonlyMap<string, NotifiedTree>,
  connection: Connection,
): Promise<Arrival> {
  const libraries = await server.adapter.libraries?.(connection);
  const wanted: Wanted[] = [];
  let outside = 0;
  for (const folder of folders) {
    const tree = trees.get(folder.tree);
    const path = tree && pathSeenBy(server, tree, folder.dir);
    if (path === undefined) continue;
    if (libraries && !libraryOf(path, libraries)) {
      outside++;
      continue;
    }
    const names = await strmNames(join(tree?.dir ?? '', folder.dir));
    if (names.length > 0) wanted.push({ folder, path: path.normalize('NFC'), names });
  }
  let missing = wanted;
  let isWhole = true;
  const firstToldAt = folders.reduce(
    (first, { toldAt }) => Math.min(first, toldAt),
    Number.POSITIVE_INFINITY,
  );
  // The short list first; who is not on it may have been there for long.
  const lists = folders.some(({ checks }) => checks > 0)
    ? [firstToldAt - clockToleranceMs, undefined]
    : [firstToldAt - clockToleranceMs];
  for (const since of lists) {
    if (missing.length === 0) break;
    const asked = new Set(missing.map(({ path }) => path));
    const shown = await server.adapter.shown?.(asked, since, connection);
    missing = stillMissing(missing, shown);
    isWhole = shown?.isWhole ?? true;
  }
  // Of a server with more items than are asked for nothing can be said.
  if (!isWhole) missing = [];
  const gone = new Set(missing.map(({ folder }) => folder));
  return {
    settled: folders.filter((folder) => !gone.has(folder)),
    seen: wanted.length - missing.length,
    outside,
    missing: [...gone],
  };
}

function stillMissing(wanted: readonly Wanted[], shown: Shown | undefined): Wanted[] {
  const byFolder = Map.groupBy(shown?.paths ?? [], parentOf);
  return wanted.filter(({ folder, path, names }) => {
    const [, title = '', ...inner] = folder.dir.split('/');
    const there = (byFolder.get(path) ?? []).map(lastOf);
    return missingNames({ title, isTitle: inner.length === 0, expected: names, shown: there }).length > 0;
  });
}

/** Sees to it that a server looks again at what it does not show. @throws ServerFault */
export async function urge(
  server: Server,
  missing: readonly UnseenFolder[],
  trees: ReadonlyMap<string, NotifiedTree>,
  connection: Connection,
): Promise<void> {
  const { adapter } = server;
  const byStep = Map.groupBy(missing, ({ checks }) => stepAfter(checks + 1));
  for (const [name, own] of Map.groupBy(byStep.get('tell') ?? [], ({ tree }) => tree)) {
    const tree = trees.get(name);
    const changes = own.map(({ dir }) => ({ dir, changes: changeBits.created, major: true }));
    for (const { dir } of reduce(changes, maxToldAgain)) {
      const path = tree && pathSeenBy(server, tree, dir);
      // One by one: of several in one call some get lost.
      if (path !== undefined) await adapter.tell([{ path, change: 'created' }], connection);
    }
  }
  const toScan = byStep.get('scan') ?? [];
  if (toScan.length === 0) return;
  const libraries = (await adapter.libraries?.(connection)) ?? [];
  const ids = new Set<string>();
  for (const { tree: name, dir } of toScan) {
    const tree = trees.get(name);
    const path = tree && pathSeenBy(server, tree, dir);
    const id = path === undefined ? undefined : libraryOf(path, libraries)?.id;
    if (id !== undefined) ids.add(id);
  }
  await adapter.scan?.([...ids], connection);
}

function libraryOf(path: string, libraries: readonly Library[]): Library | undefined {
  return libraries.find(({ locations }) => locations.some((location) => isWithin(path, location)));
}

async function strmNames(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => name.endsWith('.strm')).slice(0, maxNames);
}
