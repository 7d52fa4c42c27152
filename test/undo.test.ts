import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { metropolis, path, plain, startCurated, xyzzy } from './fixtures/curated.ts';
import { signal } from './fixtures/setup.ts';
import { file, others } from './fixtures/start-bridge.ts';

t.test('what an undo takes back includes the word that moved the files', async (t) => {
  const one = await startCurated(t, {
    folders: [{ name: 'Divers', files: [file('xyzzy.mkv'), ...others] }],
  });
  await one.sync();
  await one.fix(xyzzy, metropolis);
  await one.fix(xyzzy, { title: 'Nosferatu', year: 1922 });
  t.same(await one.paths(), ['Movies/Nosferatu (1922)/Nosferatu (1922).strm']);
  t.match(await one.undo(), { moves: [{}], said: [{ target: /^file:/ }] });
  t.same(await one.paths(), [path]);
  t.same(await one.said(), [[xyzzy, metropolis]]);
  t.match(await readFile(join(one.libraryDir, path.replace('.strm', '.nfo')), 'utf8'), /Metropolis/);
  await one.undo();
  t.same(await one.paths(), [plain]);
  t.same(await one.said(), []);
  t.same(await one.bridge.curation.moves.plan(signal), [], 'a plan does not move them again');
  t.match((await one.sync({ full: true })).tree.counts, { create: 0, update: 0, delete: 0 });
  t.equal(await one.undo(), undefined);
});

t.test('of two words on one file at one time each is taken back by itself', async (t) => {
  const one = await startCurated(t, {
    folders: [{ name: 'Divers', files: [file('xyzzy.mkv'), ...others] }],
  });
  await one.sync();
  const fixed = await Promise.all([
    one.fix(xyzzy, metropolis),
    one.fix(xyzzy, { title: 'Nosferatu', year: 1922 }),
  ]);
  t.match(fixed, [
    { moves: [{ to: { stem: path.replace('.strm', '') } }] },
    { moves: [{ from: { stem: path.replace('.strm', '') }, to: { stem: /Nosferatu/ } }] },
  ]);
  const [undone] = await Promise.all([one.undo(), one.undo()]);
  t.match(undone, { said: [{ value: metropolis }] });
  t.same(await one.paths(), [plain]);
  t.same(await one.said(), []);
});

t.test('what was said in the middle of a sync is taken back there, too', async (t) => {
  const one = await startCurated(t, {
    folders: [{ name: 'Divers', files: [file('xyzzy.mkv'), ...others] }],
  });
  await one.sync();
  const { host, curation } = one.bridge;
  const { listFolder } = host;
  host.listFolder = async (...asked) => {
    host.listFolder = listFolder;
    await one.fix(xyzzy, metropolis);
    t.same(await one.paths(), [path]);
    await one.undo();
    t.same(await one.paths(), [plain]);
    t.same((await curation.moves.apply(signal)).moves, []);
    return listFolder.call(host, ...asked);
  };
  t.match(await one.sync(), { outcome: 'done' });
  t.same([await one.paths(), await one.said()], [[plain], []]);
});

t.test('a word that moved nothing, and one that was taken back, are undone as well', async (t) => {
  const one = await startCurated(t, {
    folders: [{ name: 'Divers', files: [file('Alien.1979.mkv'), ...others] }],
  });
  await one.sync();
  const alien = ['Movies/Alien (1979)/Alien (1979).strm'];
  t.same((await one.fix('/Divers/Alien.1979.mkv', { title: 'Alien' })).moves, []);
  await one.fix('/Divers/Alien.1979.mkv', { title: 'Alien' });
  await one.fix('/Divers/Alien.1979.mkv', { as: 'ignore' });
  t.same(await one.paths(), []);
  await one.bridge.curation.overrides.clear({ path: '/Divers/Alien.1979.mkv' }, signal);
  t.same(await one.paths(), alien);
  await one.undo();
  t.same([await one.paths(), await one.said()], [[], [['/Divers/Alien.1979.mkv', { as: 'ignore' }]]]);
  await one.undo();
  t.same(await one.said(), [['/Divers/Alien.1979.mkv', { title: 'Alien' }]]);
  await one.undo();
  t.same([await one.paths(), await one.said()], [alien, []]);
  t.equal(await one.undo(), undefined, 'what changed nothing is no batch');
});

t.test('an undo of a word on a folder, killed in the middle, is ended by the next one', async (t) => {
  const one = await startCurated(t, {
    folders: [
      { name: 'Serie', files: [file('a 1.mkv'), file('a 2.mkv')] },
      { name: 'F', files: [...others] },
    ],
  });
  await one.sync();
  const before = await one.paths();
  await one.fix('/Serie', { as: 'episode', title: 'Lost', season: 2 });
  const { publisher } = one.bridge;
  const { titles } = publisher;
  publisher.titles = async () => {
    throw new Error('killed');
  };
  await t.rejects(one.undo(), { message: 'killed' });
  publisher.titles = titles;
  await one.undo();
  t.same([await one.paths(), await one.said()], [before, []]);
  t.same(await one.bridge.curation.moves.plan(signal), []);
});

t.test('an undo moves the file that stands there now, whatever stood there when it was moved', async (t) => {
  const one = await startCurated(t, {
    folders: [
      { name: 'Divers', files: [file('xyzzy.mkv')] },
      { name: 'F', files: [...others] },
    ],
  });
  await one.sync();
  await one.fix('/Divers', metropolis);
  const { account } = one.simulator;
  account.removeFile(xyzzy);
  account.addFile('/Divers', file('xyzzy.mkv'));
  await one.sync();
  t.same(await one.paths(), [path]);
  await one.undo();
  t.same([await one.paths(), await one.said()], [[plain], []]);
  await one.sync({ full: true });
  t.same(await one.paths(), [plain]);
  t.same(await one.bridge.curation.moves.plan(signal), []);
});

t.test(
  'an undo moves a file that got another place by itself in the meantime, and leaves nothing there',
  async (t) => {
    const one = await startCurated(t, {
      folders: [
        { name: 'Divers', files: [file('xyzzy.mkv')] },
        { name: 'Films', files: others },
      ],
    });
    await one.sync();
    await one.fix('/Divers', { as: 'ignore' });
    t.same(await one.paths(), []);
    const { account } = one.simulator;
    account.move(xyzzy, '/Films');
    account.rename('/Films/xyzzy.mkv', 'Metropolis.1927.mkv');
    await one.sync();
    t.same(await one.paths(), [path], 'what was said of the folder is not said of it here');
    await one.undo();
    t.same(await one.paths(), [plain]);
    t.match((await one.sync({ full: true })).tree.counts, { create: 0, update: 0, delete: 0 });
  },
);

t.test('an undo never leaves a film without a path that has left the folder of the word', async (t) => {
  const one = await startCurated(t, {
    folders: [
      { name: 'Divers', files: [file('Metropolis.1927.mkv')] },
      { name: 'Films', files: others },
    ],
  });
  await one.sync();
  await one.fix('/Divers', { as: 'ignore' });
  await one.fix('/Divers', { as: 'movie', title: 'Nosferatu', year: 1922 });
  one.simulator.account.move('/Divers/Metropolis.1927.mkv', '/Films');
  await one.sync();
  t.same(await one.paths(), ['Movies/Nosferatu (1922)/Nosferatu (1922).strm']);
  await one.undo();
  t.same(await one.paths(), [path], 'nobody ignores it where it lies now');
  t.match((await one.sync({ full: true })).tree.counts, { create: 0, update: 0, delete: 0 });
});
