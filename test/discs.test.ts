import t from 'tap';
import { toFileId } from '../src/core/ids.ts';
import { needsReview, recognise, recogniseFolder } from '../src/naming/recognise.ts';
import { smallerClip } from '../src/naming/siblings/discs.ts';
import { ask } from './fixtures/dav.ts';
import { signal } from './fixtures/setup.ts';
import { others, startBridge } from './fixtures/start-bridge.ts';
import { strmFiles, strmPaths } from './fixtures/strm-files.ts';
import type { AccountFolder, FileSpec } from './simulator/simulator.ts';

/** Blu-rays and DVDs as folders: the largest clip, or title set, is the film, and the others are left out. */

const mb = 1024 ** 2;

/** Clips of a disc by name, in MB. */
type Clips = Readonly<Record<string, number>>;

/** What is in the tree of these clips: `film`, `film 2` (its second part) or `open` (for a person); the rest is left out. */
function shown(folder: string, clips: Clips): Record<string, string> {
  const names = Object.keys(clips);
  const read = recogniseFolder(
    names.map((name) => `${folder}/${name}`),
    Object.values(clips).map((size) => size * mb),
  );
  return Object.fromEntries(
    read.flatMap(({ kind, title, year, part }, at) => {
      if (kind === 'ignored' || kind === 'extra') return [];
      const film = [title, year && `(${year})`, part].filter(Boolean).join(' ');
      return [[names[at], kind === 'movie' ? film : 'open']];
    }),
  );
}

const bluRay: Clips = Object.fromEntries(
  Array.from({ length: 30 }, (_, i) => [
    `${String(i).padStart(5, '0')}.m2ts`,
    i === 17 ? 24_000 : 3 + i * 40,
  ]),
);
const dvd: Clips = {
  'VIDEO_TS.VOB': 1,
  'VTS_01_0.VOB': 2,
  'VTS_01_1.VOB': 900,
  'VTS_02_0.VOB': 2,
  'VTS_02_1.VOB': 1024,
  'VTS_02_2.VOB': 1024,
  'VTS_02_3.VOB': 700,
  'VTS_03_1.VOB': 1000,
};

t.test('of thirty clips of a Blu-ray the largest is the film, wherever its folders lie', async (t) => {
  const rows: [folder: string, film: string][] = [
    ['/Films/Heat (1995)/BDMV/STREAM', 'Heat (1995)'],
    ['/Films/Heat (1995)/bdmv/stream', 'Heat (1995)'],
    ['/Heat (1995)/BDMV/STREAM', 'Heat (1995)'],
    ['/Films/Heat.1995.COMPLETE.BLURAY-GRP/BDMV/STREAM', 'Heat (1995)'],
    ['/Films/Heat (1995)/DISC1/BDMV/STREAM', 'Heat (1995) 1'],
    ['/Films/Heat (1995)/D2/BDMV/STREAM', 'Heat (1995) 2'],
    ['/Films/Heat (1995)/Heat Disc 2/BDMV/STREAM', 'Heat (1995) 2'],
    ['/Films/Heat (1995)/HEAT_DISC_B/BDMV/STREAM', 'Heat (1995) 2'],
    ['/Films/Heat (1995) Disc 2/BDMV/STREAM', 'Heat (1995) 2'],
    ['/Films/Heat.1995.DISC1.COMPLETE.BLURAY-GRP/BDMV/STREAM', 'Heat (1995) 1'],
    ['/Films/Heat (1995) BD50/BDMV/STREAM', 'Heat (1995)'],
    ...['BD50', 'BD 25', 'BD-100', 'Blu-ray', 'BluRay', 'Full BD', 'UHD Blu-ray', 'Blu-ray Disc'].map(
      (medium): [string, string] => [`/Films/Heat (1995)/${medium}/BDMV/STREAM`, 'Heat (1995)'],
    ),
    ['/Films/Heat (1995)/Blu-ray/Disc B/BDMV/STREAM', 'Heat (1995) 2'],
    ['/Films/Heat (1995)/Blu-ray 2/BDMV/STREAM', 'Heat (1995) 2'],
    ['/Films/Heat (1995)/STREAM', 'Heat (1995)'],
    ['/Films/Heat (1995)', 'Heat (1995)'],
    ['/Animes/Akira/BDMV/STREAM', 'Akira'],
  ];
  for (const [folder, film] of rows) t.strictSame(shown(folder, bluRay), { '00017.m2ts': film }, folder);
  t.strictSame(shown('/Films/BDMV/STREAM', bluRay), { '00017.m2ts': 'open' }, 'no folder names the film');
});

