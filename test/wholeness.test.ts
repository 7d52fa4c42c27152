import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { loadSettings } from '../config/load.ts';
import { createBridge } from '../src/bridge.ts';
import { silentLog } from '../src/core/log.ts';
import { disk } from '../src/tree/tree.ts';
import { createHandClock, hourMs } from './fixtures/hand-clock.ts';
import { films, movie } from './fixtures/numbered-films.ts';
import { envOver, type Setup, setup, sha256, signal } from './fixtures/setup.ts';
import { startBridge } from './fixtures/start-bridge.ts';
import { strmFiles, strmPaths } from './fixtures/strm-files.ts';
import { type AccountFolder, expectedBytes } from './simulator/simulator.ts';

/** What Passerelle left anywhere in the tree. */
async function everyFile({ libraryDir }: Pick<Setup, 'libraryDir'>): Promise<string[]> {
  const entries = await readdir(libraryDir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(libraryDir.length + 1))
    .sort();
}

t.test('folders that were moved into each other during a crawl do not lead in a circle', async (t) => {
  const leaf = (name: string, n: number): AccountFolder => ({
    name,
    files: [movie(`Film ${name}`, 1950 + n)],
  });
  const one = await startBridge(t, {
    folders: [{ ...leaf('A', 1), folders: [{ ...leaf('B', 2), folders: [leaf('C', 3)] }] }],
  });
  const { account } = one.simulator;
  await one.sync();
  const b = account.folder('/A/B');
  const a = account.folder('/A');
  await one.sync({
    onProgress: ({ foldersDone }) => {
      if (foldersDone !== 2) return;
      account.move(b, '/');
      account.move(a, b);
    },
  });
  for (let n = 0; n < 3; n++) {
    await one.clock.advance(2 * hourMs);
    t.equal((await one.sync({ full: true })).outcome, 'done');
  }
  t.equal((await strmPaths(one)).length, 3);
  t.match((await one.bridge.catalog.files.byPath('/B/A')).folder, { path: '/B/A' });
});

t.test('what one process has listed and not written, another one writes', async (t) => {
  const one = await startBridge(t, { folders: [films(3)] });
  await one.sync();
  one.simulator.account.addFile('/Films', movie('New', 2001));
  const { settings } = loadSettings({ env: envOver(one.simulator, one.home), file: 'none.yaml' });
  const other = await createBridge(settings, silentLog, { disk, clock: one.clock });
  const dry = await other.sync.run({ signal: signal, dryRun: true });
  t.ok(dry.tree.plans.length > 0);
  await other.close();
  t.equal((await strmPaths(one)).length, 3);
  await one.sync();
  t.equal((await strmPaths(one)).length, 4, 'without a look at everything');
});

t.test('killed between writing and noting, it leaves nothing that it does not know again', async (t) => {
  const one = await startBridge(t, { folders: [{ name: 'A', files: [movie('Alien', 1979)] }] });
  // The moment after the files are there and before the catalog hears of it.
  const { placements: titles } = one.bridge.catalog;
  const record = titles.recordTree;
  let kill = true;
  titles.recordTree = async (written, ...rest) => {
    if (kill) throw new Error('killed');
    return record(written, ...rest);
  };
  await one.sync().catch(() => undefined);
  t.ok((await everyFile(one)).includes('Movies/Alien (1979)/Alien (1979).strm'));
  kill = false;
  one.simulator.account.addFile('/A', { name: 'Alien.1979.2160p.mkv', content: { sizeBytes: 5, seed: 5 } });
  // The first goes on with the crawl that was cut off, the second sees the new file.
  await one.sync();
  await one.sync();
  t.same(await everyFile(one), [
    'Movies/Alien (1979)/Alien (1979) - 2160p.nfo',
    'Movies/Alien (1979)/Alien (1979) - 2160p.strm',
    'Movies/Alien (1979)/Alien (1979).nfo',
    'Movies/Alien (1979)/Alien (1979).strm',
    'Movies/Alien (1979)/movie.nfo',
  ]);
});

