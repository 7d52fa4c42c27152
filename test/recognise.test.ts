import t, { type Test } from 'tap';
import { isSubtitle, isVideo, type Recognition, recognise } from '../src/library/recognise/recognise.ts';

type Row = [path: string, expected: Partial<Recognition>];

function table(t: Test, rows: readonly Row[]): void {
  for (const [path, expected] of rows) t.match(recognise(path), expected, path);
}
function absent(t: Test, path: string, ...fields: (keyof Recognition)[]): void {
  for (const field of fields) t.notOk(field in recognise(path), `${path}: no ${field}`);
}
const movie = (title: string, year?: number): Partial<Recognition> => ({
  kind: 'movie',
  title,
  ...(year && { year }),
});
const episode = (title: string, season: number | undefined, ...episodes: number[]): Partial<Recognition> => ({
  kind: 'episode',
  title,
  ...(season !== undefined && { season }),
  episodes,
});

t.test('films', async (t) => {
  table(t, [
    [
      '/Le.Grand.Bain.2018.FRENCH.1080p.WEB.H264-GRP.mkv',
      { ...movie('Le Grand Bain', 2018), resolution: '1080p' },
    ],
    ['/2001.L.Odyssee.de.l.Espace.1968.MULTi.VF2.1080p.mkv', movie('2001 L Odyssee de l Espace', 1968)],
    ['/Blade.Runner.2049.2017.2160p.mkv', movie('Blade Runner 2049', 2017)],
    ['/1917.2019.MULTi.1080p.mkv', movie('1917', 2019)],
    ['/A Trip (1897).mkv', movie('A Trip', 1897)],
    ['/The Wolf of Wall Street - 2 (2013).mkv', movie('The Wolf of Wall Street - 2', 2013)],
    [
      '/Star Wars Episode IV - Un nouvel espoir (1977).mkv',
      movie('Star Wars Episode IV - Un nouvel espoir', 1977),
    ],
    ['/Films/Star Wars Episode 1 (1999).mkv', movie('Star Wars Episode 1', 1999)],
    ['/Films/Star Wars Episode 4 - Un nouvel espoir.mkv', movie('Star Wars Episode 4 - Un nouvel espoir')],
    ['/Dune.Part.Two.2024.1080p.mkv', movie('Dune Part Two', 2024)],
    ['/S.W.A.T.2003.MULTi.mkv', movie('S.W.A.T.', 2003)],
    ['/Mr. Nobody (2009).mkv', movie('Mr. Nobody', 2009)],
    ['/[REC] (2007).mkv', movie('REC', 2007)],
    ['/(500) jours ensemble (2009).mkv', movie('(500) jours ensemble', 2009)],
    ['/Nikita 1990 VF 4K.mkv', { ...movie('Nikita', 1990), resolution: '2160p' }],
    ['/Blade.Runner.Final.Cut.1997.mkv', { ...movie('Blade Runner', 1997), edition: 'Final Cut' }],
    ['/[ Torrent9.ph ] Le.Chant.du.Loup.2019.FRENCH.avi', movie('Le Chant du Loup', 2019)],
  ]);
  absent(t, '/Films/Blade Runner 2049.mkv', 'year');
});

t.test('short French words and accents do not cut a title', async (t) => {
  const titles = [
    'Le Gendarme se marie',
    'Comment se débarrasser de son patron',
    'Un pays qui se tient sage',
    "J'ai perdu mon corps",
    'Vista Del Mar',
    'Griffes du Mandarin',
    'Hors-saison',
    "L'hypothèse du tableau volé",
    'Ça commence',
  ];
  table(
    t,
    titles.flatMap((title): Row[] => [
      [`/${title} (1968).mkv`, movie(title, 1968)],
      [`/${title}.mkv`, movie(title)],
    ]),
  );
});

