import t from 'tap';
import { toFileId } from '../src/core/ids.ts';
import {
  type Item,
  type LibraryEntry,
  type LibraryFile,
  layoutTitle,
  titleKey,
} from '../src/library/layout.ts';
import { profiles } from '../src/library/profiles.ts';
import { foldedPath, safeSegment } from '../src/library/safe-name.ts';
import { recognise } from '../src/naming/recognise.ts';
import { file, layoutAll, paths } from './fixtures/laid-out.ts';
import { emby } from './oracle/emby.ts';
import { jellyfin } from './oracle/jellyfin.ts';
import { kodi } from './oracle/kodi.ts';
import { plex } from './oracle/plex.ts';
import { oddNames } from './tables/odd-names.ts';

/** Titles to paths. */

t.test('one film, one show, one stranger: the paths of the contract', async (t) => {
  t.strictSame(paths(['/Films/Le.Gendarme.se.marie.1968.1080p.mkv']), [
    'Movies/Le Gendarme se marie (1968)/Le Gendarme se marie (1968).strm',
  ]);
  t.strictSame(paths(['/Séries/Lupin (2021)/Saison 1/Lupin S01E02.mkv']), [
    'Shows/Lupin (2021)/Season 01/Lupin (2021) S01E02.strm',
  ]);
  t.strictSame(paths(['/Séries/Chernobyl/Making.mkv']), ['Unsorted/Séries/Chernobyl/Making.strm']);
  t.strictSame(
    paths(['/x.strm/8f3a9c0d1e2b.Sans.titre.tv/NCX 13.5 VOSTFR.mkv', '/Séries/x.mkv', '/Séries/x.strm/y.mkv'])
      .length,
    3,
    'a folder never stands in the way of a file',
  );
  t.strictSame(paths(['/Films/Dune (2021) {tmdb-438631}/Dune.mkv']), [
    'Movies/Dune (2021) [tmdbid-438631]/Dune (2021) [tmdbid-438631].strm',
  ]);
  t.strictSame(paths(['/Séries/Peaky Blinders {tvdb-270915}/Season 01/S01E01.mkv']), [
    'Shows/Peaky Blinders [tvdbid-270915]/Season 01/Peaky Blinders [tvdbid-270915] S01E01.strm',
  ]);
});

t.test('episodes: several in one file, daily, absolute, specials', async (t) => {
  t.strictSame(paths(['/Les.Revenants.S01E01-E02.720p.mkv']), [
    'Shows/Les Revenants/Season 01/Les Revenants S01E01-E02.strm',
  ]);
  t.strictSame(paths(['/Séries/Quotidien (2016)/Quotidien 2024.05.31.mkv']), [
    'Shows/Quotidien (2016)/Season 2024/Quotidien (2016) 2024-05-31.strm',
  ]);
  t.strictSame(paths(['/Animes/One Piece/One Piece - 1050 [1080p].mkv']), [
    'Shows/One Piece/Season 01/One Piece S01E1050.strm',
  ]);
  t.strictSame(paths(['/Séries/Doctor Who/Specials/03.mkv']), [
    'Shows/Doctor Who/Season 00/Doctor Who S00E03.strm',
  ]);
});

t.test('extras, archives and disc images are not in the tree', async (t) => {
  for (const path of [
    '/Films/Avatar (2009)/Sample/a.mkv',
    '/Films/x.rar',
    '/Films/Bolt.2008.iso',
    '/Films/x.srt',
  ]) {
    t.equal(titleKey(file(path), recognise(path)), undefined, path);
  }
});

t.test('versions of a film begin with the exact folder name and say what differs', async (t) => {
  const folder = 'Movies/Heat (1995)/Heat (1995)';
  t.strictSame(paths(['/a/Heat.1995.1080p.mkv', '/a/Heat.1995.2160p.mkv']), [
    `${folder} - 1080p.strm`,
    `${folder} - 2160p.strm`,
  ]);
  t.strictSame(
    paths([
      '/a/Heat.1995.VOSTFR.1080p.WEB.mkv',
      '/a/Heat.1995.FRENCH.1080p.WEB.mkv',
      '/a/Heat.1995.FRENCH.720p.WEB.mkv',
    ]),
    [`${folder} - 1080p FRENCH.strm`, `${folder} - 1080p VOSTFR.strm`, `${folder} - 720p FRENCH.strm`],
  );
  const twice = [file('/a/Heat.1995.mkv'), file('/b/Heat.1995.mkv')];
  t.strictSame(
    layoutAll(twice)
      .filter(({ kind }) => kind === 'strm')
      .map(({ path }) => path),
    twice.map(({ fileId }) => `${folder} - ${fileId}.strm`),
    'nothing differs: the file id',
  );
});

