import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figure } from '../figure.ts';
import type { BareFastifyPart } from '../parts/bare-fastify.ts';
import type { HostPart } from '../parts/host.ts';
import type { IndexerPart } from '../parts/indexer.ts';
import type { LoadPart } from '../parts/load.ts';
import type { OpenerPart } from '../parts/opener.ts';
import { envFor } from '../stage/bridge.ts';
import { memoryOf } from '../stage/process-memory.ts';
import { median } from '../stage/rounds.ts';
import type { Stage } from '../stage/stage.ts';

const folders = 2000;
const filesPerFolder = 50;
const opens = 5;
const limitMb = 200;
/** Most of the peak is there by then; `--long` waits for the end. */
const watchMs = 75_000;

/** A large library on a small box. */
export const memory: Figure = {
  name: 'memory',
  about: `a catalog of ${(folders * filesPerFolder).toLocaleString('en')} files in ${folders.toLocaleString('en')} folders`,
  async measure(stage) {
    const host = await stage.part<HostPart>('host', { folders, filesPerFolder, sizeBytes: 1_000_000 });
    const home = await stage.folder('bridge');
    const env = envFor(host.facts, home);
    const indexed = await stage.part<IndexerPart>('indexer', { env, home, withTree: false });
    await indexed.stop();
    const open = await opening(stage, join(home, 'data', 'catalog.db'));
    const bare = await stage.part<BareFastifyPart>('bare-fastify', { location: 'http://127.0.0.1/' });
    const load = await stage.part<LoadPart>('load', {});

    // Nobody answers there, so this one serves and does not sync.
    const quiet = await stage.bridge(home, { ...env, FICHIER_API_URL: 'http://127.0.0.1:9/v1' });
    const paths = indexed.facts.paths;
    // Each film once, as a scan of the library does; all of it is answered from the catalog.
    const scan = { paths, headers: { 'if-none-match': '*' }, connections: 8, amount: paths.length };
    await load.ask({ ...scan, url: quiet.url, expectedStatus: 304 });
    await load.ask({ ...scan, url: bare.facts.url, expectedStatus: 302 });
    const serving = await memoryOf(quiet.pid);
    const floor = await memoryOf(bare.pid);
    await quiet.stop();

    await host.ask('calls since the last time');
    const begin = performance.now();
    const syncing = await stage.bridge(home, env);
    const done = await syncing.loggedWithin('sync done', stage.long ? 900_000 : watchMs);
    const synced = await memoryOf(syncing.pid);
    const seconds = Math.round((performance.now() - begin) / 1000);
    const { listings } = await host.ask('calls since the last time');
    const written = (await readdir(env.PASSERELLE_LIBRARY_DIR as string, { recursive: true })).length;

    const baseline = { what: 'a bare Fastify', value: floor.nowMb };
    const besideBare = (value: number) => ({ value, unit: 'MB', baseline, ratio: value / floor.nowMb });
    const bar = { of: 'value', is: '<', limit: limitMb } as const;
    return [
      {
        what: 'opening the catalog in a fresh process',
        value: open.openMs,
        unit: 'ms',
        baseline: { what: 'reading its file once', value: open.readMs },
        ratio: open.openMs / open.readMs,
        bar: { of: 'value', is: '<', limit: 1000 },
        note: `${Math.round(open.bytes / 1e6)} MB on disk, median of ${opens}`,
      },
      {
        what: 'resident while serving',
        ...besideBare(serving.nowMb),
        bar,
        note: `${paths.length.toLocaleString('en')} films asked for; ${serving.peakMb.toFixed(0)} MB at most`,
      },
      {
        what: 'resident at most while it syncs',
        ...besideBare(synced.peakMb),
        bar,
        note: `${done ? 'the whole first sync' : 'the first sync so far'}: ${listings} listings, ${written.toLocaleString('en')} files and folders written in ${seconds} s; ${synced.nowMb.toFixed(0)} MB at the end`,
      },
    ];
  },
};

async function opening(stage: Stage, file: string): Promise<OpenerPart['facts']> {
  const all: OpenerPart['facts'][] = [];
  for (let round = 0; round < opens; round++) {
    const { facts, stop } = await stage.part<OpenerPart>('opener', { file });
    await stop();
    all.push(facts);
  }
  return {
    openMs: median(all.map((one) => one.openMs)),
    readMs: median(all.map((one) => one.readMs)),
    bytes: all[0]?.bytes ?? 0,
  };
}
