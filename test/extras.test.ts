import t from 'tap';
import { recognise, recogniseFolder } from '../src/naming/recognise.ts';
import { file, others, startBridge } from './fixtures/start-bridge.ts';
import { strmPaths } from './fixtures/strm-files.ts';
import type { AccountFolder } from './simulator/simulator.ts';

/** What is an extra, and of what. */

const folder = (name: string, files: readonly string[], folders: AccountFolder[] = []): AccountFolder => ({
  name,
  files: files.map(file),
  folders,
});
const films = { name: 'Films', files: others };
const season = folder('Saison 1', ['Dark.Harbor.S01E01.mkv', 'Dark.Harbor.S01E02.mkv']);

/** Accounts in which an extra lies near a stranger, and where it belongs; undefined = to nobody. */
const cases: readonly (readonly [what: string, account: AccountFolder, owner: string | undefined])[] = [
  [
    'its own videos lie one folder deeper',
    folder(
      'S',
      ['The.100.S01E01.mkv'],
      [folder('Dark Harbor', ['Dark.Harbor.S02E03-trailer.mp4'], [season])],
    ),
    'Shows/Dark Harbor',
  ],
  [
    'they lie deeper, and its name says nothing',
    folder('S', ['The.100.S01E01.mkv'], [folder('Dark Harbor', ['Trailer.mp4'], [season])]),
    'Shows/Dark Harbor',
  ],
  [
    'they lie beside strangers in the folder above',
    folder(
      'S',
      ['The.100.S01E01.mkv', 'Dark.Harbor.S01E01.mkv'],
      [folder('Plus', ['Dark.Harbor-trailer.mp4'])],
    ),
    'Shows/Dark Harbor',
  ],
  [
    'a folder of extras beside the seasons',
    folder('S', [], [folder('Dark Harbor', [], [season, folder('Bonus', ['Le tournage.mkv'])])]),
    'Shows/Dark Harbor',
  ],
  [
    'a disc inside a folder of extras',
    folder(
      'S',
      ['The.100.S01E01.mkv'],
      [folder('Dark Harbor', [], [season, folder('Bonus', [], [folder('Disc 1', ['Le tournage.mkv'])])])],
    ),
    'Shows/Dark Harbor',
  ],
  [
    'extras by season, by kind',
    folder(
      'S',
      ['The.100.S01E01.mkv'],
      [
        folder(
          'Dark Harbor',
          [],
          [
            season,
            folder('Extras', [], [folder('Season 1', [], [folder('Deleted Scenes', ['Le phare.mkv'])])]),
          ],
        ),
      ],
    ),
    'Shows/Dark Harbor',
  ],
  [
    'a folder of extras of a folder without videos, beside a stranger',
    folder(
      'S',
      ['The.100.S01E01.mkv'],
      [folder('Dark Harbor', [], [folder('Bonus', [], [folder('Disc 1', ['Le tournage.mkv'])])])],
    ),
    undefined,
  ],
  [
    'a stranger is all there is',
    folder('S', ['The.100.S01E01.mkv'], [folder('Dark Harbor', ['Dark.Harbor.S02E03-trailer.mp4'])]),
    undefined,
  ],
  [
    'the title of a stranger begins like its own',
    folder('S', ['It.1990.mkv'], [folder('Plus', ['Italian.Job-trailer.mp4'])]),
    undefined,
  ],
];

