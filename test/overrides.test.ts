import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { request } from 'undici';
import { applyOverrides, readOverride } from '../src/library/override.ts';
import { recognise } from '../src/naming/recognise.ts';
import { signal } from './fixtures/setup.ts';
import { file, others, startBridge } from './fixtures/start-bridge.ts';
import { strmPaths } from './fixtures/strm-files.ts';

/** What a person says of a file, and the paths that move by it. */

t.test('what a person says outranks the name, is kept, and can be taken back', async (t) => {
  const one = await startBridge(t, {
    folders: [
      {
        name: 'Divers',
        files: [file('xyzzy.mkv'), file('Alien.1979.mkv')],
        folders: [{ name: 'Serie', files: [file('a 1.mkv')] }],
      },
    ],
  });
  await one.sync();
  const { curation, catalog } = one.bridge;
  const set = await curation.overrides.set(
    { path: '/Divers/xyzzy.mkv' },
    { title: 'Metropolis', year: 1927, ids: { tmdb: '19' } },
    signal,
  );
  t.match(set.moves, [
    { to: { stem: 'Movies/Metropolis (1927) [tmdbid-19]/Metropolis (1927) [tmdbid-19]' } },
  ]);
  t.ok(
    (await strmPaths(one)).includes(
      'Movies/Metropolis (1927) [tmdbid-19]/Metropolis (1927) [tmdbid-19].strm',
    ),
  );
  await curation.overrides.set(
    { path: '/Divers/Serie' },
    { as: 'episode', title: 'Lost', season: 2, episodes: [3] },
    signal,
  );
  await curation.overrides.set({ path: '/Divers/Alien.1979.mkv' }, { as: 'ignore' }, signal);
  const now = [
    'Movies/Metropolis (1927) [tmdbid-19]/Metropolis (1927) [tmdbid-19].strm',
    'Shows/Lost/Season 02/Lost S02E03.strm',
  ];
  t.same(await strmPaths(one), now);
  await one.sync({ full: true });
  t.same(await strmPaths(one), now, 'after a new index');
  const id = one.simulator.account.file('/Divers/xyzzy.mkv').id;
  const kept = (await catalog.recognitions.ofFiles([id])).get(id);
  t.ok(kept?.reasons.includes('title: you said so (file)'), kept?.reasons.join() ?? '');
  t.match(await curation.overrides.list(), [
    { path: '/Divers/xyzzy.mkv', override: { title: 'Metropolis' } },
    { path: '/Divers/Serie' },
    { path: '/Divers/Alien.1979.mkv' },
  ]);
  await curation.overrides.clear({ path: '/Divers/Alien.1979.mkv' }, signal);
  t.ok((await strmPaths(one)).includes('Movies/Alien (1979)/Alien (1979).strm'));
  await t.rejects(curation.overrides.clear({ path: '/Divers/Alien.1979.mkv' }, signal), {
    code: 'BRIDGE_NOT_FOUND',
  });
});

t.test('overrides over HTTP: said, listed, taken back, and refused when they are wrong', async (t) => {
  const one = await startBridge(t, { folders: [{ name: 'Divers', files: [file('xyzzy.mkv')] }] });
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
    const one = await startBridge(t, { folders: [{ name: 'Lost', files }] });
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
  const one = await startBridge(t, {
    folders: [{ name: 'Divers', files: [file('[Grp] Naruto 012.mkv'), file('Alien.1979.mkv')] }],
  });
  await one.sync();
  const review = () => one.bridge.curation.review(10, signal);
  t.match(await review(), [{ path: '/Divers/[Grp] Naruto 012.mkv', why: /number in the name alone/ }]);
  const { statusCode, body } = await request(`${one.url}/api/v1/review`, {
    headers: { authorization: `Bearer ${one.bridge.secrets.adminToken}` },
  });
  t.equal(statusCode, 200);
  t.match(await body.json(), { files: [{ path: '/Divers/[Grp] Naruto 012.mkv' }] });
  await one.bridge.curation.overrides.set({ path: '/Divers/[Grp] Naruto 012.mkv' }, { season: 1 }, signal);
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
  const one = await startBridge(t, account);
  await one.sync();
  const fix = (path: string, title: string) =>
    one.bridge.curation.overrides.set({ path }, { title, year: 1986 }, signal);
  await fix('/Films/Alien (1979)/Alien.1979.mkv', 'Aliens');
  const expected = (title: string) => [
    `Movies/${title} (1986)/${title} (1986).strm`,
    `Movies/${title} (1986)/extras/Making of.strm`,
  ];
  t.match((await strmPaths(one)).filter((path) => path.includes('Alien')).slice(0, 2), expected('Aliens'));
  await fix('/Films/Alien (1979)', 'Metropolis');
  await one.bridge.curation.overrides.clear({ path: '/Films/Alien (1979)/Alien.1979.mkv' }, signal);
  t.match(
    (await strmPaths(one)).filter((path) => path.includes('Metropolis')).slice(0, 2),
    expected('Metropolis'),
  );
});

t.test('a person moves paths by a plan, and takes it back', async (t) => {
  const one = await startBridge(t, { folders: [{ name: 'Films', files: [file('Alien.1979.1080p.mkv')] }] });
  await one.sync();
  one.simulator.account.rename('/Films/Alien.1979.1080p.mkv', 'Aliens.1986.1080p.mkv');
  await one.sync();
  const old = ['Movies/Alien (1979)/Alien (1979).strm'];
  t.same(await strmPaths(one), old);
  const { moves } = await one.bridge.curation.moves.apply(signal);
  t.match(moves, [{ why: 'taken for movie "Aliens" (1986) today' }]);
  t.same(await strmPaths(one), ['Movies/Aliens (1986)/Aliens (1986).strm']);
  t.same(await one.bridge.curation.moves.plan(signal), [], 'nothing more to move');
  t.equal((await one.bridge.curation.moves.undo(signal))?.moves.length, 1);
  t.same(await strmPaths(one), old);
  const result = await one.sync({ full: true });
  t.match(result.tree.counts, { create: 0, delete: 0, update: 0 }, 'and it stays so');
  t.equal(await one.bridge.curation.moves.undo(signal), undefined, 'there is no second batch');
});

t.test('killed between two steps of a move, the next sync ends it', async (t) => {
  const one = await startBridge(t, { folders: [{ name: 'Films', files: [file('Alien.1979.1080p.mkv')] }] });
  await one.sync();
  one.simulator.account.rename('/Films/Alien.1979.1080p.mkv', 'Aliens.1986.1080p.mkv');
  await one.sync();
  const { publisher } = one.bridge;
  const publish = publisher.titles;
  publisher.titles = async () => {
    throw new Error('killed');
  };
  await t.rejects(one.bridge.curation.moves.apply(signal), { message: 'killed' });
  publisher.titles = publish;
  await one.sync();
  t.same(await strmPaths(one), ['Movies/Aliens (1986)/Aliens (1986).strm']);
});

t.test('what is found out about a film reaches its NFO while the path says the same', async (t) => {
  const one = await startBridge(t, {
    folders: [{ name: 'Films', files: [file('Heat (1999) {tmdb-1}.mkv')] }],
  });
  await one.sync();
  one.simulator.account.rename(
    '/Films/Heat (1999) {tmdb-1}.mkv',
    'Heat (1999) {tmdb-1} {imdb-tt0113277}.mkv',
  );
  await one.sync();
  const nfo = join(one.libraryDir, 'Movies/Heat (1999) [tmdbid-1]/Heat (1999) [tmdbid-1].nfo');
  t.match(await readFile(nfo, 'utf8'), 'tt0113277');
});
