import t from 'tap';
import { recognise } from '../src/naming/recognise.ts';
import { absent, episode, movie, type Row, table } from './fixtures/recognised.ts';

/** Kinds of names that were read wrong once, each with names made up for it. */

const kinds: Record<string, readonly Row[]> = {
  'a number that opens the title of an episode is no second episode': [
    ['/Harbor S01E02 - 3 jours.mkv', episode('Harbor', 1, 2)],
    ['/Harbor S01E02 - 42.mkv', episode('Harbor', 1, 2)],
    ['/Harbor S04E11 - Episode 84.mkv', episode('Harbor', 4, 11)],
    ['/Harbor 5x09 - 100.mkv', episode('Harbor', 5, 9)],
    ['/Harbor S01E02 - 9-1-1.mkv', episode('Harbor', 1, 2)],
    ['/Harbor S02E08 - 24-7.mkv', episode('Harbor', 2, 8)],
    ['/Harbor S04E02 - 20,000 Leagues.mkv', episode('Harbor', 4, 2)],
    ['/Le Phare - 3x07 - 12 heures.avi', episode('Le Phare', 3, 7)],
    ['/Le Phare - S10E11 - 12 Uhr mittags.avi', episode('Le Phare', 10, 11)],
    ['/Le.Phare.S02E05.-.6.feux.rouges.mkv', episode('Le Phare', 2, 5)],
    ['/Harbor S01E02 - 03 - Double.mkv', episode('Harbor', 1, 2, 3)],
    ['/Harbor S01E02 - 03.mkv', episode('Harbor', 1, 2, 3)],
    ['/Harbor 1x02 - 1x03 - Double.mkv', episode('Harbor', 1, 2, 3)],
    ['/Harbor S01E01-12.mkv', episode('Harbor', 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)],
  ],
  'the size of a picture is no season': [
    ['/Harbor.2019.1920x800.BDRip.mkv', movie('Harbor', 2019)],
    ['/Harbor (2019) [1920x804].mkv', movie('Harbor', 2019)],
    ['/Harbor.2048x858.mkv', { kind: 'movie', title: 'Harbor' }],
    ['/Old Cartoons 1960x05.mkv', episode('Old Cartoons', 1960, 5)],
    ['/Old Cartoons 2011x231.mkv', episode('Old Cartoons', 2011, 231)],
  ],
  'a year beside the number of an episode': [
    ['/Harbor.E05.2019.1080p.mkv', episode('Harbor', undefined, 5)],
    ['/Harbor.E105.2019.1080p.mkv', episode('Harbor', undefined, 105)],
    ['/Harbor 3of6 (2011).mkv', episode('Harbor', undefined, 3)],
    ['/Star Harbor Episode 3 (2005).mkv', movie('Star Harbor Episode 3', 2005)],
  ],
  'words for seasons and episodes in other languages': [
    ['/Il Porto - Stagione 3 Episodio 4.mkv', episode('Il Porto', 3, 4)],
    ['/Il Porto - Serie 2 - Episodio 3.mkv', episode('Il Porto', 2, 3)],
    ['/Il Porto - Stagione 2 - 05.mkv', episode('Il Porto', 2, 5)],
    ['/De Haven - Seizoen 4 Aflevering 7.mkv', episode('De Haven', 4, 7)],
    ['/El Puerto - Temporada 10 Capitulo 2.mkv', episode('El Puerto', 10, 2)],
    ['/O Porto - 2ª Temporada Episódio 5.mkv', episode('O Porto', 2, 5)],
    ['/Der Hafen - 3. Staffel Folge 12.mkv', episode('Der Hafen', 3, 12)],
    ['/Der.Hafen.Staffel.3.Folge.12.mkv', episode('Der Hafen', 3, 12)],
    ['/Le Port - Episode 2 - Saison 1.mkv', episode('Le Port', 1, 2)],
    ['/Der Hafen - Folge 2 - Staffel 3.mkv', episode('Der Hafen', 3, 2)],
    ['/Harbor 2nd Season Part 2 - 05.mkv', episode('Harbor', 2, 5)],
    ['/Harbor Second Season - 03.mkv', episode('Harbor', 2, 3)],
    ['/Harbor Season 2 Part 2 - 01.mkv', episode('Harbor', 2, 1)],
    ['/Serier/Havnen/Sæson 2/05.mkv', episode('Havnen', 2, 5)],
    ['/TV/Hamnen/Säsong 3/05.mkv', episode('Hamnen', 3, 5)],
    ['/TV/Portul/Sezonul 1/05.mkv', episode('Portul', 1, 5)],
    ['/TV/De Haven/Seizoen 2/05.mkv', episode('De Haven', 2, 5)],
    ['/TV/Il Porto/Seconda stagione/05.mkv', episode('Il Porto', 2, 5)],
  ],
  'marks of other forms': [
    ['/Harbor S01x02.mkv', episode('Harbor', 1, 2)],
    ['/Harbor S2009x02.mkv', episode('Harbor', 2009, 2)],
    ['/Harbor s03-x01.mkv', episode('Harbor', 3, 1)],
    ['/Harbor.S0201.mkv', episode('Harbor', 2, 1)],
    ['/El Puerto - Cap.102_104.mkv', episode('El Puerto', 1, 2, 3, 4)],
    ['/Harbor - 1 x 2.mkv', episode('Harbor', 1, 2)],
    ['/Harbor.E06v1.5.mkv', episode('Harbor', undefined, 6)],
    ['/HarborS13E01.mkv', episode('Harbor', 13, 1)],
    ['/Harbor1x02.avi', episode('Harbor', 1, 2)],
    ['/24S01E02.avi', episode('24', 1, 2)],
  ],
  'a number in front of an explicit mark is no title': [
    ['/Harbor Captor - 01 - (S01E01).mkv', episode('Harbor Captor', 1, 1)],
    ['/HBG - 003 - s01e01.mkv', episode('HBG', 1, 1)],
  ],
  'counts, discs and seasons': [
    ['/The Harbor 1 of 6.mkv', episode('The Harbor', undefined, 1)],
    ['/Harbor.Season.2.1of4.mkv', episode('Harbor', 2, 1)],
    ['/Harbor.S01D02.mkv', { kind: 'episode', title: 'Harbor', season: 1 }],
    ['/Harbor Season 01 - Season 07.mkv', { kind: 'episode', title: 'Harbor', season: 1 }],
    ['/Harbor_12.05.02_20-15_arte_55_TVOON_DE.mpg.avi', { title: 'Harbor', date: '2012-05-02' }],
  ],
  'forms that the library knows beside ours': [
    ['/Harbor SO2E04.avi', episode('Harbor', 2, 4)],
    ['/Harbor 01E06.mkv', episode('Harbor', 1, 6)],
    ['/Harbor 03-20.mkv', episode('Harbor', 3, 20)],
    ['/Harbor Sn4 Ep14 HD-TV.mkv', episode('Harbor', 4, 14)],
    ['/Fahrenheit 9-11.avi', movie('Fahrenheit 9-11')],
    ['/Harbor 50-50.2011.1080p.mkv', movie('Harbor 50-50', 2011)],
  ],
  'numbers of the scene': [
    ['/harbor.2014.208.hdtv-grp.mkv', episode('harbor', 2, 8)],
    ['/Harbor.Title.103.104.720p.HDTV.x264-GRP.mkv', episode('Harbor Title', 1, 3, 4)],
    ['/Harbor.10708.hdtv-grp.mkv', episode('Harbor', 1, 7, 8)],
    ['/The.100.109.hdtv-grp.mkv', episode('The 100', 1, 9)],
    ['/Apollo.13.720p.HDTV.x264-GRP.mkv', { kind: 'movie', title: 'Apollo 13' }],
  ],
  'a title in two scripts, and a slash that opens no folder': [
    ['/[Sub][港口][Harbor][11][1280x720].mkv', episode('Harbor', undefined, 11)],
    ['/[Harbor][2022][02].mkv', { ...episode('Harbor', undefined, 2), year: 2022 }],
    ['/[Sub][港口 第四季][Harbor][05].mkv', episode('Harbor', 4, 5)],
    ['/港口.Harbor.S01E01.2160p.mkv', episode('Harbor', 1, 1)],
    ['/Гавань / Harbor / Сезон: 2 / Серии: 1-3 из 8 [WEB-DL].mkv', episode('Harbor', 2, 1, 2, 3)],
    ['/Harbor (2016/S01/WEB-DL/1080p/SUB).mkv', { kind: 'episode', title: 'Harbor', season: 1 }],
    ['/[Sub] Harbor 12 [720p/MKV].mkv', episode('Harbor', undefined, 12)],
    ['/Гавань. Сезон 15. Эпизод 09.avi', episode('Гавань', 15, 9)],
    ['/Harbor.(2.sezon.12.serija.iz.12).avi', episode('Harbor', 2, 12)],
  ],
  'days and the folders that hold them': [
    ['/Harbor News/2020-03/2020-03-24.mkv', { title: 'Harbor News', date: '2020-03-24' }],
    ['/Le Quotidien/2024/05/2024-05-31.mp4', { title: 'Le Quotidien', date: '2024-05-31' }],
    ['/Le Quotidien/Mai 2024/31.05.2024.mp4', { title: 'Le Quotidien', date: '2024-05-31' }],
    ['/Harbor Talk 20201013 Ep7432.mkv', { title: 'Harbor Talk', date: '2020-10-13' }],
    ['/Harbor.Talk.140722.720p.HDTV.mkv', { title: 'Harbor Talk', date: '2014-07-22' }],
    ['/Harbor.Talk.2012.16.02.PDTV.mkv', { title: 'Harbor Talk', date: '2012-02-16' }],
  ],
  'a name that says nothing in the folder of one release': [
    [
      '/Harbor.2018.1080p.BluRay.x264-GRP/AHFMZXGHEWD660.mkv',
      { ...movie('Harbor', 2018), resolution: '1080p' },
    ],
    ['/Harbor.2018.1080p.BluRay.x264-GRP/123.mkv', movie('Harbor', 2018)],
    ['/Harbor.2018.1080p.BluRay.x264-GRP/abc.xyz.af6021c37f7852.mkv', movie('Harbor', 2018)],
    [
      '/Harbor.S01E03.720p.WEB-GRP/Backup_72023S02-12.mkv',
      { ...episode('Harbor', 1, 3), resolution: '720p' },
    ],
    ['/Harbor.2018.1080p.BluRay.x264-GRP/The Other One.mkv', movie('The Other One')],
  ],
  'editions at the end of a title and as tags': [
    ['/Harbor.Longer.and.Uncut.1999.1080p.mkv', movie('Harbor Longer and Uncut', 1999)],
    ['/The.Final.Cut.2004.mkv', movie('The Final Cut', 2004)],
    ['/Harbor.UNCUT.GERMAN.1987.mkv', movie('Harbor', 1987)],
    ['/Harbor.EXTENDED.German.720p.BluRay.mkv', movie('Harbor')],
    ['/Harbor.OPEN.MATTE.1080p.mkv', movie('Harbor')],
    ['/Harbor.15th.Anniversary.Edition.1080p.mkv', movie('Harbor')],
    ['/Harbor.3D.HSBS.1080p.mkv', movie('Harbor')],
  ],
  'words of extras behind an explicit number': [
    ['/Harbor S01E05 - The Trailer.mkv', episode('Harbor', 1, 5)],
    ['/Harbor S01E11 - Bonus.mkv', episode('Harbor', 1, 11)],
    ['/Harbor S01E05-trailer.mkv', { kind: 'extra' }],
  ],
  'parts and discs': [
    ['/Harbor (1997)[part1][FRENCH].avi', { ...movie('Harbor', 1997), part: 1 }],
    ['/Harbor (1997)[CD2][FRENCH].avi', { ...movie('Harbor', 1997), part: 2 }],
  ],
  'a day that folders say': [
    ...[
      '2021-03/24',
      '2021/03/24',
      'Mars 2021/24',
      '2021/Mars/24 mars',
      '2021-03-24/Night Lamp',
      '2021/03/24/video',
    ].map(
      (end): Row => [
        `/TV/Night Lamp/${end}.mkv`,
        { kind: 'episode', title: 'Night Lamp', date: '2021-03-24' },
      ],
    ),
    ...['Semaine 12', '2021-W12', 'Q1 2021', '2021-03-22 au 2021-03-28'].map(
      (folder): Row => [
        `/TV/Night Lamp/${folder}/2021-03-24.mkv`,
        { kind: 'episode', title: 'Night Lamp', date: '2021-03-24' },
      ],
    ),
    ['/TV/Night Lamp/2021-03/34.mkv', episode('Night Lamp', undefined, 34)],
    ['/Films/2021-03/Harbor (2021).mkv', movie('Harbor', 2021)],
  ],
  'a name that says nothing in the folder of a film': [
    ...['a1b2c3', '123456', 'download', 'Copie de film', 'KJHGFDSAQW12'].map(
      (name): Row => [`/Films/Black Harbor (2019)/${name}.mkv`, movie('Black Harbor', 2019)],
    ),
    ['/Films/Black Harbor (2019)/300.mkv', { kind: 'movie', title: '300' }],
    ['/Films/Black Harbor (2019)/The Lamp.mkv', { kind: 'movie', title: 'The Lamp' }],
  ],
  specials: [
    ['/Harbor - SP01.mkv', episode('Harbor', 0, 1)],
    ['/Harbor - Special 1 - The Lamp.mkv', episode('Harbor', 0, 1)],
  ],
};

for (const [kind, rows] of Object.entries(kinds)) t.test(kind, async (t) => table(t, rows));

t.test('what is no episode', async (t) => {
  absent(t, '/Harbor.2048x858.mkv', 'season', 'episodes');
  absent(t, '/Harbor.1997.DVD9.mkv', 'part');
  t.strictSame(recognise('/Harbor.S01D02.mkv').episodes, undefined);
});
