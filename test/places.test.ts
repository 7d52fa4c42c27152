import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openDatabase } from '../src/catalog/db/open.ts';
import { extraTitleKey, nearbyTitles } from '../src/library/extra-title.ts';
import { hourMs } from './fixtures/hand-clock.ts';
import { signal } from './fixtures/setup.ts';
import { file, others, startBridge } from './fixtures/start-bridge.ts';
import { strmFiles, strmPaths } from './fixtures/strm-files.ts';
import { createSimulator, type FileSpec } from './simulator/simulator.ts';

/** Paths stay: versions, renames, files that come back, other settings, several trees, extras. */

t.test('a sample of several GB is the film, and a second version of an episode moves nothing', async (t) => {
  const large = { name: 'heat-sample.mkv', content: { sizeBytes: 8 * 1024 ** 3, seed: 1 } };
  const [first, second] = ['01', '01v2'].map((number) => file(`[G] Dandadan - ${number} (1080p).mkv`));
  const one = await startBridge(t, {
    folders: [
      { name: 'Heat (1995)', files: [large] },
      { name: 'Alien (1979)', files: [file('alien-sample.mkv'), file('Alien.1979.mkv')] },
      { name: 'Animes', files: [first as FileSpec] },
    ],
  });
  await one.sync();
  const stem = 'Shows/Dandadan/Season 01/Dandadan S01E01';
  const films = ['Movies/Alien (1979)/Alien (1979).strm', 'Movies/Heat (1995)/Heat (1995).strm'];
  t.same(await strmPaths(one), [...films, `${stem}.strm`]);
  one.simulator.account.addFile('/Animes', second as FileSpec);
  await one.sync();
  t.same(await strmPaths(one), [...films, `${stem} - 1080p v2.strm`, `${stem}.strm`]);
});

t.test(
  'a new version beside a film, a rename at the host and a move there leave its path alone',
  async (t) => {
    const one = await startBridge(t, {
      folders: [{ name: 'Films', files: [file('Alien.1979.1080p.mkv')] }, { name: 'X' }],
    });
    await one.sync();
    const alien = 'Movies/Alien (1979)/Alien (1979).strm';
    t.same(await strmPaths(one), [alien]);
    const before = await stat(join(one.libraryDir, alien));
    one.simulator.account.addFile('/Films', file('Alien.1979.2160p.mkv'));
    await one.sync();
    const better = 'Movies/Alien (1979)/Alien (1979) - 2160p.strm';
    t.same(await strmPaths(one), [better, alien]);
    one.simulator.account.rename('/Films/Alien.1979.1080p.mkv', 'Aliens.1986.mkv');
    one.simulator.account.move('/Films/Alien.1979.2160p.mkv', '/X');
    await one.sync();
    t.same(await strmPaths(one), [better, alien]);
    t.equal((await stat(join(one.libraryDir, alien))).mtimeMs, before.mtimeMs, 'not even written again');
    t.same((await one.bridge.curation.moves.plan(signal)).map(({ to }) => to?.stem).sort(), [
      'Movies/Alien (1979)/Alien (1979)',
      'Movies/Aliens (1986)/Aliens (1986)',
    ]);
  },
);

t.test('a file that comes back takes its old path, unless another version has come meanwhile', async (t) => {
  const films = [
    'Alien.1979.1080p.mkv',
    'Ran.1985.mkv',
    ...['a.2000', 'b.2001', 'c.2002', 'd.2003'].map((name) => `${name}.mkv`),
  ];
  const one = await startBridge(t, { folders: [{ name: 'Films', files: films.map(file) }] });
  const { account } = one.simulator;
  await one.sync();
  const left = ['Alien.1979.1080p.mkv', 'Ran.1985.mkv'].map((name) => account.file(`/Films/${name}`));
  for (const { name } of left) account.removeFile(`/Films/${name}`);
  for (let crawl = 0; crawl < 3; crawl++) {
    await one.sync({ acceptRemovals: true });
    await one.clock.advance(2 * hourMs);
  }
  t.notOk((await strmPaths(one)).some((path) => /Alien|Ran/.test(path)));
  account.addFile('/Films', file('Alien.1979.2160p.mkv'));
  account.addFile('/Films', file('Ran.1985.mkv'));
  await one.sync();
  const alien = 'Movies/Alien (1979)/Alien (1979)';
  const ran = 'Movies/Ran (1985)/Ran (1985).strm';
  const ofBoth = async () => (await strmPaths(one)).filter((path) => /Alien|Ran/.test(path));
  t.same(await ofBoth(), [`${alien}.strm`, ran], 'the path by which it is known is the new one’s');
  account.addFile('/Films', file('Alien.1979.1080p.mkv'));
  await one.sync();
  t.same(await ofBoth(), [`${alien} - 1080p.strm`, `${alien}.strm`, ran]);
});

