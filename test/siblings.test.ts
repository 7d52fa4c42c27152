import t, { type Test } from 'tap';
import { needsReview, type Recognition, recognise, recogniseFolder } from '../src/naming/recognise.ts';
import { readEntries } from './fixtures/score.ts';

/** What matters of the files of one folder, as `title year SxEy` or `title year`. */
function inShort({ kind, title, year, season, episodes, part, date }: Recognition): string {
  const words = [kind === 'movie' ? 'film' : kind, title, year && `(${year})`];
  if (episodes) words.push(`${season === undefined ? '' : `S${season}`}E${episodes.join('+')}`);
  if (part) words.push(`CD${part}`);
  if (date) words.push(date);
  return words.filter(Boolean).join(' ');
}

function holds(t: Test, folder: string, expected: Record<string, string>): void {
  const names = Object.keys(expected);
  const got = recogniseFolder(names.map((name) => `${folder}/${name}`));
  t.strictSame(Object.fromEntries(names.map((name, i) => [name, inShort(got[i] as Recognition)])), expected);
}

const gb = 1024 ** 3;

t.test('one changing number counts episodes, whatever the folder is called', async (t) => {
  holds(t, '/Vrac', {
    'goldorak 1.avi': 'episode goldorak E1',
    'goldorak 2.avi': 'episode goldorak E2',
    'goldorak 10.avi': 'episode goldorak E10',
  });
  holds(t, '/Vrac/Ulysse 31', {
    'Ulysse 31 - 1 - Le Cyclope.avi': 'episode Ulysse 31 E1',
    'Ulysse 31 - 2 - La Planète perdue.avi': 'episode Ulysse 31 E2',
    'Ulysse 31 - 3 - Les Fleurs sauvages.avi': 'episode Ulysse 31 E3',
  });
  holds(t, '/Vrac/Les Shadoks', {
    '01 - Pilot.avi': 'episode Les Shadoks E1',
    '02 - La pompe.avi': 'episode Les Shadoks E2',
    '03 - Le goulp.avi': 'episode Les Shadoks E3',
  });
  holds(t, '/Vrac', {
    '01 Goldorak.avi': 'episode Goldorak E1',
    '02 Goldorak.avi': 'episode Goldorak E2',
    '03 Goldorak.avi': 'episode Goldorak E3',
  });
  t.match(recognise('/Vrac/goldorak 2.avi'), { kind: 'movie', title: 'goldorak 2' }, 'alone it is a film');
});

t.test('a number counts among strangers only where others are written as it is', async (t) => {
  const strangers = Array.from({ length: 12 }, (_, at) => [
    `Un film ${'abcdefghijkl'[at]} (${1990 + at}).avi`,
    `film Un film ${'abcdefghijkl'[at]} (${1990 + at})`,
  ]);
  const heap = Object.fromEntries(strangers);
  holds(t, '/Downloads', {
    ...heap,
    'Goldorak S01E01.avi': 'episode Goldorak S1E1',
    'Goldorak S01E02.avi': 'episode Goldorak S1E2',
    'Goldorak (12).avi': 'film Goldorak',
    'Goldorak.7.PDTV-GRP.avi': 'film Goldorak 7',
  });
  holds(t, '/Downloads', {
    ...heap,
    'Goldorak (1).avi': 'episode Goldorak E1',
    'Goldorak (2).avi': 'episode Goldorak E2',
    'Goldorak (12).avi': 'episode Goldorak E12',
  });
});

t.test('a number that never changes, a year and a resolution count nothing', async (t) => {
  holds(t, '/Séries/Area 51', {
    'Area 51 Un.avi': 'unknown Area 51 Un',
    'Area 51 Deux.avi': 'unknown Area 51 Deux',
    'Area 51 Trois.avi': 'unknown Area 51 Trois',
  });
  holds(t, '/Vrac', {
    'Gala 2018.mp4': 'film Gala (2018)',
    'Gala 2019.mp4': 'film Gala (2019)',
    'Gala 2020.mp4': 'film Gala (2020)',
  });
  holds(t, '/Vrac', {
    'Ran 480p.mkv': 'film Ran',
    'Ran 720p.mkv': 'film Ran',
    'Ran 1080p.mkv': 'film Ran',
  });
});

