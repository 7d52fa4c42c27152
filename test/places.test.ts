import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { request } from 'undici';
import { openDatabase } from '../src/catalog/open.ts';
import { applyOverrides, readOverride } from '../src/library/override.ts';
import { ownerOf } from '../src/library/owner.ts';
import { recognise } from '../src/library/recognise/recognise.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { type Setup, setup } from './fixtures/setup.ts';
import { strmFiles } from './fixtures/strm-files.ts';
import { type AccountFolder, createSimulator, type FileSpec } from './simulator/simulator.ts';

const hourMs = 3_600_000;
const { signal } = new AbortController();
let seed = 0;
const file = (name: string): FileSpec => ({ name, content: { sizeBytes: 1000 + ++seed, seed } });

/** So that one removal is no large part of the library. */
const others = ['Brazil.1985', 'Heat.1995', 'Casino.1995', 'Dune.2021', 'Up.2009', 'Tron.1982'].map((name) =>
  file(`${name}.mkv`),
);

async function house(
  t: Parameters<typeof setup>[0],
  account: AccountFolder,
  env: Record<string, string> = {},
  over: Partial<Parameters<typeof setup>[1]> = {},
) {
  const clock = createHandClock();
  const one = await setup(t, {
    overrides: { clock },
    env: { PASSERELLE_SYNC_GRACE_HOURS: '0', ...env },
    simulator: { clock, account },
    ...over,
  });
  return { clock, ...one };
}

async function paths({ libraryDir }: Pick<Setup, 'libraryDir'>): Promise<string[]> {
  return (await strmFiles(libraryDir).catch(() => [])).map(({ path }) => path).sort();
}

t.test('a sample of several GB is the film, and a second version of an episode moves nothing', async (t) => {
  const large = { name: 'heat-sample.mkv', content: { sizeBytes: 8 * 1024 ** 3, seed: 1 } };
  const [first, second] = ['01', '01v2'].map((number) => file(`[G] Dandadan - ${number} (1080p).mkv`));
  const one = await house(t, {
    folders: [
      { name: 'Heat (1995)', files: [large] },
      { name: 'Alien (1979)', files: [file('alien-sample.mkv'), file('Alien.1979.mkv')] },
      { name: 'Animes', files: [first as FileSpec] },
    ],
  });
  await one.sync();
  const stem = 'Shows/Dandadan/Season 01/Dandadan S01E01';
  const films = ['Movies/Alien (1979)/Alien (1979).strm', 'Movies/Heat (1995)/Heat (1995).strm'];
  t.same(await paths(one), [...films, `${stem}.strm`]);
  one.simulator.account.addFile('/Animes', second as FileSpec);
  await one.sync();
  t.same(await paths(one), [...films, `${stem} - 1080p v2.strm`, `${stem}.strm`]);
});

t.test(
  'a new version beside a film, a rename at the host and a move there leave its path alone',
  async (t) => {
    const one = await house(t, {
      folders: [{ name: 'Films', files: [file('Alien.1979.1080p.mkv')] }, { name: 'X' }],
    });
    await one.sync();
    const alien = 'Movies/Alien (1979)/Alien (1979).strm';
    t.same(await paths(one), [alien]);
    const before = await stat(join(one.libraryDir, alien));
    one.simulator.account.addFile('/Films', file('Alien.1979.2160p.mkv'));
    await one.sync();
    const better = 'Movies/Alien (1979)/Alien (1979) - 2160p.strm';
    t.same(await paths(one), [better, alien]);
    one.simulator.account.rename('/Films/Alien.1979.1080p.mkv', 'Aliens.1986.mkv');
    one.simulator.account.move('/Films/Alien.1979.2160p.mkv', '/X');
    await one.sync();
    t.same(await paths(one), [better, alien]);
    t.equal((await stat(join(one.libraryDir, alien))).mtimeMs, before.mtimeMs, 'not even written again');
    t.same((await one.bridge.replan.plan(signal)).map(({ to }) => to?.stem).sort(), [
      'Movies/Alien (1979)/Alien (1979)',
      'Movies/Aliens (1986)/Aliens (1986)',
    ]);
  },
);