t.test('killed while it renews an NFO, it takes neither text for a person’s', async (t) => {
  const one = await startBridge(t, { folders: [{ name: 'A', files: [movie('Alien', 1979)] }, films(10)] });
  await one.sync();
  const env = { ...envOver(one.simulator, one.home), PASSERELLE_LOCKDATA: 'true' };
  const { settings } = loadSettings({ env, file: 'none.yaml' });
  const other = await createBridge(settings, silentLog, { disk, clock: one.clock });
  t.teardown(() => other.close());
  const { placements: titles } = other.catalog;
  const record = titles.recordTree;
  titles.recordTree = () => Promise.reject(new Error('killed'));
  const nfo = 'Movies/Alien (1979)/Alien (1979).nfo';
  const text = () => readFile(join(one.libraryDir, nfo), 'utf8');
  const before = await text();
  await other.sync.run({ signal }).catch(() => undefined);
  t.not(await text(), before, 'the new text is there, and the catalog has not heard of it');
  titles.recordTree = record;
  await other.curation.overrides.set(
    { path: '/A/Alien.1979.1080p.mkv' },
    { title: 'Metropolis', year: 1927 },
    signal,
  );
  t.same(
    (await everyFile(one)).filter((path) => !path.includes('Film ')),
    ['nfo', 'strm'].map((end) => `Movies/Metropolis (1927)/Metropolis (1927).${end}`),
  );
});

for (const when of ['before', 'after'] as const)
  t.test(
    `a fix that is made just ${when} a sync renews the same NFO does not make it a person’s`,
    async (t) => {
      const one = await startBridge(t, {
        folders: [{ name: 'A', files: [movie('Alien', 1979)] }, films(10)],
      });
      await one.sync();
      const env = { ...envOver(one.simulator, one.home), PASSERELLE_LOCKDATA: 'true' };
      const { settings } = loadSettings({ env, file: 'none.yaml' });
      const signal = new AbortController().signal;
      const path = '/A/Alien.1979.1080p.mkv';
      let isFixed = true;
      const fix = async () => {
        if (isFixed) return;
        isFixed = true;
        await third.curation.overrides.set({ path }, { title: 'Alien?' }, signal);
      };
      const write = async (...what: Parameters<typeof disk.write>) => {
        if (when === 'before') await fix();
        const wrote = await disk.write(...what);
        await fix();
        return wrote;
      };
      const other = await createBridge(settings, silentLog, { clock: one.clock, disk: { ...disk, write } });
      t.teardown(() => other.close());
      // Within one bridge nobody writes between a plan and its files.
      const third = await createBridge(settings, silentLog, { clock: one.clock, disk });
      t.teardown(() => third.close());
      const nfo = () => readFile(join(one.libraryDir, 'Movies/Alien (1979)/Alien (1979).nfo'), 'utf8');
      isFixed = false;
      await other.sync.run({ signal });
      t.match(await nfo(), '<title>Alien?<');
      await other.curation.overrides.set({ path }, { title: 'Alien*' }, signal);
      t.match(await nfo(), '<title>Alien*<');
    },
  );

t.test(
  'a file that was uploaded anew under its name keeps its path, and leads to the new file at once',
  async (t) => {
    const one = await startBridge(t, { folders: [films(10)] });
    await one.sync();
    const before = await strmPaths(one);
    const { account } = one.simulator;
    account.removeFile('/Films/Film a0.1950.1080p.mkv');
    const fresh = account.addFile('/Films', movie('Film a0', 1950));
    for (let n = 0; n < 3; n++) {
      await one.sync();
      t.same(await strmPaths(one), before);
      t.ok((await strmFiles(one.libraryDir)).some((file) => file.fileId === fresh.id));
      await one.clock.advance(2 * hourMs);
    }
  },
);