t.test('markers and their chains', async (t) => {
  table(t, [
    ['/Show.S01E02.mkv', episode('Show', 1, 2)],
    ['/Show.S03E01.S03E02.mkv', episode('Show', 3, 1, 2)],
    ['/Show.S01E01E02.mkv', episode('Show', 1, 1, 2)],
    ['/Show.S01E01-E03.mkv', episode('Show', 1, 1, 2, 3)],
    ['/Show.S01E23-E24-E26.mkv', episode('Show', 1, 23, 24, 26)],
    ['/Show 02x03-04-15.mkv', episode('Show', 2, 3, 4, 15)],
    ['/Show 2x04.2x05.mkv', episode('Show', 2, 4, 5)],
    ['/Show 1x01 à 1x02.avi', episode('Show', 1, 1, 2)],
    ['/Show 2009x02.mkv', episode('Show', 2009, 2)],
    ['/Show S42 E10591.mkv', episode('Show', 42, 10591)],
    ['/Show - Saison 1 Episode 2 - VF.mkv', episode('Show', 1, 2)],
    ['/Show - Saison 2 - Ep 12.avi', episode('Show', 2, 12)],
    ['/Show.S01E02.1080p.x264-GRP.mkv', episode('Show', 1, 2)],
    ['/Show.S03E0102.mkv', episode('Show', 3, 1, 2)],
    ['/Show.2x9.mkv', episode('Show', 2, 9)],
    ['/Show Temp 12 Cap 08.avi', episode('Show', 12, 8)],
    ['/Show - Temporada 3 - Cap.305.avi', episode('Show', 3, 5)],
    ['/Show.Part.03.mkv', episode('Show', undefined, 3)],
    ['/Show 301-305.mkv', episode('Show', undefined, 301, 302, 303, 304, 305)],
    ['/24 - 3x05 - 17h00.avi', episode('24', 3, 5)],
    ['/Show.S01E02-264.mkv', episode('Show', 1, 2)],
    ['/Columbo - S04E02 (1974) - Candidat au crime.avi', episode('Columbo', 4, 2)],
    ['/Doctor.Who.2005.S09E00.mkv', { ...episode('Doctor Who', 9, 0), year: 2005 }],
    ['/9-1-1.S05E03.mkv', episode('9-1-1', 5, 3)],
    ['/Show.103.hdtv.mkv', episode('Show', 1, 3)],
    ["/Ça commence aujourd'hui 2024.05.06 FRENCH.mkv", { kind: 'episode', date: '2024-05-06' }],
    ['/Quotidien - 31.05.2024.mp4', { kind: 'episode', title: 'Quotidien', date: '2024-05-31' }],
  ]);
  t.strictSame(recognise('/Show.S01E02.1080p.x264.mkv').episodes, [2], 'a codec goes on no chain');
});

t.test('air dates in every form', async (t) => {
  for (const date of [
    '2024.05.06',
    '2024-05-06',
    '06.05.2024',
    '20240506',
    '6 mai 2024',
    'du lundi 6 mai 2024',
    'May 6, 2024',
  ])
    t.match(recognise(`/C dans l'air - ${date}.mp4`), { title: "C dans l'air", date: '2024-05-06' }, date);
  t.match(recognise('/Quotidien 05-31-2024.mp4'), { date: '2024-05-31' }, 'only one order is a date');
  absent(t, '/Quotidien 2024-13-45.mp4', 'date');
  absent(t, '/Vacances/VID_20240506_1200.mp4', 'date');
});

t.test('numbers without a marker count in context only', async (t) => {
  table(t, [
    ['/Séries/Lost/Saison 1/103.avi', episode('Lost', 1, 3)],
    ['/Séries/Lost/1/03.mkv', episode('Lost', 1, 3)],
    ['/Animes/Naruto/Naruto 012 VF.avi', { ...episode('Naruto', undefined, 12), absolute: 12 }],
    [
      '/[SubsPlease] Sousou no Frieren - 05 (1080p) [ABCD1234].mkv',
      { title: 'Sousou no Frieren', absolute: 5 },
    ],
    ['/One Piece 1050 VOSTFR.mkv', { title: 'One Piece', absolute: 1050 }],
    ['/Films/Apollo 13.mkv', movie('Apollo 13')],
    ['/Films/Taxi 2 VF.avi', movie('Taxi 2')],
    ['/[Group] X - 13.5 [1080p].mkv', { kind: 'unknown', title: 'X' }],
  ]);
  absent(t, '/[Group] X - 13.5 [1080p].mkv', 'episodes');
});