t.test('a file that comes back takes its old path; meanwhile nobody else gets it', async (t) => {
  const one = await house(t, {
    folders: [
      {
        name: 'Films',
        files: [
          file('Alien.1979.1080p.mkv'),
          file('a.2000.mkv'),
          file('b.2001.mkv'),
          file('c.2002.mkv'),
          file('d.2003.mkv'),
        ],
      },
    ],
  });
  await one.sync();
  const original = one.simulator.account.file('/Films/Alien.1979.1080p.mkv');
  one.simulator.account.move('/Films/Alien.1979.1080p.mkv', '/');
  one.simulator.account.removeFile('/Alien.1979.1080p.mkv');
  for (let crawl = 0; crawl < 3; crawl++) {
    await one.sync();
    await one.clock.advance(2 * hourMs);
  }
  t.notOk((await paths(one)).some((path) => path.includes('Alien')));
  one.simulator.account.addFile('/Films', file('Alien.1979.2160p.mkv'));
  await one.sync();
  t.ok(
    (await paths(one)).includes('Movies/Alien (1979)/Alien (1979) - 2160p.strm'),
    'the old path is kept for the old file',
  );
  t.ok(original.id);
});

t.test('a person moves paths by a plan, and takes it back', async (t) => {
  const one = await house(t, { folders: [{ name: 'Films', files: [file('Alien.1979.1080p.mkv')] }] });
  await one.sync();
  one.simulator.account.rename('/Films/Alien.1979.1080p.mkv', 'Aliens.1986.1080p.mkv');
  await one.sync();
  const old = ['Movies/Alien (1979)/Alien (1979).strm'];
  t.same(await paths(one), old);
  const { moves } = await one.bridge.replan.apply(signal);
  t.match(moves, [{ why: 'taken for movie "Aliens" (1986) today' }]);
  t.same(await paths(one), ['Movies/Aliens (1986)/Aliens (1986).strm']);
  t.same(await one.bridge.replan.plan(signal), [], 'nothing more to move');
  t.equal((await one.bridge.replan.undo(signal))?.moves.length, 1);
  t.same(await paths(one), old);
  const result = await one.sync({ full: true });
  t.match(result.tree.counts, { create: 0, delete: 0, update: 0 }, 'and it stays so');
  t.equal(await one.bridge.replan.undo(signal), undefined, 'there is no second batch');
});

t.test('killed between two steps of a move, the next sync ends it', async (t) => {
  const one = await house(t, { folders: [{ name: 'Films', files: [file('Alien.1979.1080p.mkv')] }] });
  await one.sync();
  one.simulator.account.rename('/Films/Alien.1979.1080p.mkv', 'Aliens.1986.1080p.mkv');
  await one.sync();
  const { publisher } = one.bridge;
  const publish = publisher.titles;
  publisher.titles = async () => {
    throw new Error('killed');
  };
  await t.rejects(one.bridge.replan.apply(signal), { message: 'killed' });
  publisher.titles = publish;
  await one.sync();
  t.same(await paths(one), ['Movies/Aliens (1986)/Aliens (1986).strm']);
});