t.test(
  'a film in two files is a stack, to Jellyfin two versions: it plays no second part of a stack',
  async (t) => {
    const names = ['/Films/Le Parrain (1972)/CD1.avi', '/Films/Le Parrain (1972)/CD2.avi'];
    const film = 'Movies/Le Parrain (1972)/Le Parrain (1972)';
    for (const profile of Object.values(profiles)) {
      const words = profile.name === 'jellyfin' ? ['1 of 2', '2 of 2'] : ['cd1', 'cd2'];
      t.strictSame(
        paths(names, 'strm', { profile }),
        words.map((word) => `${film} - ${word}.strm`),
        profile.name,
      );
    }
    const both = ['1 of 2', '2 of 2'].map((word) => `${film} - ${word}.strm`);
    for (const version of [10, 12] as const)
      t.match(jellyfin(version)(both).films, [{ title: 'Le Parrain', versions: both.map((path) => [path]) }]);
  },
);

t.test('a first part alone is named so that the second can join it', async (t) => {
  const film = 'Movies/Heat (1995)/Heat (1995)';
  for (const marker of ['CD1', 'CD 1', '(cd1)', 'DVD1', 'Disc 1', 'Disk.1'])
    t.strictSame(paths([`/Films/Heat.1995.${marker}.avi`]), [`${film} - 1 of 2.strm`], marker);
  t.strictSame(paths(['/Films/Heat (1995)/CD2.avi']), [`${film} - 2 of 2.strm`]);
  for (const folder of ['CD1', 'Disque 1', 'Disc A/BDMV/STREAM', 'Heat Disc 1/BDMV/STREAM', 'DVD1/VIDEO_TS'])
    t.strictSame(
      paths([`/Films/Heat (1995)/${folder}/heat.avi`]),
      [`${film} - 1 of 2.strm`],
      `${folder}: the folder of the second may be listed later`,
    );
  for (const name of [
    'Heat (1995)/BD50/BDMV/STREAM/00001',
    'Heat (1995)/DVD9/heat',
    'Heat.1995.DVD9',
    'Heat.1995.DVD5.VFF',
    'Heat (1995) Part 1',
    'Heat.1995.ABCD1',
  ])
    t.strictSame(paths([`/Films/${name}.avi`]), [`${film}.strm`], `${name} is a whole film`);
  const [first, second] = ['/Films/Heat.1995.CD1.avi', '/Films/Heat.1995.CD2.avi'].map(
    (path): Item => ({ file: file(path), recognition: recognise(path) }),
  ) as [Item, Item];
  for (const profile of Object.values(profiles)) {
    const [alone] = layoutTitle([first], [], { profile, nfo: false }) as [LibraryEntry];
    const stem = alone.path.slice(0, -'.strm'.length);
    const both = layoutTitle([{ ...first, stem }, second], [], { profile, nfo: false }).map(
      ({ path }) => path,
    );
    const words = profile.name === 'jellyfin' ? ['1 of 2', '2 of 2'] : ['cd1', 'cd2'];
    t.strictSame(
      both,
      words.map((word) => `${film} - ${word}.strm`),
      profile.name,
    );
  }
  for (const version of [10, 12] as const) {
    const [one, two] = [`${film} - 1 of 2.strm`, `${film} - 2 of 2.strm`];
    t.match(jellyfin(version)([one]).films, [{ title: 'Heat', versions: [[one]] }], 'one film');
    t.match(jellyfin(version)([one, two]).films, [{ title: 'Heat', versions: [[one], [two]] }], 'still one');
  }
  const servers = { emby, plex };
  for (const [server, oracle] of Object.entries(servers)) {
    const heat = { title: 'Heat', year: 1995 };
    const [one, two] = [`${film} - cd1.strm`, `${film} - cd2.strm`];
    t.match(oracle([one]).films, [{ ...heat, versions: [[one]] }], `${server}: one film`);
    t.match(oracle([one, two]).films, [{ ...heat, versions: [[one, two]] }], `${server}: still one film`);
  }
  t.match(kodi([`${film} - cd1.strm`]).films, [{ title: 'Heat', year: 1995 }]);
});

t.test('two versions in two files each: every label says its part', async (t) => {
  const names = ['FRENCH.CD1', 'FRENCH.CD2', 'VOSTFR.CD1', 'VOSTFR.CD2'].map(
    (end) => `/F/Heat.1995.${end}.avi`,
  );
  t.strictSame(
    paths(names),
    ['FRENCH 1 of 2', 'FRENCH 2 of 2', 'VOSTFR 1 of 2', 'VOSTFR 2 of 2'].map(
      (end) => `Movies/Heat (1995)/Heat (1995) - ${end}.strm`,
    ),
  );
});