for (const [what, account, owner] of cases)
  t.test(`whose an extra is: ${what}`, async (t) => {
    const one = await startBridge(t, { folders: [account, films] });
    const extras = async () =>
      (await strmPaths(one))
        .filter((path) => /\/(?:trailers|extras|deleted scenes)\//.test(path))
        .map((path) => path.split('/').slice(0, 2).join('/'));
    await one.sync();
    t.strictSame(await extras(), owner === undefined ? [] : [owner]);
    await one.sync({ full: true });
    t.strictSame(await extras(), owner === undefined ? [] : [owner]);
  });

t.test('an extra without a film near it lies under Unsorted, and stays there', async (t) => {
  const one = await startBridge(t, {
    folders: [
      films,
      folder('Vieux', [], [folder('Bonus', ['Making of.mkv'])]),
      folder('Vrac', ['The Long, Long Trailer.avi', 'Brume-trailer.mkv']),
    ],
  });
  const shown = async () =>
    (await strmPaths(one)).filter((path) => !/Brazil|Heat|Casino|Dune|Up \(|Tron/.test(path));
  const unsorted = 'Unsorted/Vieux/Bonus/Making of.strm';
  const film = 'Movies/The Long, Long Trailer/The Long, Long Trailer.strm';
  for (const full of [false, true]) {
    await one.sync({ full });
    t.strictSame(await shown(), [film, unsorted]);
  }
  const { signal } = new AbortController();
  const count = await one.bridge.curation.leftOut.count(signal);
  t.match(count, { unsorted: 1, leftOut: 1 });
  t.equal(count.files, count.placed + count.unsorted + count.leftOut);
  const { entries } = await one.bridge.curation.leftOut.page('', 1000, signal);
  t.match(
    entries.map(({ path, reason }) => [path, reason]),
    [['/Vrac/Brume-trailer.mkv', 'alone']],
    'the trailer of a film that is not there is told',
  );
  one.simulator.account.addFile('/Vieux', file('Le.Phare.1979.mkv'));
  for (const full of [false, true]) {
    await one.sync({ full });
    t.strictSame(await shown(), ['Movies/Le Phare (1979)/Le Phare (1979).strm', film, unsorted]);
  }
});

t.test('a special with a number is an episode, whatever words its title is made of', async (t) => {
  for (const words of [
    'Making.Of',
    'Making of',
    'Bonus',
    'Bande-annonce',
    'Scenes coupees',
    'Deleted Scenes',
    'Bloopers',
  ])
    for (const path of [
      `/S/Lost.S00E01.${words}.mkv`,
      `/S/Lost S00E01 - ${words}.mkv`,
      `/S/Lost - 0x01 - ${words}.mkv`,
      `/Séries/Lost/Specials/01 - ${words}.mkv`,
      `/Séries/Lost/Saison 0/Lost E01 - ${words}.mkv`,
    ])
      t.match(recognise(path), { kind: 'episode', title: 'Lost', season: 0, episodes: [1] }, path);
  for (const name of ['Lost.S00E01-trailer', 'Lost.S00E01-sample', 'Making of'])
    t.match(recognise(`/Séries/Lost/${name}.mkv`), { kind: 'extra' }, name);
  // With a number of its own it is an episode, and beside the one of that number what belongs to it.
  const pair = ['Lost.S01E01', 'Lost.S01E01 - Making of'].map((name) => `/Séries/Lost/${name}.mkv`);
  t.match(recogniseFolder(pair), [{ kind: 'episode' }, { kind: 'extra' }]);
  t.match(recognise(pair[1] as string), { kind: 'episode', season: 1, episodes: [1] });
});

t.test('a special with a number in a folder of specials is that one', async (t) => {
  const table: [path: string, title: string, episode: number][] = [
    ['/Dark Harbor/Specials/Dark Harbor - Special 1.mkv', 'Dark Harbor', 1],
    ['/Dark Harbor/Specials/Dark.Harbor.Special.02.1080p.mkv', 'Dark Harbor', 2],
    ['/Dark Harbor/Specials/Special 3.mkv', 'Dark Harbor', 3],
    ['/Séries/Dark Harbor/Hors-série/Dark Harbor - HS04 - Le phare.mkv', 'Dark Harbor', 4],
    ['/Animes/Dark Harbor/OAV/Dark Harbor OAV 05 VOSTFR.mkv', 'Dark Harbor', 5],
    ['/Dark Harbor/Season 0/Dark Harbor Spécial 6.mkv', 'Dark Harbor', 6],
  ];
  for (const [path, title, episode] of table)
    t.match(recognise(path), { kind: 'episode', title, season: 0, episodes: [episode] }, path);
});

t.test('a technical word among the words of a title is one of them', async (t) => {
  for (const word of [
    'Hevc',
    'HDR',
    'Atmos',
    'Remux',
    'BluRay',
    'Dubbed',
    'Flac',
    'DTS',
    'Divx',
    'Web',
    'Max',
    'Dual',
  ]) {
    const films: [string, string][] = [
      [`${word}.Only.2020.mkv`, `${word} Only`],
      [`${word}.Only.2020.1080p.BluRay.x264-GRP.mkv`, `${word} Only`],
      [`${word} Only (2020).mkv`, `${word} Only`],
      [`My.${word}.Story.2020.1080p.mkv`, `My ${word} Story`],
      [`My ${word} Story (2020).mkv`, `My ${word} Story`],
      [`The.${word}.2020.1080p.mkv`, `The ${word}`],
      [`${word}.2020.1080p.mkv`, word],
    ];
    for (const [name, title] of films) t.match(recognise(`/Films/${name}`), { title, year: 2020 }, name);
    t.match(recognise(`/My.${word}.Story.S01E01.1080p.mkv`), { title: `My ${word} Story`, episodes: [1] });
  }
  for (const name of [
    'Heat.HEVC.1995',
    'Heat.BluRay.FRENCH.1995',
    'Heat.HDR.DTS.1995',
    'Heat.Remux.1995',
    '4K.Heat.1995',
  ])
    t.match(recognise(`/Films/${name}.mkv`), { title: 'Heat', year: 1995 }, name);
});
