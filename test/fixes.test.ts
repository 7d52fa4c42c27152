import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { metropolis, path, plain, startCurated, xyzzy } from './fixtures/curated.ts';
import { hourMs } from './fixtures/hand-clock.ts';
import { signal } from './fixtures/setup.ts';
import { file, others } from './fixtures/start-bridge.ts';

t.test('a word in the middle of a sync is no word on what the sync has half seen', async (t) => {
  const one = await startCurated(t, {
    folders: [
      { name: 'A', files: [file('Ran.1985.mkv')] },
      { name: 'Divers', files: [file('xyzzy.mkv'), ...others] },
      { name: 'Z' },
    ],
  });
  await one.sync();
  const { account } = one.simulator;
  await one.fix('/A/Ran.1985.mkv', { title: 'Chaos', year: 1985 });
  const chaos = join(one.libraryDir, 'Movies/Chaos (1985)/Chaos (1985).strm');
  const before = await readFile(chaos, 'utf8');
  // It was moved, and another of its name put in its place.
  account.move('/A/Ran.1985.mkv', '/Z');
  account.addFile('/A', file('Ran.1985.mkv'));
  const { host } = one.bridge;
  const { listFolder } = host;
  host.listFolder = async (id, ...asked) => {
    if (String(id) === String(account.folder('/Z').id)) {
      host.listFolder = listFolder;
      await one.fix(xyzzy, metropolis);
    }
    return listFolder.call(host, id, ...asked);
  };
  await one.sync();
  t.equal(await readFile(chaos, 'utf8'), before);
  t.match(await one.said(), [
    ['/Z/Ran.1985.mkv', { title: 'Chaos' }],
    [xyzzy, metropolis],
  ]);
});

t.test(
  'a fix that was stopped leaves nothing twice where a removal is undone before the next sync',
  async (t) => {
    const one = await startCurated(t, {
      folders: [{ name: 'Divers', files: [file('xyzzy.mkv'), file('Akira.1988.mkv'), ...others] }],
    });
    await one.sync();
    one.simulator.account.removeFile('/Divers/Akira.1988.mkv');
    await one.sync();
    await one.clock.advance(hourMs);
    await one.sync();
    await t.rejects(one.stoppedFix(xyzzy, metropolis), { message: 'stopped' });
    t.same(await one.paths(), [plain]);
    await one.bridge.curation.proposals.undo();
    t.same(await one.paths(), ['Movies/Akira (1988)/Akira (1988).strm', path]);
    t.match((await one.sync()).tree.counts, { create: 0, update: 0, delete: 0 });
  },
);

t.test(
  'what a stopped fix takes from one title to another is in one of them, whichever is written',
  async (t) => {
    const one = await startCurated(t, {
      folders: [
        { name: 'A', files: [file('Metropolis.1927.1080p.mkv')] },
        { name: 'B', files: [file('Nosferatu.1922.1080p.mkv'), file('Nosferatu.1922.720p.mkv')] },
        { name: 'C', files: [file('Nosferatu.1922.2160p.mkv'), ...others] },
      ],
    });
    const { account } = one.simulator;
    const titles = async () => (await one.paths()).map((one) => one.split('/')[1]);
    const [from, to] = ['Nosferatu (1922)', 'Metropolis (1927)'];
    await one.sync();
    t.same(await titles(), [to, from, from, from]);
    await t.rejects(one.stoppedFix('/B/Nosferatu.1922.720p.mkv', metropolis));
    await one.bridge.sync.refresh([account.file('/A/Metropolis.1927.1080p.mkv').id], signal);
    t.same(await titles(), [to, to, from, from], 'the one that gets it');
    await t.rejects(one.stoppedFix('/B/Nosferatu.1922.1080p.mkv', metropolis));
    await one.bridge.sync.refresh([account.file('/C/Nosferatu.1922.2160p.mkv').id], signal);
    t.same(await titles(), [to, to, to, from], 'the one that loses it');
  },
);

t.test('what was said of a file is said of the one that is uploaded anew in its place', async (t) => {
  const one = await startCurated(t, {
    folders: [{ name: 'Divers', files: [file('xyzzy.mkv'), ...others] }],
  });
  await one.sync();
  await one.fix(xyzzy, metropolis);
  const { account } = one.simulator;
  const before = account.file(xyzzy).id;
  account.removeFile(xyzzy);
  account.addFile('/Divers', file('xyzzy.mkv'));
  const { id } = account.file(xyzzy);
  for (let crawl = 0; crawl < 4; crawl++) {
    await one.sync({ full: crawl === 2 });
    await one.clock.advance(2 * hourMs);
    t.same(await one.paths(), [path]);
    t.match(await readFile(join(one.libraryDir, path), 'utf8'), new RegExp(id));
    const kept = (await one.bridge.catalog.recognitions.ofFiles([id])).get(id);
    t.ok(kept?.reasons.includes('title: you said so (file)'), kept?.reasons.join() ?? '');
    t.same(await one.said(), [[xyzzy, metropolis]]);
  }
  t.not(id, before);
  t.same(await one.bridge.curation.moves.plan(signal), []);
  await one.undo();
  t.same([await one.paths(), await one.said()], [[plain], []], 'and taken back from it');
  t.match(await readFile(join(one.libraryDir, plain), 'utf8'), new RegExp(id));
  t.same(await one.bridge.curation.moves.plan(signal), []);
});

