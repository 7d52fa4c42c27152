import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { type Log, silentLog } from '../src/core/log.ts';
import { addResult, emptyResult } from '../src/reconcile/run.ts';
import { createHandClock, hourMs } from './fixtures/hand-clock.ts';
import { noGrace, setup, signal, type Test } from './fixtures/setup.ts';
import { file } from './fixtures/start-bridge.ts';
import { strmFiles } from './fixtures/strm-files.ts';
import { createSimulator } from './simulator/simulator.ts';

const film = (name: string) => file(`${name}.mkv`);
const old = ['Alien.1979', 'Brazil.1985', 'Casino.1995', 'Dune.2021', 'Heat.1995', 'Tron.1982', 'Up.2009'];

/** An account with films, and a tree for each of two servers. */
async function startBridge(t: Test, log: Log = silentLog) {
  const clock = createHandClock();
  const home = t.testdir();
  const dirs = { jellyfin: join(home, 'jellyfin'), kodi: join(home, 'kodi') };
  const simulator = await createSimulator({
    clock,
    account: { folders: [{ name: 'Films', files: old.map(film) }] },
  });
  t.teardown(() => simulator.close());
  const env = {
    ...noGrace,
    PASSERELLE_TREES: JSON.stringify([{ dir: dirs.jellyfin }, { dir: dirs.kodi, profile: 'kodi' }]),
  };
  const open = () => setup(t, { overrides: { clock }, env, home, over: simulator, log });
  return { clock, dirs, account: simulator.account, open };
}

async function titles(dir: string): Promise<string[]> {
  return (await strmFiles(dir).catch(() => [])).map(({ path }) => path.split('/')[1] as string);
}

const including = (name: string) => [...names, name].sort();
const names = ['Alien (1979)', 'Brazil (1985)', 'Casino (1995)', 'Dune (2021)', 'Heat (1995)', 'Tron (1982)'];
const all = [...names, 'Up (2009)'];

t.test('a tree that is not mounted waits; the others go on, and the sync says so', async (t) => {
  const said: unknown[] = [];
  const log: Log = { ...silentLog, error: (facts: unknown) => void said.push(facts) };
  const { dirs, account, open, clock } = await startBridge(t, log);
  const one = await open();
  t.same((await one.sync()).away, []);
  t.same(await titles(dirs.kodi), all);
  await rename(dirs.kodi, `${dirs.kodi}.away`);
  account.removeFile('/Films/Up.2009.mkv');
  account.addFile('/Films', film('Metropolis.1927'));
  for (let crawl = 0; crawl < 3; crawl++) {
    const { outcome, away } = await one.sync();
    t.match({ outcome, away }, { outcome: 'done', away: [{ dir: dirs.kodi, why: /is it mounted/ }] });
    await clock.advance(2 * hourMs);
  }
  t.match(said[0], { dir: dirs.kodi });
  t.same(await titles(dirs.jellyfin), including('Metropolis (1927)'), 'what came and what went');
  t.same(await readdir(dirs.kodi).catch(() => []), [], 'nothing is written where the disk belongs');
  await t.rejects(
    one.bridge.curation.overrides.set({ path: '/Films/Heat.1995.mkv' }, { title: 'X' }, signal),
    {
      code: 'BRIDGE_DISK',
    },
  );
  await rm(dirs.kodi, { recursive: true, force: true });
  await rename(`${dirs.kodi}.away`, dirs.kodi);
  t.same(await titles(dirs.kodi), all);
  t.same((await one.sync()).away, []);
  t.same(await titles(dirs.kodi), including('Metropolis (1927)'), 'up to date with the next sync');
  const { keep, ...counts } = (await one.sync({ full: true })).tree.counts;
  t.same(new Set(Object.values(counts)), new Set([0]));
  t.ok(await one.bridge.catalog.dirty.isEmpty());
});

t.test('a tree that is away when a process starts is brought up to date by whichever process', async (t) => {
  const { dirs, account, open } = await startBridge(t);
  const one = await open();
  await one.sync();
  await one.close();
  await rename(dirs.kodi, `${dirs.kodi}.away`);
  account.addFile('/Films', film('Metropolis.1927'));
  const second = await open();
  t.match((await second.sync()).away, [{ dir: dirs.kodi }]);
  await second.close();
  await rename(`${dirs.kodi}.away`, dirs.kodi);
  // What was changed on the disk while it was away is found too.
  await rm(join(dirs.kodi, 'Movies', 'Heat (1995)'), { recursive: true });
  const third = await open();
  t.same((await third.sync()).away, []);
  t.same(await titles(dirs.kodi), [...all, 'Metropolis (1927)'].sort());
  t.same(await titles(dirs.jellyfin), [...all, 'Metropolis (1927)'].sort());
});

t.test('where no tree is mounted nothing is done', async (t) => {
  const { dirs, account, open } = await startBridge(t);
  const one = await open();
  await one.sync();
  for (const dir of Object.values(dirs)) await rename(dir, `${dir}.away`);
  account.removeFile('/Films/Up.2009.mkv');
  await t.rejects(one.sync(), { code: 'BRIDGE_DISK' });
  for (const dir of Object.values(dirs)) await rename(`${dir}.away`, dir);
  t.same((await one.sync()).away, []);
  t.same(await titles(dirs.jellyfin), all, 'it was missing once');
});