t.test('a disc is numbered in the words of many languages, and one of extras is no part', async (t) => {
  for (const name of [
    ...[
      'Disco 2',
      'Disco2',
      'Disque deux',
      'Disque II',
      'Scheibe 2',
      'Schijf 2',
      'Dysk 2',
      'Skiva 2',
      'Disc Two',
    ],
    ...[
      '\u0414\u0438\u0441\u043a 2',
      '\u30c7\u30a3\u30b9\u30af2',
      '\u5149\u76d82',
      'DVD Nr 2',
      'Dvd n\u00b02',
      'Disk 2 von 2',
      '2',
      'Film - Disque 2',
    ],
  ])
    t.strictSame(
      shown(`/Films/Brume (1995)/${name}/BDMV/STREAM`, bluRay),
      { '00017.m2ts': 'Brume (1995) 2' },
      name,
    );
  for (const name of ['Disco 2', 'Disque 2', 'Disc Two', 'CD2'])
    t.strictSame(shown(`/Films/Brume (1995)/${name}`, { 'brume.mkv': 700 }), {
      'brume.mkv': 'Brume (1995) 2',
    });
  for (const name of ['Bonus Disc', 'Disque bonus', 'Disc 3 - Bonus', 'DVD extras'])
    t.strictSame(shown(`/Films/Brume (1995)/${name}/BDMV/STREAM`, bluRay), {}, name);
  t.strictSame(
    Object.values(
      shown('/Films', {
        'Brume (1997)[part1][FRENCH].avi': 700,
        'Brume (1997)[part2][FRENCH].avi': 700,
        'Brume (1997) Disque 1.avi': 700,
        'Brume.1997.DVD5.mkv': 4000,
        'Brume (1997) DVD9.mkv': 7000,
      }),
    ),
    ['Brume (1997) 1', 'Brume (1997) 2', 'Brume (1997) 1', 'Brume (1997)', 'Brume (1997)'],
  );
});

t.test('of a DVD the largest title set is the film, in parts; menus are out', async (t) => {
  const parts = (film: string, first = 1) => ({
    'VTS_02_1.VOB': `${film} ${first}`,
    'VTS_02_2.VOB': `${film} ${first + 1}`,
    'VTS_02_3.VOB': `${film} ${first + 2}`,
  });
  t.strictSame(shown('/Films/Heat (1995)/VIDEO_TS', dvd), parts('Heat (1995)'));
  t.strictSame(shown('/Films/Heat (1995)', dvd), parts('Heat (1995)'), 'its folder is lost');
  t.strictSame(shown('/Heat/Video_TS', dvd), parts('Heat'));
  t.strictSame(shown('/Films/Heat (1995)/DVD2/VIDEO_TS', dvd), parts('Heat (1995)', 11));
  for (const medium of ['DVD', 'DVD5', 'DVD9', 'DVD-Video', 'Full DVD'])
    t.strictSame(shown(`/Films/Heat (1995)/${medium}/VIDEO_TS`, dvd), parts('Heat (1995)'), medium);
  const small = Object.fromEntries(Object.entries(dvd).map(([name, size]) => [name.toLowerCase(), size]));
  t.strictSame(Object.keys(shown('/Films/Heat (1995)/video_ts', small)), [
    'vts_02_1.vob',
    'vts_02_2.vob',
    'vts_02_3.vob',
  ]);
});