t.test('two versions of one episode stay apart', async (t) => {
  t.strictSame(paths(['/Dark.S01E01.VF.1080p.mkv', '/Dark.S01E01.VOSTFR.1080p.mkv']), [
    'Shows/Dark/Season 01/Dark S01E01 - 1080p VF.strm',
    'Shows/Dark/Season 01/Dark S01E01 - 1080p VOSTFR.strm',
  ]);
});

t.test('a file that replaces another comes first', async (t) => {
  const stem = 'Shows/Dandadan/Season 01/Dandadan S01E01';
  const first = file('/A/[G] Dandadan - 01 (1080p) [AAAA1111].mkv');
  const second = file('/A/[G] Dandadan - 01v2 (1080p) [BBBB2222].mkv');
  const lay = (...items: Item[]) =>
    Object.fromEntries(
      layoutTitle(items, []).flatMap((one) => (one.kind === 'strm' ? [[one.fileId, one.path]] : [])),
    );
  const item = (one: LibraryFile, stem?: string): Item => ({
    file: one,
    recognition: recognise(one.path),
    ...(stem && { stem }),
  });
  const fresh = { [second.fileId]: `${stem} - 1080p.strm`, [first.fileId]: `${stem} - 1080p v1.strm` };
  t.strictSame(lay(item(first), item(second)), fresh, 'in a new tree it has the plain label');
  t.strictSame(lay(item(second), item(first)), fresh, 'whatever comes first');
  t.strictSame(
    lay(item(first, stem), item(second)),
    { [first.fileId]: `${stem}.strm`, [second.fileId]: `${stem} - 1080p v2.strm` },
    'what stands in the tree stays there',
  );
  t.strictSame(
    lay(item(first), item(second, stem)),
    { [first.fileId]: `${stem} - 1080p v1.strm`, [second.fileId]: `${stem}.strm` },
    'also when the first one comes later',
  );
  const other = file('/A/[H] Dandadan - 01 (720p).mkv');
  t.strictSame(
    Object.values(lay(item(first), item(other))).sort(),
    [`${stem} - 1080p.strm`, `${stem} - 720p.strm`],
    'another release is another version',
  );
  t.strictSame(paths(['/a/Heat.1995.1080p.BluRay-A.mkv', '/a/Heat.1995.REPACK.1080p.BluRay-A.mkv']), [
    'Movies/Heat (1995)/Heat (1995) - 1080p v1.strm',
    'Movies/Heat (1995)/Heat (1995) - 1080p.strm',
  ]);
});

t.test('the end of an address never holds .m3u', async (t) => {
  const entries = layoutAll([file('/Films/Heat.1995.m3u8.mkv')]);
  t.match(
    entries.find(({ kind }) => kind === 'strm'),
    { kind: 'strm', name: 'Heat.1995_m3u8.mkv' },
  );
});

t.test('safe segments', async (t) => {
  const table: [string, string][] = [
    ['Mission: Impossible', 'Mission - Impossible'],
    ['Face/Off', 'Face-Off'],
    ['What?', 'What'],
    ['  .hack//SIGN. . ', 'hack--SIGN'],
    ['CON', 'CON_'],
    ['nul.txt', 'nul_.txt'],
    ['COM1', 'COM1_'],
    ['Con Air', 'Con Air'],
    ['Aux frontières du réel', 'Aux frontières du réel'],
    ['Metadata', 'Metadata_'],
    ['Subs', 'Subs_'],
    ['Extras', 'Extras_'],
    ['My Film-trailer', 'My Film-trailer_'],
    ['a.sample.b', 'a sample.b'],
    ['"Q"', "'Q'"],
    ['..', '_'],
    ['', '_'],
    ['\u202egnp.exe', 'gnp.exe'],
    ['e\u0301te\u0301', 'été'],
    ['S.W.A.T.', 'S.W.A.T'],
  ];
  for (const [given, wanted] of table) t.equal(safeSegment(given), wanted, JSON.stringify(given));
  const long = safeSegment('é'.repeat(300), 255);
  t.ok(Buffer.byteLength(long) <= 255);
  t.not(long, safeSegment(`${'é'.repeat(300)}x`, 255), 'two cut names stay apart');
  t.notMatch(safeSegment('👨‍👩‍👧'.repeat(80)), /\ufffd/);
});