t.test('what a person says outranks the name, is kept, and can be taken back', async (t) => {
  const one = await house(t, {
    folders: [
      {
        name: 'Divers',
        files: [file('xyzzy.mkv'), file('Alien.1979.mkv')],
        folders: [{ name: 'Serie', files: [file('a 1.mkv')] }],
      },
    ],
  });
  await one.sync();
  const { fixes, catalog } = one.bridge;
  const set = await fixes.set(
    { path: '/Divers/xyzzy.mkv' },
    { title: 'Metropolis', year: 1927, ids: { tmdb: '19' } },
    signal,
  );
  t.match(set.moves, [
    { to: { stem: 'Movies/Metropolis (1927) [tmdbid-19]/Metropolis (1927) [tmdbid-19]' } },
  ]);
  t.ok(
    (await paths(one)).includes('Movies/Metropolis (1927) [tmdbid-19]/Metropolis (1927) [tmdbid-19].strm'),
  );
  await fixes.set(
    { path: '/Divers/Serie' },
    { as: 'episode', title: 'Lost', season: 2, episodes: [3] },
    signal,
  );
  await fixes.set({ path: '/Divers/Alien.1979.mkv' }, { as: 'ignore' }, signal);
  const now = [
    'Movies/Metropolis (1927) [tmdbid-19]/Metropolis (1927) [tmdbid-19].strm',
    'Shows/Lost/Season 02/Lost S02E03.strm',
  ];
  t.same(await paths(one), now);
  await one.sync({ full: true });
  t.same(await paths(one), now, 'after a new index');
  const id = one.simulator.account.file('/Divers/xyzzy.mkv').id;
  const kept = JSON.parse((await catalog.recognitions.ofFiles([id])).get(id) ?? '{}');
  t.ok(kept.because.includes('title: you said so (file)'), kept.because.join());
  t.match(await fixes.list(), [
    { path: '/Divers/xyzzy.mkv', override: { title: 'Metropolis' } },
    { path: '/Divers/Serie' },
    { path: '/Divers/Alien.1979.mkv' },
  ]);
  await fixes.clear({ path: '/Divers/Alien.1979.mkv' }, signal);
  t.ok((await paths(one)).includes('Movies/Alien (1979)/Alien (1979).strm'));
  await t.rejects(fixes.clear({ path: '/Divers/Alien.1979.mkv' }, signal), { code: 'BRIDGE_NOT_FOUND' });
});