t.test('a collection of films stays films', async (t) => {
  holds(t, '/Vrac/Alien', {
    'Alien 1 (1979).mkv': 'film Alien 1 (1979)',
    'Alien 2 (1986).mkv': 'film Alien 2 (1986)',
    'Alien 3 (1992).mkv': 'film Alien 3 (1992)',
  });
  holds(t, '/Films', {
    'Rocky 1.avi': 'film Rocky 1',
    'Rocky 2.avi': 'film Rocky 2',
    'Rocky 3.avi': 'film Rocky 3',
  });
  holds(t, '/Vrac', {
    'Rocky 1.avi': 'film Rocky 1',
    'Rocky 2.avi': 'film Rocky 2',
    'Rocky 3.avi': 'film Rocky 3',
    'Heat 1995.avi': 'film Heat (1995)',
    'Ran 1985.avi': 'film Ran (1985)',
    'Nikita 1990.avi': 'film Nikita (1990)',
    'Seven 1995.avi': 'film Seven (1995)',
  });
  holds(t, '/Mes coups de coeur', {
    '1. Ran (1985).mkv': 'film Ran (1985)',
    '2. Heat (1995).mkv': 'film Heat (1995)',
    '3. Nikita (1990).mkv': 'film Nikita (1990)',
  });
  holds(t, '/Films/Gandhi (1982)', {
    'Gandhi CD1.avi': 'film Gandhi (1982) CD1',
    'Gandhi CD2.avi': 'film Gandhi (1982) CD2',
    'Gandhi CD3.avi': 'film Gandhi (1982) CD3',
  });
});

t.test('a saga is collected film by film, the episodes of a series come from one source', async (t) => {
  holds(t, '/Vrac', {
    'Rocky 1 FRENCH DVDRip.avi': 'film Rocky 1',
    'Rocky 2 MULTi 1080p BluRay x264-GRP.mkv': 'film Rocky 2',
    'Rocky 3 VOSTFR 720p HDTV.mkv': 'film Rocky 3',
  });
  holds(t, '/Vrac', {
    'Goldorak 1 FRENCH DVDRip.avi': 'episode Goldorak E1',
    'Goldorak 2 FRENCH DVDRip.avi': 'episode Goldorak E2',
    'Goldorak 3 VOSTFR DVDRip.avi': 'episode Goldorak E3',
  });
  holds(t, "/Harry Potter - L'intégrale", {
    'Harry Potter 1.mkv': 'film Harry Potter 1',
    'Harry Potter 2.mkv': 'film Harry Potter 2',
    'Harry Potter 3.mkv': 'film Harry Potter 3',
  });
  holds(t, "/Ulysse 31 - L'intégrale", {
    'Ulysse 31 - 01.mkv': 'episode Ulysse 31 E1',
    'Ulysse 31 - 02.mkv': 'episode Ulysse 31 E2',
    'Ulysse 31 - 03.mkv': 'episode Ulysse 31 E3',
  });
});

t.test('sizes tell a saga from a series where names do not', async (t) => {
  const rows: [kind: string, gigabytes: number[], folder?: string][] = [
    ['movie', [4.1, 5.2, 4.7, 6]],
    ['movie', [0.7, 1.4, 1.38, 0.7]],
    ['episode', [0.17, 0.18, 0.17, 0.17]],
    // The first of a series is often twice as long.
    ['episode', [1.4, 0.7, 0.7, 0.72]],
    ['episode', [4.1, 5.2, 4.7, 6], '/Séries'],
    ['movie', [0.17, 0.18, 0.17, 0.17], '/Films'],
  ];
  for (const [kind, sizes, folder = '/Vrac'] of rows) {
    const paths = sizes.map((_, i) => `${folder}/Rocky ${i + 1}.mkv`);
    const found = recogniseFolder(
      paths,
      sizes.map((size) => size * gb),
    );
    t.strictSame(
      found.map((one) => one.kind),
      paths.map(() => kind),
      `${folder}: ${sizes.join(', ')} GB`,
    );
  }
  const uhd = [1, 2, 3].map((n) => `/Vrac/Show ${n} 2160p.mkv`);
  const kinds = (size: number) => recogniseFolder(uhd, [size, size, size]).map(({ kind }) => kind);
  t.strictSame(kinds(6 * gb), ['episode', 'episode', 'episode'], 'an episode in 4K is larger');
  t.strictSame(kinds(40 * gb), ['movie', 'movie', 'movie']);
});

