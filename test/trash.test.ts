import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { copyOver, moveFile } from '../src/tree/move.ts';
import { dayMs } from './fixtures/hand-clock.ts';
import { asNobody } from './fixtures/nobody.ts';
import { films, nameOf, pathOf, strmOf } from './fixtures/numbered-films.ts';
import { mtime, remove, startBridge, takeOut, trash } from './fixtures/removals.ts';
import { noGrace, signal } from './fixtures/setup.ts';
import { strmFiles, strmPaths } from './fixtures/strm-files.ts';

/** What was taken out of the tree, and the way back. */

t.test('undo brings back every file at its path, with its old time, and it stays', async (t) => {
  const subtitle = {
    name: `${nameOf(0)}.1950.1080p.fr.srt`,
    content: Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nx\n'),
  };
  const one = await startBridge(t, [{ name: 'Films', files: [...(films(10).files ?? []), subtitle] }], {
    env: noGrace,
  });
  await one.sync();
  const folder = join(one.libraryDir, strmOf(0), '..');
  const names = (await readdir(folder)).sort();
  t.equal(names.length, 3, 'STRM, NFO, subtitle');
  // A STRM file has the time of its film at the host, whatever else was set.
  const old = new Date('2024-02-03T04:05:06Z');
  const others = names.filter((name) => !name.endsWith('.strm'));
  for (const name of others) await utimes(join(folder, name), old, old);
  const timeOf = async (name: string) => (await stat(join(folder, name))).mtimeMs;
  const times = await Promise.all(names.map(timeOf));
  const wanted = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  await one.sync({ full: true });
  remove(one, 0);
  one.simulator.account.removeFile(`/Films/${subtitle.name}`);
  t.equal((await takeOut(one)).note.removed, 2);
  t.equal((await trash(one)).length, 3);
  await t.rejects(stat(folder), 'the folder is gone too');

  t.match(await one.bridge.curation.proposals.undo(), { files: 2, tree: 'written' });
  t.same((await readdir(folder)).sort(), names);
  t.same(await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8'))), wanted);
  t.same(await Promise.all(names.map(timeOf)), times);
  for (const name of others) t.equal(await timeOf(name), old.getTime(), name);
  t.same(await trash(one), []);
  await one.later(100);
  await one.later(100);
  t.same((await readdir(folder)).sort(), names, 'a person has spoken');
  await t.rejects(
    one.bridge.curation.proposals.undo(),
    { code: 'BRIDGE_PROPOSAL_UNKNOWN' },
    'nothing more to undo',
  );
  await one.bridge.curation.proposals.accept(1, signal);
  await t.rejects(stat(folder), 'and may say otherwise');
});

t.test('undo after the trash was emptied writes the files anew', async (t) => {
  const one = await startBridge(t, [films(10)], { env: { ...noGrace, PASSERELLE_SYNC_TRASH_DAYS: '30' } });
  await one.sync();
  remove(one, 0);
  await takeOut(one);
  await one.later(29 * 24);
  t.equal((await trash(one)).length, 2, '29 days');
  one.clock.jump(one.clock.now() + 5 * dayMs);
  await one.sync();
  t.equal((await trash(one)).length, 2, 'five days on the clock alone');
  await one.later(25);
  t.same(await trash(one), []);
  t.same(await readdir(join(one.home, 'data', 'trash')), [], 'and no empty folder');
  await one.bridge.curation.proposals.undo();
  t.ok((await strmPaths(one)).includes(strmOf(0)));
});

t.test('a file that comes back takes its old path, and its old time from the trash', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  const lost = one.simulator.account.file(pathOf(0));
  const before = await mtime(one, strmOf(0));
  remove(one, 0);
  await takeOut(one);
  t.notOk((await strmPaths(one)).includes(strmOf(0)));
  const folder = one.simulator.account.addFolder('/Again');
  lost.folder = folder;
  folder.files.set(lost.id, lost);
  await one.later(48);
  t.equal(await mtime(one, strmOf(0)), before);
  t.same(await trash(one), []);
});

t.test('what lies in the trash and was changed there is not given back', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  remove(one, 0);
  await takeOut(one);
  const [, strm = ''] = await trash(one);
  await writeFile(join(one.home, 'data', 'trash', strm), 'http://elsewhere/\n');
  await one.bridge.curation.proposals.undo();
  t.match(await readFile(join(one.libraryDir, strmOf(0)), 'utf8'), /\/stream\//);
});

t.test('only what is ours and untouched goes to the trash', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  const nfo = join(one.libraryDir, strmOf(0).replace('.strm', '.nfo'));
  await writeFile(nfo, '<movie><title>Mine</title></movie>');
  remove(one, 0);
  await takeOut(one);
  t.match(await trash(one), [/\.strm$/]);
  t.match(await readFile(nfo, 'utf8'), /Mine/);
});

t.test('a title that was renamed at the host leaves nothing in the trash', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  one.simulator.account.rename(pathOf(0), 'Ridicule.1996.mkv');
  await one.sync();
  t.same(await trash(one), []);
});