t.test(
  'uploaded anew under a name that was once another title: it keeps the path, and the other title its own',
  async (t) => {
    const one = await startBridge(t, {
      folders: [{ name: 'Films', files: [file('Alien.1979.mkv'), ...others] }],
    });
    await one.sync();
    one.simulator.account.rename('/Films/Alien.1979.mkv', 'Aliens.1986.mkv');
    await one.sync();
    one.simulator.account.removeFile('/Films/Aliens.1986.mkv');
    const successor = file('Aliens.1986.mkv');
    one.simulator.account.addFile('/Films', successor);
    for (let crawl = 0; crawl < 3; crawl++) {
      await one.sync();
      await one.clock.advance(2 * hourMs);
    }
    one.simulator.account.addFile('/Films', file('Alien.1979.mkv'));
    await one.sync();
    await one.sync({ full: true });
    const all = (await strmFiles(one.libraryDir)).filter(({ path }) => path.includes('Alien'));
    t.equal(all.length, 2, all.map(({ path }) => path).join());
    t.equal(
      all.find(({ path }) => path === 'Movies/Alien (1979)/Alien (1979).strm')?.fileId,
      one.simulator.account.file('/Films/Aliens.1986.mkv').id,
    );
    t.match((await one.sync({ full: true })).tree.counts, { create: 0, update: 0, delete: 0 });
  },
);

t.test('settings that have no room for a file do not take its path away', async (t) => {
  const home = t.testdir();
  const account = { folders: [{ name: 'Films', files: [file('Alien.1979.1080p.mkv'), ...others] }] };
  const simulator = await createSimulator({ account });
  t.teardown(() => simulator.close());
  const one = await startBridge(t, account, {}, { home, over: simulator });
  await one.sync();
  simulator.account.addFile('/Films', file('Alien.1979.2160p.mkv'));
  await one.sync();
  const before = await strmPaths(one);
  await one.close();
  const only = JSON.stringify([{ dir: join(home, 'library'), kinds: ['episode'] }]);
  const other = await startBridge(t, account, { PASSERELLE_TREES: only }, { home, over: simulator });
  await other.sync({ dryRun: true });
  t.same(await strmPaths(other), before, 'a dry run writes nothing');
  await other.sync();
  t.same(await strmPaths(other), []);
  await other.close();
  const again = await startBridge(t, account, {}, { home, over: simulator });
  await again.sync();
  t.same(await strmPaths(again), before);
});

t.test('a catalog of the version before keeps its paths', async (t) => {
  const one = await startBridge(t, { folders: [{ name: 'Films', files: [file('Alien.1979.1080p.mkv')] }] });
  await one.sync();
  const before = await readFile(join(one.libraryDir, 'Movies/Alien (1979)/Alien (1979).strm'), 'utf8');
  const id = one.simulator.account.file('/Films/Alien.1979.1080p.mkv').id;
  t.equal(
    (await one.bridge.catalog.placements.placesOf([id])).get(id)?.stem,
    'Movies/Alien (1979)/Alien (1979)',
  );
  t.match(before, new RegExp(id));
  await t.rejects(openDatabase(join(one.home, 'library')), { code: 'BRIDGE_DISK' });
});

t.test(
  'nothing is moved while the disk of the tree is not mounted, or onto a file of a person',
  async (t) => {
    const one = await startBridge(t, {
      folders: [{ name: 'Films', files: [file('Alien.1979.mkv'), ...others] }],
    });
    await one.sync();
    one.simulator.account.rename('/Films/Alien.1979.mkv', 'Aliens.1986.mkv');
    await one.sync();
    await rename(one.libraryDir, `${one.libraryDir}.away`);
    const wrong = { code: 'BRIDGE_DISK' };
    await t.rejects(one.bridge.curation.moves.apply(signal), wrong);
    await t.rejects(
      one.bridge.curation.overrides.set({ path: '/Films/Aliens.1986.mkv' }, { title: 'X' }, signal),
      wrong,
    );
    await rename(`${one.libraryDir}.away`, one.libraryDir);
    const theirs = join(one.libraryDir, 'Movies/Aliens (1986)');
    await mkdir(theirs, { recursive: true });
    await writeFile(join(theirs, 'Aliens (1986).strm'), 'http://192.0.2.1/mine.mkv');
    t.same((await one.bridge.curation.moves.apply(signal)).moves, []);
    t.ok((await strmPaths(one)).includes('Movies/Alien (1979)/Alien (1979).strm'));
  },
);