t.test('a sample is small, and its film is large', async (t) => {
  const inside = '/Films/Heat (1995)';
  const mb = gb / 1024;
  const read = (files: Record<string, number>) =>
    recogniseFolder(Object.keys(files), Object.values(files)).map(inShort);
  for (const name of ['Heat.1995.sample.mkv', 'heat-sample.mkv', 'sample.mkv', 'Sample/heat-sample.mkv'])
    t.strictSame(read({ [`${inside}/${name}`]: 8 * gb }), ['film Heat (1995)'], `${name} of 8 GB`);
  t.strictSame(read({ '/sample.mkv': 8 * gb }), ['film sample']);
  t.strictSame(read({ [`${inside}/heat-sample.avi`]: 700 * mb }), ['film Heat (1995)'], 'on one CD, alone');
  t.strictSame(
    read({ [`${inside}/Sample/heat-sample.mkv`]: 400 * mb }),
    ['extra'],
    'its film lies in the folder above',
  );
  t.strictSame(read({ [`${inside}/heat-sample.avi`]: 30 * mb, [`${inside}/Heat.1995.avi`]: 700 * mb }), [
    'extra',
    'film Heat (1995)',
  ]);
  t.strictSame(
    read({ [`${inside}/Heat.sample.mkv`]: 700 * mb, [`${inside}/Heat.1995.mkv`]: 60 * gb }),
    ['extra', 'film Heat (1995)'],
    'of a 4K disc',
  );
  t.strictSame(
    read({ '/Films/Sample (2010).mkv': 3 * gb, '/Films/Heat (1995).mkv': 8 * gb }),
    ['film Sample (2010)', 'film Heat (1995)'],
    'a film of that name',
  );
  t.strictSame(
    read({ '/Films/Sample (1995).mkv': 30 * mb, '/Films/Heat (1995).mkv': 8 * gb }),
    ['extra', 'film Heat (1995)'],
    'a few megabytes beside a film are none',
  );
  t.match(recognise(`${inside}/Heat.1995.sample.mkv`), { kind: 'extra' }, 'without sizes the name decides');
});

t.test('years in front of the titles are the years of the films', async (t) => {
  holds(t, '/Films/James Bond', {
    '1962 - Dr No.mkv': 'film Dr No (1962)',
    '1963 - Bons baisers de Russie.mkv': 'film Bons baisers de Russie (1963)',
    '1964 - Goldfinger.mkv': 'film Goldfinger (1964)',
  });
  holds(t, '/Films', {
    "2001 - L'Odyssée de l'espace.mkv": "film 2001 - L'Odyssée de l'espace",
    'Alien (1979).mkv': 'film Alien (1979)',
    'Shining.mkv': 'film Shining',
  });
  const alone = recognise('/Films/2010 - Inception.mkv');
  t.match(alone, { title: 'Inception', year: 2010, confidence: 0.5 });
  t.match(needsReview(alone), /year or a part of the title/, 'it may be another odyssey of 2001');
  t.equal(needsReview(recognise('/Films/2010 - Inception {tmdb-27205}.mkv')), undefined);
  t.equal(needsReview(recognise('/Films/2010 - Inception/Inception.mkv')), undefined);
  t.match(recognise('/Films/2012 - Fin du monde (2013).mkv'), { title: '2012 - Fin du monde', year: 2013 });
  t.match(recognise('/Films/2010 - Inception/Inception.mkv'), { title: 'Inception', year: 2010 });
});

t.test('what stands behind the numbers names the show only where all say the same', async (t) => {
  const titles = (...names: string[]) => recogniseFolder(names.map((name) => `/Séries/${name}`));
  t.match(titles('S02E05 - Fargo.mkv', 'S02E06 - Fargo.mkv'), [{ title: 'Fargo' }, { title: 'Fargo' }]);
  for (const one of titles('S01E01 - Pilote.mkv', 'S01E02 - Le choix.mkv'))
    t.match(one, { kind: 'episode', title: undefined, season: 1 }, one.path);
  const alone = recognise('/Séries/S02E05 - Fargo.mkv');
  t.match(alone, { title: 'Fargo', season: 2, episodes: [5] });
  t.ok(alone.confidence < 0.5);
  t.match(needsReview(alone), 'name of the show or of the episode');
});