t.test('overrides over HTTP: said, listed, taken back, and refused when they are wrong', async (t) => {
  const one = await house(t, { folders: [{ name: 'Divers', files: [file('xyzzy.mkv')] }] });
  await one.sync();
  const call = async (method: 'GET' | 'PUT' | 'DELETE', query = '', body?: unknown, token?: string) => {
    const answer = await request(`${one.url}/api/v1/overrides${query}`, {
      method,
      headers: {
        authorization: `Bearer ${token ?? one.bridge.secrets.adminToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
  };
  t.equal((await call('PUT', '', { path: '/Divers/xyzzy.mkv', title: 'X' }, 'wrong')).status, 401);
  t.match(await call('PUT', '', { path: '/Divers/xyzzy.mkv', title: 'Metropolis', year: 1927 }), {
    status: 200,
    body: { files: 1, moves: [{ to: { stem: 'Movies/Metropolis (1927)/Metropolis (1927)' } }] },
  });
  t.match((await call('GET')).body, { overrides: [{ path: '/Divers/xyzzy.mkv', override: { year: 1927 } }] });
  const wrong: [string, unknown][] = [
    ['nothing is said', { path: '/Divers/xyzzy.mkv' }],
    ['an unknown word', { path: '/Divers/xyzzy.mkv', as: 'film' }],
    ['a year that is none', { path: '/Divers/xyzzy.mkv', year: 12 }],
    ['an id that would be a path', { path: '/Divers/xyzzy.mkv', ids: { tmdb: '../x' } }],
    ['no target', { title: 'X' }],
    ['a list', []],
  ];
  for (const [what, body] of wrong)
    t.match(await call('PUT', '', body), { status: 400, body: { code: 'BRIDGE_BAD_REQUEST' } }, what);
  t.equal((await call('PUT', '', { path: '/Nowhere', title: 'X' })).status, 404);
  t.equal((await call('DELETE', '?path=%2FDivers%2Fxyzzy.mkv')).status, 200);
  t.equal((await call('DELETE', '?path=%2FDivers%2Fxyzzy.mkv')).status, 404);
});

t.test(
  'an override of a folder with many files is answered with some of them and their number',
  async (t) => {
    const files = Array.from({ length: 130 }, (_, n) => file(`Lost.S01E${101 + n}.mkv`));
    const one = await house(t, { folders: [{ name: 'Lost', files }] });
    await one.sync();
    for (const [method, query] of [
      ['PUT', ''],
      ['DELETE', '?path=%2FLost'],
    ] as const) {
      const answer = await request(`${one.url}/api/v1/overrides${query}`, {
        method,
        headers: {
          authorization: `Bearer ${one.bridge.secrets.adminToken}`,
          ...(method === 'PUT' && { 'content-type': 'application/json' }),
        },
        body: method === 'PUT' ? JSON.stringify({ path: '/Lost', season: 2 }) : null,
      });
      const { moves, ...counts } = (await answer.body.json()) as { moves: unknown[] };
      t.match(counts, { targets: [/^folder:\d+$/], files: 130, moved: 130 }, method);
      t.equal(moves.length, 100);
    }
  },
);

t.test('what rests on too little waits for a person, until the person has said what it is', async (t) => {
  const one = await house(t, {
    folders: [{ name: 'Divers', files: [file('[Grp] Naruto 012.mkv'), file('Alien.1979.mkv')] }],
  });
  await one.sync();
  const review = () => one.bridge.review(10, signal);
  t.match(await review(), [{ path: '/Divers/[Grp] Naruto 012.mkv', why: /number in the name alone/ }]);
  const { statusCode, body } = await request(`${one.url}/api/v1/review`, {
    headers: { authorization: `Bearer ${one.bridge.secrets.adminToken}` },
  });
  t.equal(statusCode, 200);
  t.match(await body.json(), { files: [{ path: '/Divers/[Grp] Naruto 012.mkv' }] });
  await one.bridge.fixes.set({ path: '/Divers/[Grp] Naruto 012.mkv' }, { season: 1 }, signal);
  t.same(await review(), []);
});

t.test('an override sets what it names and leaves the rest', async (t) => {
  const read = recognise('/Films/Alien.1979.1080p.mkv');
  const say = (override: object, of: 'file' | 'folder' = 'file') => {
    const one = readOverride(override);
    if ('wrong' in one) throw new Error(one.wrong);
    return applyOverrides(read, [{ of, override: one }]);
  };
  t.match(say({ title: 'Aliens' }), {
    kind: 'movie',
    title: 'Aliens',
    year: 1979,
    resolution: '1080p',
    confidence: 1,
  });
  t.match(say({ as: 'episode', season: 1, episodes: [3, 2] }), {
    kind: 'episode',
    title: 'Alien',
    season: 1,
    episodes: [2, 3],
  });
  t.match(say({ season: 1, episodes: [1] }), { kind: 'episode' }, 'an episode by what is said');
  t.notOk(
    'season' in
      applyOverrides({ ...read, kind: 'episode', season: 1, episodes: [2] }, [
        { of: 'file', override: { as: 'movie' } },
      ]),
  );
  t.match(say({ as: 'extra' }), { kind: 'extra', extra: 'unknown' });
  t.match(readOverride({}), { wrong: /nothing is said/ });
  t.match(readOverride({ titel: 'x' }), { wrong: /titel/ });
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
  const one = await house(t, account, { PASSERELLE_TREES: JSON.stringify(trees) }, { home });
  await one.sync();
  t.same(await paths({ libraryDir: join(home, 'library') }), [
    'Movies/Dune (2021) [tmdbid-438631]/Dune (2021) [tmdbid-438631].strm',
    'Movies/Up (2009) [tmdbid-14160]/Up (2009) [tmdbid-14160].strm',
    'Shows/Lost/Season 01/Lost S01E01.strm',
  ]);
  t.same(await paths({ libraryDir: join(home, 'plex') }), [
    'Movies/Dune (2021) {tmdb-438631}/Dune (2021) {tmdb-438631}.strm',
    'Movies/Up (2009) {tmdb-14160}/Up (2009) {tmdb-14160}.strm',
  ]);
  t.same(await paths({ libraryDir: join(home, 'kids') }), [
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
    const one = await house(t, account);
    await one.sync();
    t.same(
      (await paths(one)).filter((path) => /extras|trailers|sample|metropolis/i.test(path)),
      ['Movies/Alien (1979)/extras/Making of.strm', 'Movies/Alien (1979)/trailers/Alien (1979).strm'],
    );
    const owners = [{ title: 'Alien', titleKey: 'movies/alien (1979)' }];
    t.equal(ownerOf('Trailer.mkv', owners, false), 'movies/alien (1979)');
    t.equal(ownerOf('Aliens-trailer.mkv', [...owners, { title: 'Aliens', titleKey: 'b' }], false), 'b');
    t.equal(ownerOf('Metropolis-trailer.mkv', owners, false), undefined);
    t.equal(ownerOf('Metropolis.mkv', owners, true), 'movies/alien (1979)');
  },
);

t.test('extras that are listed before their show come with the sync that finds it', async (t) => {
  const one = await house(t, { folders: [{ name: 'Series', files: [file('Dark.S01E01.mkv')] }] });
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
  const all = await paths(one);
  t.ok(all.includes('Shows/Lost/Season 01/Lost S01E01.strm'), all.join());
  t.ok(all.includes('Shows/Lost/extras/Making of.strm'), all.join());
  add('/Series/Lost', 'Extras', [file('Nobody knows-trailer.mkv')]);
  add('/Series', 'Unknown', []);
  add('/Series/Unknown', 'Bonus', [file('Making of.mkv')]);
  await one.sync();
  t.ok(await one.bridge.catalog.dirty.isEmpty(), 'what belongs to nothing is not looked at for ever');
});

t.test(
  'extras that lie there for days come with the first crawl that finds what they belong to',
  async (t) => {
    const one = await house(t, {
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
    t.same(await paths(one), ['Shows/Dark/Season 01/Dark S01E01.strm']);
    const { account } = one.simulator;
    account.addFolder('/Series/Lost/Season 01');
    account.addFile('/Series/Lost/Season 01', file('Lost.S01E01.mkv'));
    account.addFile('/Films/Alien (1979)', file('Alien.1979.mkv'));
    await one.sync();
    t.same(await paths(one), [
      'Movies/Alien (1979)/Alien (1979).strm',
      'Movies/Alien (1979)/trailers/Alien.strm',
      'Shows/Dark/Season 01/Dark S01E01.strm',
      'Shows/Lost/Season 01/Lost S01E01.strm',
      'Shows/Lost/extras/Making of.strm',
    ]);
    t.ok(await one.bridge.catalog.dirty.isEmpty());
  },
);

t.test('a catalog of the version before keeps its paths', async (t) => {
  const one = await house(t, { folders: [{ name: 'Films', files: [file('Alien.1979.1080p.mkv')] }] });
  await one.sync();
  const before = await readFile(join(one.libraryDir, 'Movies/Alien (1979)/Alien (1979).strm'), 'utf8');
  const id = one.simulator.account.file('/Films/Alien.1979.1080p.mkv').id;
  t.equal((await one.bridge.catalog.titles.placesOf([id])).get(id)?.stem, 'Movies/Alien (1979)/Alien (1979)');
  t.match(before, new RegExp(id));
  await t.rejects(openDatabase(join(one.home, 'library')), { code: 'BRIDGE_DISK' });
});

t.test(
  'uploaded anew under a name that was once another title: it keeps the path, and the other title its own',
  async (t) => {
    const one = await house(t, { folders: [{ name: 'Films', files: [file('Alien.1979.mkv'), ...others] }] });
    await one.sync();
    one.simulator.account.rename('/Films/Alien.1979.mkv', 'Aliens.1986.mkv');
    await one.sync();
    one.simulator.account.removeFile('/Films/Aliens.1986.mkv');
    const heir = file('Aliens.1986.mkv');
    one.simulator.account.addFile('/Films', heir);
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
  const one = await house(t, account, {}, { home, over: simulator });
  await one.sync();
  simulator.account.addFile('/Films', file('Alien.1979.2160p.mkv'));
  await one.sync();
  const before = await paths(one);
  await one.close();
  const only = JSON.stringify([{ dir: join(home, 'library'), kinds: ['episode'] }]);
  const other = await house(t, account, { PASSERELLE_TREES: only }, { home, over: simulator });
  await other.sync({ dryRun: true });
  t.same(await paths(other), before, 'a dry run writes nothing');
  await other.sync();
  t.same(await paths(other), []);
  await other.close();
  const again = await house(t, account, {}, { home, over: simulator });
  await again.sync();
  t.same(await paths(again), before);
});

t.test(
  'nothing is moved while the disk of the tree is not mounted, or onto a file of a person',
  async (t) => {
    const one = await house(t, { folders: [{ name: 'Films', files: [file('Alien.1979.mkv'), ...others] }] });
    await one.sync();
    one.simulator.account.rename('/Films/Alien.1979.mkv', 'Aliens.1986.mkv');
    await one.sync();
    await rename(one.libraryDir, `${one.libraryDir}.away`);
    const wrong = { code: 'BRIDGE_DISK' };
    await t.rejects(one.bridge.replan.apply(signal), wrong);
    await t.rejects(one.bridge.fixes.set({ path: '/Films/Aliens.1986.mkv' }, { title: 'X' }, signal), wrong);
    await rename(`${one.libraryDir}.away`, one.libraryDir);
    const theirs = join(one.libraryDir, 'Movies/Aliens (1986)');
    await mkdir(theirs, { recursive: true });
    await writeFile(join(theirs, 'Aliens (1986).strm'), 'http://192.0.2.1/mine.mkv');
    t.same((await one.bridge.replan.apply(signal)).moves, []);
    t.ok((await paths(one)).includes('Movies/Alien (1979)/Alien (1979).strm'));
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
  const one = await house(t, account, {}, { home });
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
  t.same(await paths(one), all);
  t.same(await one.bridge.replan.plan(signal), [], 'a plan does not lead onto their files');
  t.match((await one.sync({ full: true })).tree.counts, { create: 0, update: 0, delete: 0, conflict: 0 });
  t.same(await paths(one), all);
  for (const stem of theirs) t.equal(await readFile(join(home, 'library', `${stem}.strm`), 'utf8'), own);
  for (const stem of theirs) await rm(join(home, 'library', `${stem}.strm`));
  t.match((await one.sync({ full: true })).tree.counts, { create: 0, update: 0, delete: 0 });
  t.same(await paths(one), ours, 'also when theirs is gone');
});

t.test('extras go with their film when a person says what it is', async (t) => {
  const account = {
    folders: [
      {
        name: 'Films',
        folders: [
          {
            name: 'Alien (1979)',
            files: [file('Alien.1979.mkv'), file('Alien.1979-trailer.mkv')],
            folders: [{ name: 'Bonus', files: [file('Making of.mkv')] }],
          },
        ],
        files: [...others],
      },
    ],
  };
  const one = await house(t, account);
  await one.sync();
  const fix = (path: string, title: string) => one.bridge.fixes.set({ path }, { title, year: 1986 }, signal);
  await fix('/Films/Alien (1979)/Alien.1979.mkv', 'Aliens');
  const expected = (title: string) => [
    `Movies/${title} (1986)/${title} (1986).strm`,
    `Movies/${title} (1986)/extras/Making of.strm`,
  ];
  t.match((await paths(one)).filter((path) => path.includes('Alien')).slice(0, 2), expected('Aliens'));
  await fix('/Films/Alien (1979)', 'Metropolis');
  await one.bridge.fixes.clear({ path: '/Films/Alien (1979)/Alien.1979.mkv' }, signal);
  t.match(
    (await paths(one)).filter((path) => path.includes('Metropolis')).slice(0, 2),
    expected('Metropolis'),
  );
});