t.test(
  'what was replaced, and comes back beside the new one, is seen to come also after half a listing',
  async (t) => {
    const one = await startBridge(t, { folders: [films(10)] });
    await one.sync();
    const { account, faults } = one.simulator;
    const old = account.file('/Films/Film a0.1950.1080p.mkv');
    account.removeFile('/Films/Film a0.1950.1080p.mkv');
    account.addFile('/Films', { ...movie('Film a0', 1950), content: { sizeBytes: 7000, seed: 7 } });
    await one.clock.advance(hourMs);
    await one.sync();
    t.equal((await strmPaths(one)).length, 10, 'the new one has its path');
    faults.listingCap = 5;
    await one.clock.advance(hourMs);
    await one.sync();
    faults.clear();
    old.folder.files.set(old.id, old);
    await one.clock.advance(hourMs);
    await one.sync();
    const title = 'Movies/Film a0 (1950)/Film a0 (1950)';
    t.same(
      (await strmPaths(one))
        .filter((path) => path.startsWith(title))
        .map((path) => path.replace(/~?\w{20}/, 'id')),
      [`${title} - 1080p id.strm`, `${title}.strm`],
    );
  },
);

t.test('subtitles that a lock kept away come with a later sync', async (t) => {
  const clock = createHandClock();
  const one = await setup(t, { overrides: { clock }, simulator: { clock } });
  one.simulator.faults.answer({ is: 'flood', lockMs: 60_000, verb: 'download/get_token' });
  t.equal((await one.sync()).outcome, 'done', 'the crawl is done');
  t.notOk((await everyFile(one)).some((name) => name.endsWith('.srt')));
  await clock.advance(hourMs);
  await one.sync();
  t.ok((await everyFile(one)).some((name) => name.endsWith('.srt')));
});

t.test('a disk that is not mounted is not taken for an empty tree', async (t) => {
  const one = await startBridge(t, { folders: [films(10)] });
  await one.sync();
  await rename(one.libraryDir, `${one.libraryDir}.away`);
  one.simulator.account.removeFile('/Films/Film a0.1950.1080p.mkv');
  await t.rejects(one.sync(), {
    code: 'BRIDGE_DISK',
    message: /is empty although a tree was written there; is it mounted\?$/,
    remedy: /^Mount it; if it was emptied on purpose: passerelle sync --full$/,
  });
  await writeFile(one.libraryDir, 'a file');
  await t.rejects(one.sync(), { code: 'BRIDGE_DISK', message: /is a file, where a folder should be/ });
  await rm(one.libraryDir);
  await rename(`${one.libraryDir}.away`, one.libraryDir);
  await one.sync();
  await one.clock.advance(2 * hourMs);
  await one.sync();
  t.equal((await strmPaths(one)).length, 9);
  await rm(one.libraryDir, { recursive: true });
  await one.sync({ full: true });
  t.equal((await strmPaths(one)).length, 9, 'on purpose');
});

