import t, { type Test } from 'tap';
import { type Recognition, recognise, recogniseFolder } from '../src/naming/recognise.ts';

/** What matters of one answer. */
function inShort({ kind, title, year, season, episodes, absolute }: Recognition): string {
  return JSON.stringify({ kind, title, year, season, episodes, absolute });
}

/** Whether the files of one folder are read together as each is alone. */
function holdsAlone(t: Test, folder: string, names: readonly string[]): void {
  const paths = names.map((name) => `${folder}/${name}`);
  t.strictSame(
    recogniseFolder(paths).map(inShort),
    paths.map((path) => inShort(recognise(path))),
  );
}

function episodesOf(names: readonly string[]): (number[] | undefined)[] {
  return recogniseFolder(names.map((name) => `/Vrac/${name}`)).map(({ episodes }) => episodes);
}

const lamps = [
  '[Kaze] Harbor Lamps 2 - 05 [720p].mkv',
  '[Yoru] Harbor Lamps 3 - 11 (1080p AAC)[C34B2B3B].mkv',
  '[Kaze] Harbor Lamps 21 - 101 [480p].mkv',
  '[Hoshi] Harbor Lamps - 100 Years Quest - 05 (1080p).mkv',
  '[Hoshi] Harbor Ships 100 Years Quest - 01 (1080p).mkv',
  'Harbor Lamps 4 Temporada 720p',
  '[Kaze] Harbor Lamps 091-123 [1080p][HEVC]',
  '[Kaze] Harbor Lamps (01-25) [1080p] (Batch)',
  'Harbor.Lamps.57.avi',
];

t.test('numbers of titles that begin alike count nothing together', async (t) => {
  holdsAlone(t, '/Downloads', lamps);
  holdsAlone(t, '/Downloads', ['11.6.2013.FRENCH.mkv', '11.14 - La liste.mp4', '11-02 Le retour (HD).m4v']);
});

t.test('numbers that run on are believed before what one name seems to say', async (t) => {
  t.strictSame(
    episodesOf(['Le Phare 01 - Pilote.avi', 'Le Phare 02 - 42.avi', 'Le Phare 03 - 7 jours.avi']),
    [[1], [2], [3]],
  );
  t.strictSame(
    episodesOf(['Phare 12.avi', 'Phare 57.avi', 'Phare 103.avi']),
    [[12], [57], [103]],
    'nor must they, where nothing speaks against them',
  );
});

t.test('a whole run beside single episodes stays a run', async (t) => {
  const [run, ...single] = episodesOf([
    'Phare 001-013.mkv',
    'Phare 014.mkv',
    'Phare 015.mkv',
    'Phare 016.mkv',
  ]);
  t.equal(run?.length, 13);
  t.strictSame(single, [[14], [15], [16]]);
  const pack = episodesOf([
    'Brume 1-13 (English Dub) [720p].mkv',
    'Brume 14.mkv',
    'Brume 15.mkv',
    'Brume 16.mkv',
  ]);
  t.equal(pack[0]?.length, episodesOf(['Brume 1-13 (English Dub) [720p].mkv'])[0]?.length);
});

t.test('a year in front is the habit of a person, which releases do not have', async (t) => {
  const releases = ['Ville.Basse.2011.FRENCH.1080p.BluRay.x264-GRP.mkv', 'Brume.2014.MULTi.720p.WEB.mkv'];
  holdsAlone(t, '/Films', [...releases, '1981 - Sirène.mkv']);
  t.match(recogniseFolder([...releases, '1981 - Sirène.mkv'].map((name) => `/Films/${name}`))[2], {
    title: 'Sirène',
    year: 1981,
  });
  const homely = ['Ville basse (2011).mkv', 'Brume (2014).mkv', '1981 - Sirène.mkv'];
  t.match(recogniseFolder(homely.map((name) => `/Films/${name}`))[2], { title: '1981 - Sirène' });
});

t.test(
  'a stranger is a film among the episodes of one show, and in a heap only by its own name',
  async (t) => {
    const shows = ['Ulysse', 'Brume', 'Sirène', 'Marée'].flatMap((show) =>
      [1, 2, 3].map((number) => `${show} S01E0${number}.mkv`),
    );
    const name = 'Le Dernier Quai - 09 (2021) [Kaze] [WEBRip] [HD 1080p].mkv';
    t.match(recognise(`/Downloads/${name}`), { kind: 'episode', episodes: [9] });
    holdsAlone(t, '/Downloads', [...shows, name]);
    t.match(recogniseFolder([...shows.slice(0, 3), name].map((one) => `/Vrac/${one}`))[3], { kind: 'movie' });
  },
);

