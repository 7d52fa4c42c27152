import t from 'tap';
import { recognise } from '../src/naming/recognise.ts';
import { absent, episode, movie, type Row, table } from './fixtures/recognised.ts';

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

t.test('the end of a name says nothing of where a film comes from', async (t) => {
  const source = (path: string) => recognise(path)?.source;
  t.equal(source('/Metropolis.1927.720p.HDTV.ts'), 'HDTV');
  t.equal(source('/Metropolis.1927.TS'), undefined);
  t.equal(source('/Metropolis.1927.m2ts'), undefined);
  t.equal(source('/Metropolis.1927.TS.x264.ts'), 'TeleSync');
});