t.test('what a power cut left empty is written again; what a person put there is not', async (t) => {
  const one = await startBridge(t, { folders: [films(2)] });
  const empty = join(one.libraryDir, 'Movies/Film a0 (1950)/Film a0 (1950).strm');
  const theirs = join(one.libraryDir, 'Movies/Film b0 (1951)/Film b0 (1951).strm');
  const { mkdir } = await import('node:fs/promises');
  for (const file of [empty, theirs]) await mkdir(join(file, '..'), { recursive: true });
  await writeFile(empty, '');
  await writeFile(theirs, 'http://somewhere.else/film.mkv\n');
  await one.sync();
  t.match(await readFile(empty, 'utf8'), /^http.*\/stream\//);
  t.equal(await readFile(theirs, 'utf8'), 'http://somewhere.else/film.mkv\n');
});

t.test('a catalog that was lost is made again around the tree: same files, same times', async (t) => {
  const one = await startBridge(t, { folders: [films(10)] });
  await one.sync();
  const stamps = async () =>
    Promise.all(
      (await everyFile(one)).map(async (name) => [name, (await stat(join(one.libraryDir, name))).mtimeMs]),
    );
  const before = await stamps();
  await one.close();
  for (const name of ['catalog.db', 'catalog.db-wal', 'catalog.db-shm'])
    await rm(join(one.home, 'data', name), { force: true });
  const { createSimulator } = await import('./simulator/simulator.ts');
  const simulator = await createSimulator({ clock: one.clock, account: { folders: [films(10)] } });
  t.teardown(() => simulator.close());
  // STRM files hold the address of the bridge, so it has to be the same one.
  const again = await setup(t, { overrides: { clock: one.clock }, over: simulator, home: one.home });
  await again.sync();
  t.same(await stamps(), before);
});

t.test('a time from when the clock was wrong does not keep a file for ever', async (t) => {
  // The host's own clock is right.
  const hostClock = { now: () => Date.UTC(2026, 0, 15) };
  const one = await startBridge(t, { folders: [films(10)] }, {}, { simulator: { clock: hostClock } });
  await one.sync();
  const now = one.clock.now();
  one.clock.jump(Date.UTC(2040, 0, 1));
  one.simulator.account.removeFile('/Films/Film a0.1950.1080p.mkv');
  await one.sync();
  one.clock.jump(now + hourMs);
  await one.sync();
  await one.clock.advance(2 * hourMs);
  await one.sync();
  t.equal((await strmPaths(one)).length, 9);
});

t.test('a command in another shell keeps the address that the service writes', async (t) => {
  const one = await startBridge(t, { folders: [films(2)] }, { PASSERELLE_BASE_URL: 'http://192.0.2.7:8790' });
  await one.sync();
  const { settings } = loadSettings({ env: envOver(one.simulator, one.home), file: 'none.yaml' });
  const shell = await createBridge(settings, silentLog, { disk, clock: one.clock, keepBaseUrl: true });
  const result = await shell.sync.run({ signal: signal });
  await shell.close();
  t.equal(result.tree.counts.update, 0);
  t.ok((await strmFiles(one.libraryDir)).every((file) => file.url.startsWith('http://192.0.2.7:8790/')));
});

t.test('a film goes on when its link ends while the API is in maintenance for a minute', async (t) => {
  const sizeBytes = 2_000_000;
  const one = await startBridge(t, {
    files: [{ name: 'Film.2001.mkv', content: { sizeBytes, seed: 7 } }],
  });
  await one.sync();
  const { faults, counters } = one.simulator;
  faults.download.expireAfterBytes = { bytes: 500_000, cut: true };
  faults.answer({ is: 'status', status: 502, verb: 'download/get_token', skip: 1 });
  const reply = await fetch(one.streamUrl('/Film.2001.mkv'), { headers: { 'user-agent': 'VLC/3.0.24' } });
  t.equal(reply.status, 200);
  let done = false;
  const body = reply.arrayBuffer().finally(() => {
    done = true;
  });
  while (counters.calls['download/get_token'] === 1) await one.clock.advance(1);
  delete faults.download.expireAfterBytes;
  let waitedMs = 0;
  for (; !done && waitedMs < 300_000; waitedMs += 1000) await one.clock.advance(1000);
  t.equal(sha256(new Uint8Array(await body)), sha256(expectedBytes({ sizeBytes, seed: 7 }, 0, sizeBytes)));
  t.ok(waitedMs >= 60_000, `the circuit breaker was open for a minute (${waitedMs} ms)`);
  t.equal(counters.tokens, 2);
});

t.test(
  'killed when it has taken the last film away, it does not take the tree for one that is not mounted',
  async (t) => {
    const one = await startBridge(t, { folders: [films(3)] });
    await one.sync();
    const { account } = one.simulator;
    for (const { name } of [...account.folder('/Films').files.values()]) account.removeFile(`/Films/${name}`);
    await one.sync();
    await one.clock.advance(2 * hourMs);
    const { placements: titles } = one.bridge.catalog;
    const { recordTree } = titles;
    titles.recordTree = () => Promise.reject(new Error('killed'));
    await one.sync({ acceptRemovals: true }).catch(() => undefined);
    titles.recordTree = recordTree;
    t.same(await everyFile(one), []);
    t.match(await one.sync(), { outcome: 'done', away: [] });
    t.same(await titles.treeChildren(''), { folders: [], files: [] });
  },
);