t.test('hostile names: every path is safe, unique, and independent of the order', async (t) => {
  const names = oddNames();
  const files = names.flatMap((name, i) => [
    file(`/${name}/${name}.mkv`),
    file(`/Films/${name} (2001).mkv`),
    file(`/Films/${name} (2001).srt`),
    file(`/Séries/${name}/Saison 1/${i}.mkv`),
    file(`/Films/${name}/CD1.mkv`),
  ]);
  const entries = layoutAll(files);
  const seen = new Map<string, string>();
  for (const { path, kind } of entries) {
    const key = foldedPath(path);
    if (seen.has(key)) t.fail(`twice: ${path}`);
    seen.set(key, path);
    for (const segment of path.split('/')) {
      const fault = faultOf(segment);
      if (fault) t.fail(`${fault}: ${JSON.stringify(segment)}`);
    }
    if (/\.(?:strm|nfo|srt)\//.test(path)) t.fail(`a folder like a file: ${path}`);
    const [shelf, title, last] = path.split('/');
    if (kind === 'strm' && shelf === 'Movies' && !last?.startsWith(title as string))
      t.fail(`not its folder's name: ${path}`);
  }
  const videos = files.filter(({ name, path }) =>
    titleKey({ name, path, fileId: toFileId(''), sizeBytes: 0 }, recognise(path)),
  );
  t.equal(entries.filter(({ kind }) => kind === 'strm').length, videos.length, 'no file is lost');
  const shuffled = files.map((one, i) => ({ one, at: (i * 7919) % 104729 })).sort((a, b) => a.at - b.at);
  const again = layoutAll(shuffled.map(({ one }) => one));
  t.strictSame(again.map(({ path }) => path).sort(), entries.map(({ path }) => path).sort(), 'any order');
});

function faultOf(segment: string): string | undefined {
  if (segment === '' || segment === '.' || segment === '..') return 'no name';
  if (Buffer.byteLength(segment) > 255) return 'too long';
  if (/[<>:"\\|?*]|\p{Cc}/u.test(segment)) return 'forbidden character';
  if (/^[. ]|[. ]$/.test(segment)) return 'dot or space at the end';
  if (/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(segment)) return 'reserved';
  if (/^(?:metadata|subs|sample|minta|extras|trailers)$/i.test(segment)) return 'skipped by Jellyfin';
  if (/^sample\.|\.sample\./i.test(segment)) return 'skipped by Jellyfin';
  if (!segment.isWellFormed() || segment !== segment.normalize('NFC')) return 'not NFC';
  return undefined;
}

t.test('a path that ends in the id of another file, which it was handed by, stays its own', async (t) => {
  for (const [path, one, stem] of [
    [
      '/Films/Dune (2021)/Dune.2021.mkv',
      '/Films/Dune (2021)/Dune.2021.mkv',
      'Movies/Dune (2021)/Dune (2021)',
    ],
    ['/S/Show.S01E01.mkv', '/T/Show.S01E01.mkv', 'Shows/Show/Season 01/Show S01E01'],
    ['/x/zzz.mkv', '/x/zzz.avi', 'Unsorted/x/zzz'],
    [
      '/Films/Dune (2021)/Dune.2021-trailer.mkv',
      '/Films/Dune.2021-trailer.mkv',
      'Movies/Dune (2021)/trailers/Dune 2021',
    ],
  ] as const) {
    const film = path.includes('trailer')
      ? [{ ...toItem(file('/Films/Dune (2021)/Dune.2021.1080p.mkv')) }]
      : [];
    const [plain, first, second] = [toItem(file(path)), toItem(file(one)), toItem(file(path))];
    const strmOf = (items: Item[]) =>
      new Map(
        layoutTitle(items, [], { nfo: false }).flatMap((entry) =>
          entry.kind === 'strm' ? [[entry.fileId, entry.path]] : [],
        ),
      );
    const own = { ...plain, stem };
    // What the second would be called by its id is the first one's.
    const label = strmOf([...film, own, second])
      .get(second.file.fileId)
      ?.slice(0, -'.strm'.length);
    t.ok(label, path);
    const laid = strmOf([...film, own, { ...first, stem: label as string }, second]);
    t.equal(laid.get(first.file.fileId), `${label}.strm`, `${path}: stays`);
    t.not(laid.get(second.file.fileId), `${label}.strm`, `${path}: another`);
    t.equal(new Set(laid.values()).size, laid.size, `${path}: ${[...laid.values()].join(', ')}`);
  }
});

function toItem(one: LibraryFile): Item {
  return { file: one, recognition: recognise(one.path) };
}