t.test('a tree whose disk refuses costs the others nothing', async (t) => {
  const { dirs, account, open } = await startBridge(t);
  await writeFile(dirs.jellyfin, 'no folder');
  const one = await open();
  t.match(await one.sync(), { outcome: 'done', away: [{ dir: dirs.jellyfin, why: /EEXIST|ENOTDIR/ }] });
  t.same(await titles(dirs.kodi), all);
  await rm(dirs.jellyfin);
  account.addFile('/Films', film('Metropolis.1927'));
  t.same((await one.sync()).away, []);
  for (const dir of Object.values(dirs))
    t.same(await titles(dir), [...all, 'Metropolis (1927)'].sort(), 'and gets everything when it is there');
});

t.test('what a tree refused in mid-crawl comes when it takes it again in the same crawl', async (t) => {
  const { dirs, account, open, clock } = await startBridge(t);
  account.addFolder('/Zut');
  account.addFile('/Zut', film('Zodiac.2007'));
  const one = await open();
  await one.sync();
  account.addFolder('/Films/Later');
  account.addFile('/Films', film('Metropolis.1927'));
  account.addFile('/Films/Later', film('Nosferatu.1922'));
  let fixed: Promise<unknown> | undefined;
  const { outcome } = await one.sync({
    onProgress: ({ foldersDone }) => {
      clock.jump(clock.now() + 2000);
      if (foldersDone === 1) {
        renameSync(dirs.kodi, `${dirs.kodi}.away`);
        writeFileSync(dirs.kodi, 'no folder');
      }
      if (foldersDone === 2) {
        rmSync(dirs.kodi);
        renameSync(`${dirs.kodi}.away`, dirs.kodi);
        fixed = one.bridge.curation.overrides.set({ path: '/Zut/Zodiac.2007.mkv' }, { year: 2008 }, signal);
      }
    },
  });
  await fixed;
  t.equal(outcome, 'done');
  await one.sync();
  const there = (await titles(dirs.kodi)).filter((name) => /19[2]/.test(name));
  t.same(there, ['Metropolis (1927)', 'Nosferatu (1922)']);
});

t.test('what a kill leaves where a disk belongs does not have it taken for mounted', async (t) => {
  const { dirs, open } = await startBridge(t);
  const one = await open();
  await one.sync();
  await rename(dirs.kodi, `${dirs.kodi}.away`);
  mkdirSync(dirs.kodi);
  // Somebody looked whether it can be written to, or was about to write there, and was killed.
  const left = ['.passerelle-03d13876-4cbc-4fd1-af1a-4b2474f9c818.tmp', '.passerelle-0123456789abcdef.tmp'];
  for (const name of left) writeFileSync(join(dirs.kodi, name), 'x');
  t.match((await one.sync()).away, [{ dir: dirs.kodi, why: /is it mounted/ }]);
  t.same((await readdir(dirs.kodi)).sort(), [...left].sort(), 'and nothing is written beside it');
  writeFileSync(join(dirs.kodi, 'of somebody else.txt'), 'x');
  t.same((await one.sync()).away, [], 'what is of others is a disk of others');
});

t.test(
  'a kill in the first writing, and then a disk that is not mounted: nothing is written there',
  async (t) => {
    const { dirs, open } = await startBridge(t);
    const one = await open();
    await one.sync();
    const { catalog } = one.bridge;
    for (const name of await catalog.treeNames()) {
      const manifest = catalog.placementsOf(name);
      const written = await Promise.all(
        (await strmFiles(dirs.kodi)).map(({ path }) => manifest.treeAt(path)),
      );
      // As a kill leaves it: what was about to be written is known, and nothing of what was.
      await manifest.recordTree(
        written.flatMap((row) => (row ? [{ ...row, mtimeMs: 0 }] : [])),
        [],
      );
    }
    await rename(dirs.kodi, `${dirs.kodi}.away`);
    mkdirSync(dirs.kodi);
    t.match((await one.sync()).away, [{ dir: dirs.kodi, why: /is it mounted/ }]);
    t.same(await readdir(dirs.kodi), []);
    rmSync(dirs.kodi, { recursive: true });
    await rename(`${dirs.kodi}.away`, dirs.kodi);
    t.same((await one.sync()).away, []);
    t.same(await titles(dirs.kodi), all, 'and they are known as ours');
  },
);