t.test('no episode is of a show that began after it', async (t) => {
  const [show, early, late] = recogniseFolder(
    ['Brume (2016) S01E01.mkv', 'Brume.E02.2010.mkv', 'Brume S04E02 2019 FRENCH.mkv'].map(
      (name) => `/Downloads/${name}`,
    ),
  );
  t.equal(show?.year, 2016);
  t.not(early?.year, 2016);
  t.equal(late?.year, 2016);
});

t.test('a number far behind the episodes that are marked holds no season', async (t) => {
  const names = ['Brume S01E01.mkv', 'Brume S01E12.mkv', 'Brume - 131 - La digue [Kaze][720p].mkv'];
  t.match(recogniseFolder(names.map((name) => `/Downloads/${name}`))[2], { episodes: [131] });
  names[2] = 'Brume 113.mkv';
  t.match(recogniseFolder(names.map((name) => `/Downloads/${name}`))[2], { season: 1, episodes: [13] });
});

t.test('two files with one number are told apart where their names allow it', async (t) => {
  const read = (folder: string, ...names: string[]) =>
    recogniseFolder(names.map((name) => `${folder}/${name}`)).map(({ title, season, episodes }) => [
      title,
      season,
      episodes?.[0],
    ]);
  t.strictSame(
    read(
      '/Séries/Phare',
      ...['1 - 01 - Pilote', '1 - 02 - Suite', '2 - 01 - Retour', '2 - 02 - Fin'].map(
        (end) => `Phare - ${end}.mkv`,
      ),
    ),
    [
      ['Phare', 1, 1],
      ['Phare', 1, 2],
      ['Phare', 2, 1],
      ['Phare', 2, 2],
    ],
  );
  t.strictSame(read('/Séries/Phare', '03 - 01 - Pilote.mkv', '03 - 02 - Suite.mkv'), [
    ['Phare', 3, 1],
    ['Phare', 3, 2],
  ]);
  t.strictSame(read('/Séries/Phare/Saison 1', 'Le 05 Apollo 12.mkv', 'Le 06 Apollo 12.mkv'), [
    ['Phare', 1, 5],
    ['Phare', 1, 6],
  ]);
  t.strictSame(
    read(
      '/Vrac',
      ...['01 - Pilote.mkv', '02 - Suite.mkv', '02 - Suite.srt'].map((end) => `Phare - 12 - ${end}`),
    ),
    [
      ['Phare', 12, 1],
      ['Phare', 12, 2],
      ['Phare', 12, 2],
    ],
  );
});

t.test('versions of one episode stay versions', async (t) => {
  const alike = (...names: string[]) => {
    const numbers = recogniseFolder(names.map((name) => `/Séries/Phare/${name}`)).map(
      ({ season, episodes }) => `${season} ${episodes}`,
    );
    t.equal(new Set(numbers).size, 1, `${names.join(', ')}: ${numbers.join(', ')}`);
  };
  alike('Phare 12 720p.mkv', 'Phare 12 1080p.mkv');
  alike('Phare 12 (1).mkv', 'Phare 12 (2).mkv');
  alike('Phare S01E05 - 12 - x.mkv', 'Phare S01E05 - 13 - y.mkv');
  alike('Phare - 12 - 01 - x 720p.mkv', 'Phare - 12 - 01 - x 1080p.mkv');
  alike('[A] Phare - 05 [720p].mkv', '[B] Phare - 05 [1080p].mkv', '[C] Phare - 05 - Un titre.mkv');
});

t.test('among a heap of everything a name is read as it would be alone', async (t) => {
  const heap = Array.from(
    { length: 30 },
    (_, i) => `Vieux film ${String.fromCharCode(65 + i)} (19${50 + i}).mkv`,
  );
  const alone = [
    '21 Harbor Street.mkv',
    '12 Lamps.mkv',
    '3 hommes et un phare.avi',
    '9 - Le phare.mkv',
    'Harbor.204.720p.HDTV.x264-GRP.mkv',
    'Harbor.207.HDTV.x264-GRP.mkv',
    'Harbor.211.HDTV.x264-GRP.mkv',
    'Mission Harbor 2.mkv',
    'Mission Harbor 3 (2006).mkv',
    'Mission Harbor 5 - La lampe MULTi 1080p.mkv',
    '[A] Harbor Kaisen - 24 (1080p).mkv',
    '[B] Harbor Kaisen - 24 [1080p HEVC].mkv',
    '[C] Harbor Kaisen - 24 (WEB 1080p).mkv',
    '[S] Harbor Family - 01 ~ 12 [1080p].mkv',
    'S02E05 - Le gardien.mkv',
    '1x05 - Les pics.avi',
    'Boku.no.Harbor.Ep07.1280X720.mkv',
  ];
  holdsAlone(t, '/Downloads', [...heap, ...alone]);
  t.match(recognise('/Films/Boku.no.Harbor.Ep07.1280X720.mkv'), { kind: 'episode', episodes: [7] });
});
