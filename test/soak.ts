import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Agent } from 'undici';
import { createHandClock, settle } from './fixtures/hand-clock.ts';
import { letTimePass, passTime } from './fixtures/passing-time.ts';
import { type Setup, setup } from './fixtures/setup.ts';
import { createRandom } from './simulator/random.ts';
import { createSimulator, type DeadForm, type FileSpec, type SimulatedFile } from './simulator/simulator.ts';
import { agents, createViewer, type Ending, type Wish } from './soak/viewers.ts';
import { createWeather } from './soak/weather.ts';

/**
 * A day of a household in a few minutes: `node test/soak.ts [--plays N] [--seed S]`. Real sockets, real disk, a real
 * bridge over the simulated host; only time is moved by hand. Ends with 1 when a viewer got wrong bytes, was refused
 * what the host would have given, or something leaks.
 */
const { values } = parseArgs({ options: { plays: { type: 'string' }, seed: { type: 'string' } } });
const plays = Number(values.plays ?? 10_000);
const seed = Number(values.seed ?? 1);
const dayMs = 86_400_000;
const filmCount = 200;
const cacheMiB = 64;
const random = createRandom(seed);
const between = (from: number, to: number) => Math.floor(from + random() * (to - from));
const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const clock = createHandClock();
const weather = createWeather({ clock, plays, random: createRandom(seed + 1) });
const account = {
  folders: Array.from({ length: 10 }, (_, folder) => ({
    name: `Folder ${folder}`,
    files: Array.from({ length: filmCount / 10 }, (_, n) => filmOf(folder * 20 + n)),
  })),
};
const simulator = await createSimulator({
  clock,
  account,
  limits: 'strict',
  expiredAnswer: oneOf<DeadForm>(['404', '410', '403-html', '200-html', '302-html']),
  onApiRequest: weather.onApiRequest,
});
weather.over(simulator);
const undo: (() => unknown)[] = [];
const home = mkdtempSync(join(tmpdir(), 'passerelle-soak-'));
const started: Setup = await setup(
  { testdir: () => home, teardown: (work) => void undo.push(work) },
  {
    over: simulator,
    overrides: { clock },
    env: { FICHIER_REQUEST_INTERVAL_MS: '2500', PASSERELLE_CACHE_MIB: String(cacheMiB) },
  },
);
const dispatcher = new Agent();
const progress = { bytes: 0 };
const passing = { clock, simulator, moved: () => progress.bytes, stepMs: 500 };
const see = createViewer({ dispatcher, clock, progress });
const tally = new Map<string, number>();
const wrongs: string[] = [];
/** Told at once: an hour is long for who waits to know. */
function wrong(line: string): void {
  wrongs.push(line);
  console.log(`wrong: ${line}`);
}
const heaps: number[] = [];
const firstFds: number[] = [];

await passTime(started.sync(), passing);
const films = [...simulator.account.files()];
const startedAt = clock.now();
const realStart = performance.now();

for (let done = 0; done < plays; ) {
  const together = Math.min(oneOf([1, 1, 1, 2, 3]), plays - done);
  await passTime(Promise.all(Array.from({ length: together }, play)), passing);
  done += together;
  const dueAt = startedAt + (dayMs * done) / plays;
  if (clock.now() < dueAt) await letTimePass(clock, dueAt - clock.now());
  const marks = Math.max(1, Math.floor(plays / 40));
  if (Math.floor(done / marks) > Math.floor((done - together) / marks)) heaps.push(heap());
  const step = Math.min(1000, plays);
  if (Math.floor(done / step) > Math.floor((done - together) / step)) await check(done);
}
judgeHeap();
await dispatcher.destroy();
for (const work of undo.reverse()) await work();
await simulator.close();
rmSync(home, { recursive: true, force: true, maxRetries: 5 });
report();

/** Mostly small: the day is to end within minutes. */
function filmOf(n: number): FileSpec {
  const chance = random();
  const sizeBytes =
    chance < 0.8 ? between(200_000, 2_000_000) : chance < 0.97 ? between(2e6, 8e6) : between(8e6, 30e6);
  return { name: `Film ${n} (${1950 + (n % 70)}).mkv`, content: { sizeBytes, seed: n + 1 } };
}

async function play(): Promise<void> {
  // Some films are watched more than others.
  const file = films[Math.floor(random() ** 2 * films.length)] as SimulatedFile;
  const agent = oneOf(agents);
  const url = started.streamUrl(simulator.account.pathOf(file));
  const wishes = wishesFor(file);
  weather.blow(file.id);
  for (const wish of wishes) {
    const from = clock.now();
    const ending = await see(url, agent, file, wish);
    note(file, agent, wish, from, ending);
    if (ending.is !== 'served') break;
  }
}

function wishesFor({ sizeBytes }: SimulatedFile): Wish[] {
  const wish = (from: number, wants: number, leaves = false): Wish => ({ from, wants, leaves });
  const start = wish(0, Math.min(300_000, sizeBytes));
  const end = wish(Math.max(0, sizeBytes - 65_536), Number.POSITIVE_INFINITY);
  const jump = () => wish(between(0, sizeBytes - 1), between(1000, 1_000_000));
  switch (oneOf(['whole', 'whole', 'probe', 'jumps', 'jumps', 'leaver'] as const)) {
    case 'whole':
      return [wish(0, Number.POSITIVE_INFINITY)];
    case 'probe':
      return [start, end];
    case 'jumps':
      return [start, jump(), jump(), wish(between(0, sizeBytes - 1), Number.POSITIVE_INFINITY)];
    case 'leaver':
      return [wish(between(0, sizeBytes - 1) * between(0, 2), between(1, 2_000_000), true)];
  }
}