t.test('a disk that goes in mid-crawl is not written below the place where it is mounted', async (t) => {
  const { dirs, account, open, clock } = await startBridge(t);
  const one = await open();
  await one.sync();
  account.addFile('/Films', film('Metropolis.1927'));
  account.removeFile('/Films/Up.2009.mkv');
  const { away } = await one.sync({
    onProgress: ({ foldersDone }) => {
      clock.jump(clock.now() + 2000);
      if (foldersDone > 1) return;
      renameSync(dirs.kodi, `${dirs.kodi}.away`);
      mkdirSync(dirs.kodi);
    },
  });
  t.match(away, [{ dir: dirs.kodi, why: /is it mounted/ }]);
  t.same(await readdir(dirs.kodi), []);
  rmSync(dirs.kodi, { recursive: true });
  renameSync(`${dirs.kodi}.away`, dirs.kodi);
  t.same((await one.sync()).away, []);
  t.same(await titles(dirs.kodi), [...all, 'Metropolis (1927)'].sort());
});

t.test(
  'a film uploaded anew while a tree goes away comes with the next sync, whatever comes beside it',
  async (t) => {
    const { dirs, account, open } = await startBridge(t);
    const one = await open();
    await one.sync();
    account.removeFile('/Films/Up.2009.mkv');
    const anew = account.addFile('/Films', film('Up.2009'));
    const { away } = await one.sync({
      onProgress: ({ foldersDone }) => {
        if (foldersDone < 2) return;
        renameSync(dirs.kodi, `${dirs.kodi}.away`);
        mkdirSync(dirs.kodi);
      },
    });
    t.match(away, [{ dir: dirs.kodi }]);
    rmSync(dirs.kodi, { recursive: true });
    renameSync(`${dirs.kodi}.away`, dirs.kodi);
    account.addFile('/Films', film('Metropolis.1927'));
    await one.sync();
    const there = await strmFiles(dirs.kodi);
    t.equal(there.length, 8);
    t.ok(there.some(({ fileId }) => fileId === anew.id));
  },
);

t.test(
  'a version uploaded anew while a tree was away comes back with it, also when another one moves',
  async (t) => {
    const { dirs, account, open } = await startBridge(t);
    account.addFile('/Films', film('Alien.1979.2160p'));
    const one = await open();
    await one.sync();
    const versions = async (dir: string) =>
      (await strmFiles(dir))
        .filter(({ path }) => path.includes('Alien'))
        .map(({ path, fileId }) => [path, fileId]);
    const before = await versions(dirs.jellyfin);
    t.equal(before.length, 2);
    await rename(dirs.jellyfin, `${dirs.jellyfin}.away`);
    const gone = account.file('/Films/Alien.1979.2160p.mkv');
    account.removeFile('/Films/Alien.1979.2160p.mkv');
    const fresh = account.addFile('/Films', film('Alien.1979.2160p'));
    await one.sync();
    await rename(`${dirs.jellyfin}.away`, dirs.jellyfin);
    account.addFolder('/Films/Other');
    account.move(account.file('/Films/Alien.1979.mkv'), '/Films/Other');
    await one.sync();
    t.same(
      await versions(dirs.jellyfin),
      before.map(([path, id]) => [path, id === gone.id ? fresh.id : id]),
    );
  },
);

t.test('a disk that goes in the very first crawl is left alone, too', async (t) => {
  const { dirs, account, open, clock } = await startBridge(t);
  account.addFolder('/Films/Later');
  account.addFile('/Films/Later', film('Metropolis.1927'));
  const one = await open();
  const { away } = await one.sync({
    onProgress: ({ foldersDone }) => {
      clock.jump(clock.now() + 2000);
      if (foldersDone !== 2) return;
      renameSync(dirs.kodi, `${dirs.kodi}.away`);
      mkdirSync(dirs.kodi);
    },
  });
  t.match(away, [{ dir: dirs.kodi }]);
  t.same(await readdir(dirs.kodi), []);
});

t.test(
  'a file that is not ours is counted once and told once, however often its title is laid out',
  async (t) => {
    const told: unknown[] = [];
    const log: Log = {
      ...silentLog,
      warn: (facts: { path?: string }, words?: string) =>
        void (words === 'a file of the tree is left alone' && told.push(facts.path)),
    } as Log;
    const { dirs, account, open } = await startBridge(t, log);
    // Files of one title in several folders lay it out several times in a crawl.
    account.addFolder('/Later');
    account.addFile('/Later', film('Alien.1979.2160p'));
    account.addFolder('/Later/Still');
    account.addFile('/Later/Still', film('Alien.1979.720p'));
    const nfo = 'Movies/Alien (1979)/movie.nfo';
    mkdirSync(join(dirs.jellyfin, 'Movies', 'Alien (1979)'), { recursive: true });
    writeFileSync(join(dirs.jellyfin, nfo), 'mine');
    const one = await open();
    t.equal((await one.sync()).tree.counts.conflict, 1);
    account.addFile('/Later', film('Alien.1979.480p'));
    await one.sync();
    t.equal((await one.sync({ full: true })).tree.counts.conflict, 1);
    t.same(told, [nfo]);
  },
);

t.test('what two steps of a sync leave alone is counted once', (t) => {
  const step = emptyResult();
  step.leftAlone.add('/Movies/Alien (1979)/movie.nfo');
  step.counts.conflict = 1;
  const all = emptyResult();
  for (const one of [step, step]) addResult(all, one);
  t.equal(all.counts.conflict, 1);
  t.end();
});