t.test("a new film whose path a person's file has gets another one beside it, and keeps that", async (t) => {
  const home = t.testdir();
  const files = ['Dune.2021.1080p', 'Heat.1995', 'Alien.1979'].map((name) => file(`${name}.mkv`));
  const account = {
    folders: [
      { name: 'Films', files },
      { name: 'Lost', files: [file('Lost.S01E01.mkv')] },
    ],
  };
  const theirs = ['Movies/Dune (2021)/Dune (2021)', 'Movies/Heat (1995)/Heat (1995)'].concat(
    'Shows/Lost/Season 01/Lost S01E01',
  );
  const own = 'http://192.0.2.1/mine.mkv';
  for (const stem of theirs) {
    await mkdir(join(home, 'library', stem, '..'), { recursive: true });
    await writeFile(join(home, 'library', `${stem}.strm`), own);
  }
  const one = await startBridge(t, account, {}, { home });
  // A label that begins with a digit could be read as a number.
  const id = (path: string) => one.simulator.account.file(path).id.replace(/^(?=\d)/, '~');
  t.equal((await one.sync()).tree.counts.conflict, 0);
  const ours = [
    'Movies/Alien (1979)/Alien (1979).strm',
    'Movies/Dune (2021)/Dune (2021) - 1080p.strm',
    `Movies/Heat (1995)/Heat (1995) - ${id('/Films/Heat.1995.mkv')}.strm`,
    `Shows/Lost/Season 01/Lost S01E01 - ${id('/Lost/Lost.S01E01.mkv')}.strm`,
  ];
  const all = [...ours, ...theirs.map((stem) => `${stem}.strm`)].sort();
  t.same(await strmPaths(one), all);
  t.same(await one.bridge.curation.moves.plan(signal), [], 'a plan does not lead onto their files');
  t.match((await one.sync({ full: true })).tree.counts, { create: 0, update: 0, delete: 0, conflict: 0 });
  t.same(await strmPaths(one), all);
  for (const stem of theirs) t.equal(await readFile(join(home, 'library', `${stem}.strm`), 'utf8'), own);
  for (const stem of theirs) await rm(join(home, 'library', `${stem}.strm`));
  t.match((await one.sync({ full: true })).tree.counts, { create: 0, update: 0, delete: 0 });
  t.same(await strmPaths(one), ours, 'also when theirs is gone');
});

t.test('several trees: each with its profile, its roots and its kinds', async (t) => {
  const home = t.testdir();
  const trees = [
    { dir: join(home, 'library') },
    { dir: join(home, 'plex'), profile: 'plex', kinds: ['movie'] },
    { dir: join(home, 'kids'), profile: 'emby', roots: ['/Films/Kids'] },
  ];
  const account = {
    folders: [
      {
        name: 'Films',
        files: [file('Dune (2021) {tmdb-438631}.mkv')],
        folders: [{ name: 'Kids', files: [file('Up (2009) {tmdb-14160}.mkv')] }],
      },
      { name: 'Séries', files: [file('Lost.S01E01.mkv')] },
    ],
  };
  const one = await startBridge(t, account, { PASSERELLE_TREES: JSON.stringify(trees) }, { home });
  await one.sync();
  t.same(await strmPaths({ libraryDir: join(home, 'library') }), [
    'Movies/Dune (2021) [tmdbid-438631]/Dune (2021) [tmdbid-438631].strm',
    'Movies/Up (2009) [tmdbid-14160]/Up (2009) [tmdbid-14160].strm',
    'Shows/Lost/Season 01/Lost S01E01.strm',
  ]);
  t.same(await strmPaths({ libraryDir: join(home, 'plex') }), [
    'Movies/Dune (2021) {tmdb-438631}/Dune (2021) {tmdb-438631}.strm',
    'Movies/Up (2009) {tmdb-14160}/Up (2009) {tmdb-14160}.strm',
  ]);
  t.same(await strmPaths({ libraryDir: join(home, 'kids') }), [
    'Movies/Up (2009) [tmdbid=14160]/Up (2009) [tmdbid=14160].strm',
  ]);
  const again = await one.sync({ full: true });
  t.match(again.tree.counts, { create: 0, update: 0, delete: 0, conflict: 0 });
});