t.test('when the trash cannot be written nothing is lost, and the next sync goes on', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  const before = await readFile(join(one.libraryDir, strmOf(0)), 'utf8');
  await writeFile(join(one.home, 'data', 'trash'), 'a file where the folder should be');
  remove(one, 0);
  await t.rejects(takeOut(one), { code: 'BRIDGE_DISK', message: /data\/trash.*(?:ENOTDIR|EEXIST)/ });
  t.equal(await readFile(join(one.libraryDir, strmOf(0)), 'utf8'), before);
  await rm(join(one.home, 'data', 'trash'));
  await one.sync();
  t.notOk((await strmPaths(one)).includes(strmOf(0)));
  t.equal((await trash(one)).length, 2);
});

t.test('killed after the decision and before the tree, the next sync moves it to the trash', async (t) => {
  const one = await startBridge(t, [films(10)], { env: noGrace });
  await one.sync();
  remove(one, 0);
  await one.sync();
  const { placements: titles } = one.bridge.catalog;
  const { treeOfKeys } = titles;
  titles.treeOfKeys = async () => Promise.reject(new Error('killed'));
  await t.rejects(one.later(1), /killed/);
  titles.treeOfKeys = treeOfKeys;
  t.ok((await strmPaths(one)).includes(strmOf(0)));
  t.notOk(await one.bridge.catalog.files.byPath(pathOf(0)).then(({ files }) => files[0]), 'decided');
  await one.sync();
  t.equal((await trash(one)).length, 2);
  await one.bridge.curation.proposals.undo();
  t.equal((await strmPaths(one)).length, 10);
});

t.test('a file moves over the border of two file systems with its time, or not at all', async (t) => {
  const dir = t.testdir({ from: 'bytes', one: 'bytes' });
  const when = new Date('2024-02-03T04:05:06.789Z');
  await utimes(join(dir, 'one'), when, when);
  await copyOver(join(dir, 'one'), join(dir, 'two'));
  t.same((await readdir(dir)).sort(), ['from', 'two']);
  t.equal(Math.round((await stat(join(dir, 'two'))).mtimeMs), when.getTime());
  await t.rejects(copyOver(join(dir, 'from'), join(dir, 'no/such/folder')), { code: 'ENOENT' });
  t.ok((await readdir(dir)).includes('from'));

  const other = await mkdtemp('/dev/shm/passerelle-').catch(() => mkdtemp(join(tmpdir(), 'passerelle-')));
  t.teardown(() => rm(other, { recursive: true, force: true }));
  await moveFile(join(dir, 'two'), join(other, 'three'));
  t.equal(Math.round((await stat(join(other, 'three'))).mtimeMs), when.getTime());
  await mkdir(join(dir, 'closed'));
  await chmod(join(dir, 'closed'), 0o500);
  await t.rejects(
    asNobody(() => copyOver(join(dir, 'from'), join(dir, 'closed/x'))),
    { code: 'EACCES' },
  );
  t.equal(await readFile(join(dir, 'from'), 'utf8'), 'bytes');
});

t.test('a move on the host is never a deletion, wherever the crawl stands', async (t) => {
  // The order of listings is breadth first, by the order in the account: A, then B, then C.
  const folders = [films(1, 'A', 20), films(9, 'B'), films(1, 'C', 21)];
  for (const [what, to] of [
    ['to a folder that was listed before', '/A'],
    ['to one that is listed later', '/C'],
  ] as const) {
    for (const isKilled of [false, true]) {
      const one = await startBridge(t, folders, { env: noGrace });
      await one.sync();
      const before = await strmFiles(one.libraryDir);
      const stop = new AbortController();
      const move = () => one.simulator.account.move(pathOf(0, 'B'), to);
      // 1 root, 2 A, 3 B: it moves when B was listed, or when A was and B was not.
      await one.sync({
        signal: stop.signal,
        onProgress: ({ foldersDone }) => {
          if (foldersDone === (to === '/A' ? 2 : 3)) move();
          if (foldersDone === 3 && isKilled) stop.abort(new Error('killed'));
        },
      });
      const name = `${what}${isKilled ? ', killed in between' : ''}`;
      const { missing } = await one.bridge.catalog.files.counts();
      t.equal(missing, to === '/A' ? 1 : 0, `${name}: what the crawl saw`);
      for (let n = 0; n < 3; n++) {
        t.same(await strmFiles(one.libraryDir), before, name);
        t.equal((await one.later(2)).outcome, 'done');
      }
      t.same(await one.bridge.curation.proposals.list(9), [], `${name}: nothing was proposed`);
      t.match(await one.bridge.catalog.files.counts(), { missing: 0 });
    }
  }
});

t.test('a folder that moves takes its files with it, and none is missing in the end', async (t) => {
  const one = await startBridge(
    t,
    [{ ...films(1, 'A', 20), folders: [films(8, 'Box')] }, films(1, 'C', 21)],
    {
      env: noGrace,
    },
  );
  await one.sync();
  const before = await strmFiles(one.libraryDir);
  one.simulator.account.move(one.simulator.account.folder('/A/Box'), '/C');
  for (let n = 0; n < 3; n++) await one.later(2);
  t.same(await strmFiles(one.libraryDir), before);
  t.same(await trash(one), []);
});