t.test(
  'of a series every clip of some length stays for a person: which episode it is nothing says',
  async (t) => {
    const disc = {
      '00001.m2ts': 3,
      '00002.m2ts': 5200,
      '00003.m2ts': 4900,
      '00004.m2ts': 5000,
      '00005.m2ts': 300,
    };
    const open = { '00002.m2ts': 'open', '00003.m2ts': 'open', '00004.m2ts': 'open' };
    for (const folder of [
      '/Séries/Friends/Season 1 Disc 2/BDMV/STREAM',
      '/Séries/Friends/Saison 1/Disc 2/BDMV/STREAM',
      '/Séries/Friends S01 D2/BDMV/STREAM',
      '/Séries/Friends.S01D02.FRENCH/BDMV/STREAM',
      '/Séries/Friends/Saison 1/Disco 2/BDMV/STREAM',
      '/Séries/Friends/D1/BDMV/STREAM',
      '/Friends/BDMV/STREAM',
      '/Animes/Monster/BDMV/STREAM',
    ])
      t.strictSame(shown(folder, disc), open, folder);
    const sets = { 'VTS_01_1.VOB': 90, 'VTS_02_1.VOB': 1000, 'VTS_03_1.VOB': 990, 'VTS_03_2.VOB': 300 };
    t.strictSame(Object.keys(shown('/Séries/Friends/Season 1 Disc 2/VIDEO_TS', sets)), [
      'VTS_02_1.VOB',
      'VTS_03_1.VOB',
      'VTS_03_2.VOB',
    ]);
    const [episode] = Object.values(shown('/Séries/Friends.S01E01.BLURAY/BDMV/STREAM', bluRay));
    t.equal(episode, 'open', 'a folder of one episode');
    t.strictSame(
      recogniseFolder(
        ['00001', '00002', '00003'].map((name) => `/Séries/Friends.S01E01.BLURAY/BDMV/STREAM/${name}.m2ts`),
        [5000, 4000, 4500],
      ).map(({ kind, episodes }) => ({ kind, episodes })),
      [
        { kind: 'episode', episodes: [1] },
        { kind: 'ignored', episodes: undefined },
        { kind: 'ignored', episodes: undefined },
      ],
      'is no disc of many',
    );
  },
);

t.test('copies of one clip, equal sizes and unknown ones', async (t) => {
  t.strictSame(
    shown('/Heat/BDMV/STREAM', {
      '00003.m2ts': 9000,
      '00001.m2ts': 9000,
      '00002.m2ts': 9010,
      '00009.m2ts': 5,
    }),
    { '00002.m2ts': 'Heat' },
    'three clips that hardly differ are one film, told in three ways',
  );
  t.strictSame(shown('/Heat/BDMV/STREAM', { '00002.m2ts': 70, '00001.m2ts': 70 }), { '00001.m2ts': 'Heat' });
  const unknown = recogniseFolder(['/Heat/BDMV/STREAM/00001.m2ts', '/Heat/BDMV/STREAM/00002.m2ts']);
  t.strictSame(
    unknown.map(({ kind }) => kind),
    ['movie', 'movie'],
    'without sizes nothing is left out',
  );
  const twice = [
    '/Heat/BDMV/STREAM/00001.m2ts',
    '/Heat/BDMV/STREAM/00001.m2ts',
    '/Heat/BDMV/STREAM/00002.m2ts',
  ];
  t.strictSame(
    recogniseFolder(twice, [60, 60, 100]).map(({ kind }) => kind),
    ['ignored', 'ignored', 'movie'],
    'a file that is missing and its copy are one clip',
  );
  const [left] = recogniseFolder(twice, [60, 60, 100]);
  t.match(left, { reasons: [smallerClip] });
});

t.test('a camera keeps recordings in the folders of a disc: all of them stay', async (t) => {
  const takes = { '00000.MTS': 2000, '00001.MTS': 12, '00002.MTS': 800 };
  for (const folder of ['/Vacances 2012/PRIVATE/AVCHD/BDMV/STREAM', '/AVCHD/BDMV/STREAM'])
    t.strictSame(Object.values(shown(folder, takes)), ['open', 'open', 'open'], folder);
  t.ok(needsReview(recognise('/PRIVATE/AVCHD/BDMV/STREAM/00000.MTS')));
  const loose = { '00000.m2ts': 900, '00001.m2ts': 700, '00002.m2ts': 800 };
  t.equal(Object.keys(shown('/Vacances', loose)).length, 3, 'nothing says that these are clips of one film');
});

/** As files of a simulated account; a KB stands for a MB. */
const filesOf = (clips: Clips): FileSpec[] =>
  Object.entries(clips).map(([name, size], seed) => ({
    name,
    content: { sizeBytes: 1000 * size + 1, seed: seed + 700 },
  }));

/** Folders one in the other, and clips in the innermost. */
function disc(clips: Clips, outer: string, ...inner: string[]): AccountFolder {
  const [next, ...rest] = inner;
  return next === undefined
    ? { name: outer, files: filesOf(clips) }
    : { name: outer, folders: [disc(clips, next, ...rest)] };
}