t.test(
  'extras lie with their film where its server reads them, and nowhere when that is not clear',
  async (t) => {
    const account = {
      folders: [
        {
          name: 'Films',
          folders: [
            {
              name: 'Alien (1979)',
              files: [file('Alien.1979.mkv'), file('Alien (1979)-trailer.mkv')],
              folders: [
                { name: 'Bonus', files: [file('Making of.mkv')] },
                { name: 'Sample', files: [file('x.mkv')] },
              ],
            },
          ],
          files: [file('Up.2009.mkv'), file('Dune.2021.mkv'), file('Metropolis-trailer.mkv')],
        },
      ],
    };
    const one = await startBridge(t, account);
    await one.sync();
    t.same(
      (await strmPaths(one)).filter((path) => /extras|trailers|sample|metropolis/i.test(path)),
      ['Movies/Alien (1979)/extras/Making of.strm', 'Movies/Alien (1979)/trailers/Alien (1979).strm'],
    );
    const alien = { title: 'Alien', titleKey: 'movies/alien (1979)' };
    const owners = nearbyTitles([alien]);
    t.equal(extraTitleKey('Trailer.mkv', owners, false), 'movies/alien (1979)');
    t.equal(
      extraTitleKey('Aliens-trailer.mkv', nearbyTitles([alien, { title: 'Aliens', titleKey: 'b' }]), false),
      'b',
    );
    t.equal(extraTitleKey('Metropolis-trailer.mkv', owners, false), undefined);
    t.equal(extraTitleKey('Metropolis.mkv', owners, true), 'movies/alien (1979)');
  },
);

t.test('extras that are listed before their show come with the sync that finds it', async (t) => {
  const one = await startBridge(t, { folders: [{ name: 'Series', files: [file('Dark.S01E01.mkv')] }] });
  await one.sync();
  const { account } = one.simulator;
  const add = (path: string, name: string, files: FileSpec[]) => {
    account.addFolder(`${path}/${name}`);
    for (const one of files) account.addFile(`${path}/${name}`, one);
  };
  add('/Series', 'Lost', []);
  add('/Series/Lost', 'Bonus', [file('Making of.mkv')]);
  add('/Series/Lost', 'Season 01', [file('Lost.S01E01.mkv'), file('Lost.S01E02.mkv')]);
  await one.sync();
  const all = await strmPaths(one);
  t.ok(all.includes('Shows/Lost/Season 01/Lost S01E01.strm'), all.join());
  t.ok(all.includes('Shows/Lost/extras/Making of.strm'), all.join());
  add('/Series/Lost', 'Extras', [file('Nobody knows-trailer.mkv')]);
  add('/Series', 'Unknown', []);
  add('/Series/Unknown', 'Bonus', [file('Making of.mkv')]);
  await one.sync();
  t.ok(await one.bridge.catalog.dirty.isEmpty(), 'what belongs to nothing is not looked at for ever');
});

t.test(
  'a trailer that lies there for days comes with the first crawl that finds its film; what stands under Unsorted stays',
  async (t) => {
    const one = await startBridge(t, {
      folders: [
        {
          name: 'Series',
          files: [file('Dark.S01E01.mkv')],
          folders: [{ name: 'Lost', folders: [{ name: 'Bonus', files: [file('Making of.mkv')] }] }],
        },
        { name: 'Films', folders: [{ name: 'Alien (1979)', files: [file('Alien-trailer.mkv')] }] },
      ],
    });
    for (let day = 0; day < 2; day++) {
      await one.sync();
      await one.clock.advance(24 * hourMs);
    }
    t.same(
      await strmPaths(one),
      ['Shows/Dark/Season 01/Dark S01E01.strm', 'Unsorted/Series/Lost/Bonus/Making of.strm'],
      'until then what is no trailer lies under Unsorted',
    );
    const { account } = one.simulator;
    account.addFolder('/Series/Lost/Season 01');
    account.addFile('/Series/Lost/Season 01', file('Lost.S01E01.mkv'));
    account.addFile('/Films/Alien (1979)', file('Alien.1979.mkv'));
    await one.sync();
    t.same(await strmPaths(one), [
      'Movies/Alien (1979)/Alien (1979).strm',
      'Movies/Alien (1979)/trailers/Alien.strm',
      'Shows/Dark/Season 01/Dark S01E01.strm',
      'Shows/Lost/Season 01/Lost S01E01.strm',
      'Unsorted/Series/Lost/Bonus/Making of.strm',
    ]);
    t.ok(await one.bridge.catalog.dirty.isEmpty());
  },
);