t.test('the folders above', async (t) => {
  table(t, [
    [
      '/Séries/Breaking Bad (2008)/Saison 01/01 - Pilot.mkv',
      { ...episode('Breaking Bad', 1, 1), year: 2008 },
    ],
    ['/Séries/True Detective/S1/TD 1x03.mkv', episode('True Detective', 1, 3)],
    ['/Séries TV/The Wire/The Wire - Season 3/05. Straight and True.mkv', episode('The Wire', 3, 5)],
    ['/TV/Dark.S01E03.MULTi.1080p-GRP/abc123xyz.mkv', episode('Dark', 1, 3)],
    ['/Séries/Doctor Who/Specials/Episode 03.mkv', episode('Doctor Who', 0, 3)],
    ['/Séries/1923/Saison 1/01.mkv', episode('1923', 1, 1)],
    ['/Séries/VF/Saison 1/Lost S01E01.mkv', episode('Lost', 1, 1)],
    ['/Séries/En cours/Dark.S01E01.mkv', episode('Dark', 1, 1)],
    ['/Films/The Matrix (1999)/movie.mkv', movie('The Matrix', 1999)],
    ['/Films/Inception.2010.MULTi.1080p-GRP/8f3a9c0d1e2b.mkv', movie('Inception', 2010)],
    ['/Films/Inception (2010)/Inception.mkv', movie('Inception', 2010)],
    ['/Films/Action/Heat.1995.mkv', movie('Heat', 1995)],
    ['/Films/Le Parrain (1972)/CD1.avi', { ...movie('Le Parrain', 1972), part: 1 }],
    ['/Séries/Chernobyl/Chernobyl.mkv', { kind: 'unknown', title: 'Chernobyl' }],
  ]);
  absent(t, '/Films/2023/Oppenheimer.mkv', 'year');
});

t.test('sections inside a title are no titles', async (t) => {
  table(t, [
    ['/Animes/One Piece/Arc 03 - Arlong Park/031.mkv', { title: 'One Piece', absolute: 31 }],
    ['/Animes/Dragon Ball Z/Saga Cell/180 - Titre.avi', { title: 'Dragon Ball Z', absolute: 180 }],
    ['/Animes/Romance Saga/01.mkv', { title: 'Romance Saga', absolute: 1 }],
    ['/Séries/Kaamelott/Livre II/12 - Les Alchimistes.avi', episode('Kaamelott', 2, 12)],
    ['/Séries/Kaamelott/Kaamelott - Livre I/01.avi', episode('Kaamelott', 1, 1)],
    ['/Kaamelott - Livre V - Episode 08.avi', episode('Kaamelott', 5, 8)],
    ['/Séries/Avatar/Book One - Water/03.mkv', episode('Avatar', 1, 3)],
    ['/Séries/Lost/Première saison/05.mkv', episode('Lost', 1, 5)],
    ['/Séries/La Casa de Papel/Partie 2/01.mkv', episode('La Casa de Papel', 2, 1)],
    ['/Séries/Stranger Things/Saison 4/Volume 2/08.mkv', episode('Stranger Things', 4, 8)],
    ['/Films/Volume 1/Volume 1 (2012).mkv', movie('Volume 1', 2012)],
    ['/Films/Blair Witch - Book 2/movie.mkv', movie('Blair Witch - Book 2')],
    ['/Films/Le Parrain (1972)/DVD2/VIDEO_TS/VTS_01_1.VOB', { ...movie('Le Parrain', 1972), part: 2 }],
    ["/Films/Ocean's 11 (1960)/film complet.avi", movie("Ocean's 11", 1960)],
  ]);
});

t.test('a whole series, its arcs and its specials', async (t) => {
  const all = Array.from({ length: 24 }, (_, i) => i + 1);
  table(t, [
    ['/[Group] Accel World 1-24', episode('Accel World', undefined, ...all)],
    ['/[Group] Accel World (01-24) [BD 1080p].mkv', episode('Accel World', undefined, ...all)],
    ['/Animes/Accel World 1-24/Accel World 07.mkv', episode('Accel World', undefined, 7)],
    ['/[Group] Accel World [1-24][BD 1080p]/03.mkv', episode('Accel World', undefined, 3)],
    ['/Séries/La Flamme 1-04.mkv', episode('La Flamme', 1, 4)],
    ['/Fahrenheit 9-11.avi', movie('Fahrenheit 9-11')],
    ['/[Group] Accel World OVA.mkv', { kind: 'episode', title: 'Accel World', season: 0 }],
    ['/[Group] Accel World - Special.mkv', { kind: 'episode', title: 'Accel World', season: 0 }],
    ['/Animes/One Piece/Saga 1/Arc 2/One Piece 9.mkv', { title: 'One Piece', absolute: 9 }],
    ['/Animes/One Piece/031-044 Arlong Park/031.mkv', { title: 'One Piece', absolute: 31 }],
    ['/Animes/Accel World/OVAs/OVA 1.mkv', episode('Accel World', 0, 1)],
  ]);
  absent(t, '/[Group] Accel World OVA.mkv', 'episodes');
});