t.test('discs through every door: each is one film, and no menu beside it', async (t) => {
  const one = await startBridge(t, {
    folders: [
      { name: 'Films', files: others },
      disc(bluRay, 'Ran (1985)', 'BDMV', 'STREAM'),
      disc(dvd, 'Alien (1979)', 'VIDEO_TS'),
      {
        name: 'Ben-Hur (1959)',
        folders: [1, 2].map((n) =>
          disc({ '00001.m2ts': 40 + n, '00002.m2ts': 4 }, `DISC${n}`, 'BDMV', 'STREAM'),
        ),
      },
      {
        name: 'Marea (1971)',
        folders: ['Disco 1', 'Disco 2', 'Disco bonus'].map((name, at) =>
          disc({ '00001.m2ts': 50 + at, '00002.m2ts': 4 }, name, 'BDMV', 'STREAM'),
        ),
      },
    ],
  });
  await one.sync();
  const names = ['Ran (1985)', 'Alien (1979)', 'Ben-Hur (1959)', 'Marea (1971)'];
  const ofDiscs = (paths: readonly string[]) =>
    paths.filter((path) => names.some((name) => path.includes(name)));
  const expected = [
    ...[1, 2, 3].map((n) => `Movies/Alien (1979)/Alien (1979) - ${n} of 3`),
    ...[1, 2].map((n) => `Movies/Ben-Hur (1959)/Ben-Hur (1959) - ${n} of 2`),
    ...[1, 2].map((n) => `Movies/Marea (1971)/Marea (1971) - ${n} of 2`),
    'Movies/Ran (1985)/Ran (1985)',
  ];
  const extra = 'Movies/Marea (1971)/extras/00001.strm';
  t.strictSame(
    ofDiscs(await strmPaths(one)).filter((path) => path !== extra),
    expected.map((stem) => `${stem}.strm`),
  );
  t.ok((await strmPaths(one)).includes(extra), 'the disc of extras belongs to its film');
  const largest = one.simulator.account.file('/Ran (1985)/BDMV/STREAM/00017.m2ts');
  const [ran] = (await strmFiles(one.libraryDir)).filter(({ path }) => path.includes('Ran (1985).strm'));
  t.equal(ran?.fileId, largest.id);
  const list = (await ask(`${one.url}/library.m3u`, 'GET')).text;
  for (const name of names)
    t.equal(
      list.split('\n').filter((line) => line.startsWith('#EXTINF') && line.includes(name)).length,
      expected.filter((stem) => stem.includes(name)).length,
      `m3u ${name}`,
    );
  for (const door of ['strm', 'browse/library', 'dav/library'])
    for (const name of names) {
      const page = await ask(
        `${one.url}/${door}/Movies/${encodeURIComponent(name)}/`,
        door.startsWith('dav') ? 'PROPFIND' : 'GET',
        { headers: { depth: '1' } },
      );
      const hrefs = page.text.match(/[^"<>]*\.(?:strm|m2ts|vob)(?=["<])/gi) ?? [];
      const stems = new Set(hrefs.map((href) => decodeURIComponent(href).replace(/^.*\/|\.\w+$/g, '')));
      t.equal(
        stems.size,
        expected.filter((stem) => stem.includes(name)).length,
        `${door} ${name}: ${[...stems]}`,
      );
    }
});

t.test('clips that stand since an earlier version stay, and a plan takes them out', async (t) => {
  const clips = { '00001.m2ts': 40, '00002.m2ts': 4 };
  const one = await startBridge(t, {
    folders: [{ name: 'Films', files: others }, disc(clips, 'Ran (1985)', 'BDMV', 'STREAM')],
  });
  await one.sync();
  const { id, name } = one.simulator.account.file('/Ran (1985)/BDMV/STREAM/00002.m2ts');
  const ran = 'Movies/Ran (1985)/Ran (1985)';
  const place = { fileId: toFileId(id), titleKey: 'movies/ran (1985)', stem: `${ran} - m2ts`, name };
  await one.bridge.catalog.placementsOf('').place([], [place]);
  await one.sync({ full: true });
  const ofFilm = async () => (await strmPaths(one)).filter((path) => path.includes('Ran'));
  t.strictSame(await ofFilm(), [`${ran} - m2ts.strm`, `${ran}.strm`]);
  const { moves } = one.bridge.curation;
  t.match(await moves.plan(signal), [{ from: { stem: place.stem }, to: undefined, why: smallerClip }]);
  await moves.apply(signal);
  t.strictSame(await ofFilm(), [`${ran}.strm`]);
  await one.sync({ full: true });
  t.strictSame(await ofFilm(), [`${ran}.strm`]);
  await moves.undo(signal);
  t.strictSame(await ofFilm(), [`${ran} - m2ts.strm`, `${ran}.strm`]);
});