t.test('what a person does not want to see does not come back with another id', async (t) => {
  const one = await startCurated(t, {
    folders: [{ name: 'Divers', files: [file('xyzzy.mkv'), ...others] }],
  });
  await one.sync();
  await one.fix(xyzzy, { as: 'ignore' });
  const { account } = one.simulator;
  account.removeFile(xyzzy);
  account.addFile('/Divers', file('xyzzy.mkv'));
  for (let crawl = 0; crawl < 4; crawl++) {
    await one.sync({ full: crawl === 2 });
    await one.clock.advance(2 * hourMs);
    t.same(await one.paths(), []);
    account.addFile('/Divers', file(`Film ${crawl}.2009.mkv`));
  }
  await one.bridge.curation.overrides.clear({ path: xyzzy }, signal);
  t.same(await one.paths(), [plain]);
});

t.test('a film that was replaced does not come up again when the new one goes as well', async (t) => {
  const one = await startCurated(t, {
    folders: [{ name: 'Divers', files: [file('xyzzy.mkv'), ...others] }],
  });
  const { account } = one.simulator;
  await one.sync();
  account.removeFile(xyzzy);
  account.addFile('/Divers', file('xyzzy.mkv'));
  await one.sync();
  await one.clock.advance(60_000);
  account.removeFile(xyzzy);
  for (const full of [false, true]) {
    await one.sync({ full });
    t.same(await one.paths(), [plain]);
  }
  account.addFile('/Divers', file('xyzzy.mkv'));
  await one.sync({ full: true });
  t.same(await one.paths(), [plain], 'a third one has the path then');
});

t.test('a file that was only moved keeps what was said of it', async (t) => {
  const one = await startCurated(t, {
    folders: [{ name: 'Divers', files: [file('xyzzy.mkv'), ...others] }, { name: 'Later' }],
  });
  await one.sync();
  await one.fix(xyzzy, metropolis);
  const { account } = one.simulator;
  const { id } = account.file(xyzzy);
  account.move(xyzzy, '/Later');
  account.addFile('/Divers', file('xyzzy.mkv'));
  await one.sync();
  t.same(await one.paths(), [path, plain]);
  t.match(await readFile(join(one.libraryDir, path), 'utf8'), new RegExp(id));
  t.same(await one.said(), [['/Later/xyzzy.mkv', metropolis]]);
  const double = file('xyzzy.mkv');
  account.addFile('/Later', double);
  await one.sync();
  account.removeFile(account.file('/Later/xyzzy.mkv'));
  await one.sync();
  t.same((await one.said()).length, 1);
});

t.test('an NFO tells what its path tells, whatever the file is called at the host', async (t) => {
  const one = await startCurated(t, {
    folders: [
      { name: 'Films', files: [file('Inception.2010.mkv'), ...others] },
      { name: 'Lost', files: [file('Lost.S01E02.mkv')] },
    ],
  });
  await one.sync();
  const { account } = one.simulator;
  const [film, episode] = [
    'Movies/Inception (2010)/Inception (2010).nfo',
    'Shows/Lost/Season 01/Lost S01E02.nfo',
  ];
  const nfo = (at: string) => readFile(join(one.libraryDir, at), 'utf8');
  const before = await Promise.all([film, episode].map(nfo));
  const same = async (words: string) => {
    t.same(await Promise.all([film, episode].map(nfo)), before, words);
    const { update, create, delete: gone } = (await one.sync({ full: true })).tree.counts;
    t.same([update, create, gone], [0, 0, 0], words);
  };
  account.rename('/Films/Inception.2010.mkv', '12.mkv');
  account.rename('/Lost/Lost.S01E02.mkv', 'Lost.S03E07.mkv');
  await one.sync();
  await same('renamed');
  account.rename('/Films/12.mkv', 'Tenet.2020.mkv');
  await one.sync();
  await same('renamed once more');
  account.removeFile('/Films/Tenet.2020.mkv');
  account.addFile('/Films', file('Tenet.2020.mkv'));
  for (let crawl = 0; crawl < 3; crawl++) {
    await one.sync();
    await one.clock.advance(2 * hourMs);
  }
  await same('uploaded anew');
  await one.bridge.curation.moves.apply(signal);
  t.match(await nfo('Movies/Tenet (2020)/Tenet (2020).nfo'), '<title>Tenet</title>');
  t.match(await nfo('Shows/Lost/Season 03/Lost S03E07.nfo'), /<season>3[\s\S]*<episode>7</);
  await one.undo();
  await same('moved and moved back');
  account.rename('/Films/Tenet.2020.mkv', 'Inception.2010.1080p.mkv');
  account.rename('/Lost/Lost.S03E07.mkv', 'Lost.S01E02.mkv');
  await one.sync();
  await same('and when it is called again what it was called');
  account.rename('/Films/Inception.2010.1080p.mkv', '12.mkv');
  await one.sync();
  await one.fix('/Films/12.mkv', { title: 'Twelve', year: 2012 });
  t.match(await nfo('Movies/Twelve (2012)/Twelve (2012).nfo'), '<title>Twelve</title>');
  await one.undo();
  await same('a word about it, and its undo');
});