t.test('a tag word or the word for an extra may be a title', async (t) => {
  table(t, [
    ['/VF mon amour (2010).mkv', movie('VF mon amour', 2010)],
    ['/VO et VF (2014).mkv', movie('VO et VF', 2014)],
    ['/Ma VF à moi (2010).mkv', movie('Ma VF à moi', 2010)],
    ['/VOSTFR - Inception (2010).mkv', movie('Inception', 2010)],
    ['/Inception VF (2010).mkv', { ...movie('Inception', 2010), languages: ['VF'] }],
    ['/Sample (2010).mkv', movie('Sample', 2010)],
    ['/Making of (2006).avi', movie('Making of', 2006)],
    ['/Films/Heat (1995)/Trailer (1995).mkv', { kind: 'extra', extra: 'trailer' }],
    ['/Films/Trailer (2013)/Trailer (2013).mkv', movie('Trailer', 2013)],
  ]);
});

t.test('provider ids in the name or in a folder', async (t) => {
  table(t, [
    [
      '/Ratatouille (2007) {tmdb-2062} - 1080p.mkv',
      { title: 'Ratatouille', ids: { tmdb: '2062' }, confidence: 1 },
    ],
    ['/Ratatouille (2007) [imdbid-tt0382932].mkv', { ids: { imdb: 'tt0382932' } }],
    [
      '/Séries/Peaky Blinders {tvdb-270915}/Season 01/S01E01.mkv',
      { title: 'Peaky Blinders', ids: { tvdb: '270915' } },
    ],
  ]);
});

t.test('French tags', async (t) => {
  const tags: [string, string[]][] = [
    ['MULTi.VFF.1080p', ['MULTi', 'VFF']],
    ['VOSTFR.1080p', ['VOSTFR']],
    ['TRUEFRENCH.DVDRip', ['TRUEFRENCH']],
    ['FRENCH.1080p', ['FRENCH']],
    ['VO.STFR.720p', ['VOSTFR']],
    ['SUBFRENCH.720p', ['SUBFRENCH']],
    ['VFQ.1080p', ['VFQ']],
    ['VFI.1080p', ['VFI']],
    ['MULTi.VF2.1080p', ['MULTi', 'VF2']],
    ['VOF.1080p', ['VOF']],
    ['STFR.720p', ['STFR']],
    ['FASTSUB.VOSTFR', ['FASTSUB', 'VOSTFR']],
    ['VO.1080p', ['VO']],
    ['FRENCH.SUBFORCED', ['FRENCH', 'SUBFORCED']],
    ['VOST.720p', ['VOSTFR']],
    ['VOSTA.720p', ['VOSTA']],
  ];
  for (const [text, languages] of tags)
    t.strictSame(recognise(`/Film.2001.${text}.mkv`).languages, languages, text);
  absent(t, '/The French Dispatch (2021).mkv', 'languages');
});

t.test('editions', async (t) => {
  const editions: [string, string][] = [
    ["Blade Runner (1982) {edition-Director's Cut}", "Director's Cut"],
    ['Blade.Runner.Final.Cut.1982', 'Final Cut'],
    ['Blade.Runner.1982.Version.Longue', 'Version longue'],
    ['Blade Runner Ultimate Edition (1982)', 'Ultimate Cut'],
  ];
  for (const [name, edition] of editions)
    t.match(recognise(`/${name}.mkv`), { ...movie('Blade Runner', 1982), edition }, name);
  t.match(recognise('/The Final Cut (2004).mkv'), movie('The Final Cut', 2004), 'a title of the same words');
});

t.test('files that replace others', async (t) => {
  const versions: [string, number | undefined][] = [
    ['[G] X - 01v2 [1080p]', 2],
    ['[G] X - 01 v3', 3],
    ['[G] X - 01 [v2][1080p]', 2],
    ['[G] X - 01v0', 0],
    ['X.S01E02v2.1080p', 2],
    ['X.S01E02.REPACK.1080p', 2],
    ['X.2001.PROPER.1080p', 2],
    ['X.2001.REPACK2.1080p', 3],
    ['[G] X - 01 [1080p]', undefined],
    ['Proper Binge (2001)', undefined],
    ['V2 Escape from Hell (2021)', undefined],
  ];
  for (const [name, version] of versions) t.equal(recognise(`/${name}.mkv`).version, version, name);
});

t.test('full-width look-alikes are folded', async (t) => {
  table(t, [
    [
      '/Films/Alien： le retour？ （1986） ［1080p］.mkv',
      { ...movie('Alien: le retour?', 1986), resolution: '1080p' },
    ],
  ]);
  t.equal(recognise('/e\u0301te\u0301 (2001).mkv').title, 'été', 'and the rest is NFC');
});