t.test('the only film in the folder of one is that film where its name is no title', async (t) => {
  const folder = '/Films/Lola, une femme allemande (1981)';
  holds(t, folder, {
    'daswerk.mkv': 'film Lola, une femme allemande (1981)',
    'Trailer.mkv': 'extra',
  });
  holds(t, folder, { 'daswerk.mkv': 'film daswerk', 'einanderes.mkv': 'film einanderes' });
  holds(t, folder, { 'Das Werk.mkv': 'film Das Werk' });
  holds(t, '/Films/Saga Fassbinder (1981)', { 'daswerk.mkv': 'film daswerk' });
  holds(t, folder, { 'daswerk.1982.mkv': 'film daswerk (1982)' });
  t.match(recognise(`${folder}/daswerk.mkv`).reasons, ['title: folder, the only film in it']);
});

t.test('a film among episodes is seen as such', async (t) => {
  holds(t, '/Séries/Lost/Saison 1', {
    'Lost 01.avi': 'episode Lost S1E1',
    'Lost 02.avi': 'episode Lost S1E2',
    'Lost 03.avi': 'episode Lost S1E3',
    'Apollo.13.1995.FRENCH.avi': 'film Apollo 13 (1995)',
  });
  holds(t, '/Séries/Lost', {
    'Lost S01E01.avi': 'episode Lost S1E1',
    'Lost S01E02.avi': 'episode Lost S1E2',
    'Lost S01E03.avi': 'episode Lost S1E3',
    'District 9.avi': 'unknown District 9',
  });
});

t.test('siblings with markers speak for those without', async (t) => {
  holds(t, '/Vrac', {
    'Oz S02E01.avi': 'episode Oz S2E1',
    'oz.s02e02.avi': 'episode Oz S2E2',
    'Oz 203.avi': 'episode Oz S2E3',
    'Oz 4.avi': 'episode Oz S2E4',
  });
  holds(t, '/Séries/Alf', {
    'Alf 101.avi': 'episode Alf S1E1',
    'Alf 102.avi': 'episode Alf S1E2',
    'Alf 201.avi': 'episode Alf S2E1',
  });
});

t.test('one show has one title and one year', async (t) => {
  holds(t, '/Vrac', {
    'Castle (2009) S01E01.mkv': 'episode Castle (2009) S1E1',
    'Castle S01E02.mkv': 'episode Castle (2009) S1E2',
    'CASTLE S01E03.mkv': 'episode Castle (2009) S1E3',
    'castle.2009.s01e04.mkv': 'episode Castle (2009) S1E4',
  });
});

t.test('the order of the files changes nothing, and one file alone is read as ever', async (t) => {
  for (const set of ['first-half', 'second-half']) {
    const entries = readEntries(new URL(`names/${set}.jsonl`, import.meta.url));
    const paths = entries.map(({ path, name }) => path ?? name);
    const forwards = recogniseFolder(paths);
    t.strictSame(
      forwards.map((one) => one.path),
      paths,
    );
    t.strictSame(recogniseFolder(paths.toReversed()).reverse().map(inShort), forwards.map(inShort));
    t.strictSame(
      paths.map((path) => recogniseFolder([path])[0]),
      paths.map(recognise),
    );
  }
  t.strictSame(recogniseFolder([]), []);
});

t.test(
  'a title that ends with a word for an extra is one, where nothing beside it has the rest for its title',
  async (t) => {
    for (const name of [
      'The Long, Long Trailer.avi',
      'I Live In A Trailer.mp4',
      'The DNA Sample.mp4',
      'Une si courte bande-annonce.avi',
    ])
      t.match(recognise(`/Vrac/${name}`), { kind: 'movie', title: name.slice(0, -4) }, name);
    holds(t, '/Vrac', { 'Le Phare.mkv': 'film Le Phare', 'Le Phare trailer.mkv': 'extra' });
    t.match(recognise('/Films/Le Phare/Le Phare trailer.mkv'), { kind: 'extra' });
    t.match(recognise('/Vrac/Le Phare (1979) trailer.mkv'), { kind: 'extra' });
    t.match(recognise('/Vrac/Le Phare - trailer.mkv'), { kind: 'extra' });
  },
);