/** Judges an ending by what the host could have given. */
function note(file: SimulatedFile, agent: string, wish: Wish, from: number, ending: Ending): void {
  const add = (what: string) => tally.set(what, (tally.get(what) ?? 0) + 1);
  if (ending.is === 'served' || ending.is === 'left') {
    add(ending.is);
    return;
  }
  const isHang = ending.is === 'short' && ending.code === 'UND_ERR_HEADERS_TIMEOUT';
  // What the host cuts behind our back cannot be mended; a second link that gives nothing could be.
  const isCutByHost = ending.is === 'sentOn' && ending.dead <= 1 && ending.status < 300;
  const excuse =
    ending.is === 'wrong' || isHang
      ? undefined
      : isCutByHost
        ? 'the host cut links that lived'
        : weather.excuse(file.id, from, ending.bytes > 0);
  if (ending.is === 'refused') weather.refused(file.id, ending.retryAfterMs);
  const what = 'code' in ending ? `${ending.is} ${ending.code}` : ending.is;
  add(excuse ? `rightly ${what}: ${excuse}` : `WRONGLY ${what}`);
  if (excuse) return;
  const at = Math.round((from - startedAt) / 1000);
  wrong(
    `second ${at}: ${agent.slice(0, 12)} ${file.name} ${JSON.stringify(wish)} ${JSON.stringify(ending)} after ${clock.now() - from} ms; ${weather.facts(file.id)}`,
  );
}

function heap(): number {
  simulator.counters.requests.length = 0;
  simulator.counters.downloadRequests.length = 0;
  collect();
  return process.memoryUsage().heapUsed;
}

/** Nothing runs now: what is still held is a leak. */
async function check(done: number): Promise<void> {
  const { counters } = simulator;
  const isStill = async () => {
    for (
      let turn = 0;
      turn < 5000 && (counters.connectionsNow > 0 || started.bridge.delivery.reader.running() > 0);
      turn++
    )
      await settle(1);
  };
  await passTime(isStill(), passing);
  await letTimePass(clock, 70_000);
  await letTimePass(clock, 10_000);
  await settle(50);
  const rows = (table: string) => {
    const database = new DatabaseSync(join(home, 'data', 'catalog.db'), { readOnly: true });
    const row = database.prepare(`select count(*) as n from ${table}`).get() as { n: number };
    database.close();
    return row.n;
  };
  const cacheDir = join(home, 'data', 'cache');
  const onDisk = () =>
    readdirSync(cacheDir).reduce(
      (sum, name) => sum + (statSync(join(cacheDir, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  // The last beginnings are still being written: the disk has a time of its own, and a file may be between two names.
  const diskUntil = performance.now() + 5000;
  for (let equal = 0; equal < 20 && performance.now() < diskUntil; await settle(1))
    equal = onDisk() === started.bridge.delivery.rangeCache.state().bytes ? equal + 1 : 0;
  const cacheBytes = onDisk();
  const fds = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
  const sockets = process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
  firstFds.push(fds);
  const bounds: [what: string, is: number, most: number][] = [
    ['connections at the host', counters.connectionsNow, 0],
    ['readings', started.bridge.delivery.reader.running(), 0],
    ['slots', started.bridge.delivery.slots.used(), 0],
    ['sleepers', clock.sleeping(), 10],
    ['sockets', sockets, 40],
    ['open files', fds, (firstFds[0] as number) + 20],
    ['lease rows', rows('leases'), filmCount],
    ['cached rows', rows('cached_ranges'), 2 * filmCount],
    ['play rows', rows('plays'), 200],
    ['cache bytes', cacheBytes, cacheMiB * 1024 * 1024],
    ['cache bytes that nobody knows of', cacheBytes - started.bridge.delivery.rangeCache.state().bytes, 0],
    ['breaches of limits', counters.breaches, 0],
  ];
  for (const [what, is, most] of bounds)
    if (is > most) wrong(`after ${done} plays: ${is} ${what}, at most ${most} are right`);
  const seconds = Math.round((performance.now() - realStart) / 1000);
  const hours = ((clock.now() - startedAt) / 3_600_000).toFixed(1);
  console.log(
    `${done} plays, ${hours} h in ${seconds} s, ${wrongs.length} wrong; heap ${mebi(heap())}; ${bounds.map(([what, is]) => `${what} ${is}`).join(', ')}`,
  );
}

/** The third quarter against the last: what grows with every play shows, what fills up once does not. */
function judgeHeap(): void {
  const quarter = (n: number) => heaps.slice((heaps.length * n) / 4, (heaps.length * (n + 1)) / 4);
  const mean = (list: number[]) => list.reduce((sum, one) => sum + one, 0) / Math.max(1, list.length);
  const [third, last] = [mean(quarter(2)), mean(quarter(3))];
  console.log(`heap: third quarter ${mebi(third)}, last ${mebi(last)}`);
  // The simulated host never forgets a link, and lives in the same heap.
  if (last > third + 3 * 1024 * 1024) wrong(`the heap grows: ${mebi(third)}, then ${mebi(last)}`);
}

function mebi(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

function report(): void {
  const { tokens, downloads } = simulator.counters;
  const total = [...tally.values()].reduce((sum, n) => sum + n, 0);
  console.log(`\nseed ${seed}: ${plays} plays, ${total} wishes, ${mebi(progress.bytes)} to viewers`);
  console.log(`${tokens} links asked for, ${downloads} transfers`);
  for (const [what, n] of [...tally].sort((a, b) => b[1] - a[1]))
    console.log(`${String(n).padStart(7)}  ${what}`);
  console.log(`bad moments of the host: ${JSON.stringify(weather.made)}`);
  console.log(wrongs.length === 0 ? 'all right' : `${wrongs.length} wrong`);
  process.exitCode = wrongs.length === 0 ? 0 : 1;
}