t.test('extras', async (t) => {
  const rows: [string, string][] = [
    ['/Films/Avatar (2009)/Sample/avatar-sample.mkv', 'sample'],
    ['/Films/Avatar (2009)/avatar.2009.1080p.sample.mkv', 'sample'],
    ['/Films/Avatar (2009)/Avatar - Bande annonce VF.mp4', 'trailer'],
    ['/Films/Avatar (2009)/Avatar (2009)-trailer.mp4', 'trailer'],
    ['/Films/Avatar (2009)/Extras/Making of.mkv', 'unknown'],
    ['/Séries/Lost/Trailers/Saison 6.mkv', 'trailer'],
    ['/[Group] X - NCOP1 [1080p].mkv', 'clip'],
  ];
  for (const [path, extra] of rows) t.match(recognise(path), { kind: 'extra', extra }, path);
  // Jellyfin's own lists, complete (facts media-servers 2.1).
  const folders =
    'behind the scenes,deleted scenes,interviews,scenes,samples,shorts,featurettes,extras,extra,other,clips,trailers,backdrops,theme-music';
  for (const folder of folders.split(',')) {
    t.match(recognise(`/Films/Avatar (2009)/${folder}/Avatar 2.mp4`), { kind: 'extra' }, folder);
  }
  const kinds: Record<string, string> = {
    trailer: 'trailer',
    sample: 'sample',
    scene: 'scene',
    clip: 'clip',
    interview: 'interview',
    behindthescenes: 'behindthescenes',
    deleted: 'deletedscene',
    deletedscene: 'deletedscene',
    featurette: 'featurette',
    short: 'short',
    extra: 'unknown',
    other: 'unknown',
  };
  for (const [suffix, extra] of Object.entries(kinds)) {
    t.match(recognise(`/Films/Avatar (2009)-${suffix}.mp4`), { kind: 'extra', extra }, suffix);
  }
  for (const name of ['Avatar.trailer', 'Avatar_trailer', 'Avatar - trailer', 'trailer']) {
    t.match(recognise(`/Films/Avatar/${name}.mp4`), { kind: 'extra', extra: 'trailer' }, name);
    const sample = name.replace('trailer', 'sample');
    t.match(recognise(`/Films/Avatar/${sample}.mp4`), { kind: 'extra', extra: 'sample' }, sample);
  }
  t.match(recognise('/Séries/Extras/Saison 1/Extras S01E01.mkv'), { kind: 'episode', title: 'Extras' });
  t.match(recognise('/Heat.1995.x264-SCENE.mkv'), { kind: 'movie', title: 'Heat' });
});

t.test('what is no video', async (t) => {
  for (const path of ['/x.rar', '/x.nfo', '/x.jpg', '/x.r01', '/x.7z.001', '/', '']) {
    t.match(recognise(path), { path, kind: 'ignored' }, JSON.stringify(path));
  }
  t.match(recognise('/Lupin.S01E01.srt'), episode('Lupin', 1, 1), 'a subtitle is read like its video');
  t.match(recognise('/Gotham.S01E05.WEB-DL.x264.AAC'), episode('Gotham', 1, 5), 'a codec is no extension');
  t.ok(isVideo('a.MKV') && isVideo('a.ts') && !isVideo('a.iso') && !isVideo('mkv') && !isVideo('.mkv'));
  t.ok(isSubtitle('a.srt') && isSubtitle('a.idx') && !isSubtitle('a.txt'));
});

t.test('every answer says how sure it is, and why', async (t) => {
  const sure = recognise('/Séries/Lost (2004)/Saison 1/Lost S01E01.mkv');
  const unsure = recognise('/Animes/Naruto/012.avi');
  t.ok(sure.confidence > unsure.confidence);
  t.ok(sure.because.length > 0 && unsure.because.some((line) => line.includes('bare number')));
  t.equal(recognise('/a//b/').path, '/a//b/', 'the path comes back as it was given');
});

t.test('the worst names take no time', async (t) => {
  const pieces = [
    '1',
    '.',
    '-',
    '[',
    '(',
    'S01',
    'E02',
    '1x02',
    'A.',
    '2001',
    'é',
    '- 1 ',
    'vf ',
    'saison 1 ',
    '🎬',
    '(2001)',
  ];
  const names = pieces.flatMap((a) => pieces.map((b) => (a + b).repeat(255)));
  const start = performance.now();
  for (const name of names) recognise(`/${name}/${name}.mkv`);
  t.ok((performance.now() - start) / names.length < 50, 'milliseconds a name, folder included');
});
