import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { foldedText, wordsOfQuery } from '../src/catalog/search/search-text.ts';
import { createTitleIndex, type TitleQuery } from '../src/catalog/search/title-index.ts';
import { createTitleSearch } from '../src/catalog/search/title-search.ts';
import { systemClock } from '../src/core/clock.ts';
import { layEmptyCatalog } from './fixtures/empty-catalog.ts';
import { setupListed } from './fixtures/setup.ts';

const all: TitleQuery = {
  query: '',
  kind: undefined,
  only: undefined,
  order: 'title',
  offset: 0,
  limit: 100,
};

t.test('what somebody types is folded as the titles are', async (t) => {
  const table: [typed: string, folded: string][] = [
    ['', ''],
    ['  Heat ', 'heat'],
    ['L’Été à Œuvres', 'l ete a oeuvres'],
    ['Ça, c’est ÉNORME!', 'ca c est enorme'],
    ['Straße', 'strasse'],
    ['Ære & Øl', 'aere ol'],
    ['Łódź', 'lodz'],
    ['S01E02', 's01e02'],
    ['ﬁlm №5', 'film no5'],
    ['千と千尋', '千と千尋'],
    ['Братья', 'братья'],
    ['"OR" NEAR(a b) title:x* ^', 'or near a b title x'],
    ['\u0000<script>', 'script'],
  ];
  for (const [typed, folded] of table) t.equal(foldedText(typed), folded, typed);
  t.strictSame(wordsOfQuery('été '.repeat(1000)), Array(10).fill('ete'), 'ten words, whatever is sent');
  t.strictSame(
    wordsOfQuery('x'.repeat(100_000)).map(({ length }) => length),
    [60],
  );
});

const account = {
  folders: [
    {
      name: 'Films',
      files: [
        'Heat.1995.1080p.mkv',
        'Heat.1995.2160p.mkv',
        'La.Règle.du.jeu.1939.mkv',
        'The.Rules.of.Attraction.2002.mkv',
        'Amélie.2001.PROPER.mkv',
      ].map((name, seed) => ({ name, content: { sizeBytes: 1000 + seed, seed: seed + 1 } })),
    },
    {
      name: 'Twin Peaks',
      files: ['Twin.Peaks.S01E01.Northwest.Passage.mkv', 'Twin.Peaks.S01E02.mkv'].map((name, seed) => ({
        name,
        content: { sizeBytes: 2000 + seed, seed: seed + 20 },
      })),
    },
  ],
};

t.test('titles are found by the beginnings of their words, and by what their files are called', async (t) => {
  const { bridge, sync, simulator } = await setupListed(t, { simulator: { account } });
  const find = async (wish: Partial<TitleQuery>) => {
    const { titles } = await bridge.titleSearch.find({ ...all, ...wish });
    return titles.map(({ title }) => title);
  };
  t.strictSame(await find({}), [
    'Amélie',
    'Heat',
    'La Règle du jeu',
    'The Rules of Attraction',
    'Twin Peaks',
  ]);
  t.strictSame(await find({ query: 'reg jeu' }), ['La Règle du jeu']);
  t.strictSame(await find({ query: 'RÈGLE 1939' }), ['La Règle du jeu'], 'with its year');
  t.strictSame(
    await find({ query: 'a' }),
    ['Amélie', 'The Rules of Attraction'],
    'the title that begins with it first',
  );
  t.strictSame(await find({ query: 'northwest' }), ['Twin Peaks'], 'an episode');
  t.strictSame(await find({ query: 'proper' }), ['Amélie'], 'a word of a file');
  t.strictSame(await find({ query: 'heat jeu' }), []);
  t.strictSame(await find({ query: '"* OR (' }), [], 'words of SQLite are words');
  t.strictSame(await find({ query: '???' }), await find({}), 'nothing that could be found finds everything');
  t.strictSame(await find({ kind: 'episode' }), ['Twin Peaks']);
  t.strictSame(await find({ only: 'several' }), ['Heat']);
  t.strictSame(await find({ offset: 1, limit: 2 }), ['Heat', 'La Règle du jeu']);
  const { titles } = await bridge.titleSearch.find({ ...all, query: 'heat' });
  t.match(titles, [
    { key: 'movies/heat (1995)', kind: 'movie', year: 1995, files: 2, missing: 0, sizeBytes: 2001 },
  ]);

  simulator.account.addFile('/Films', { name: 'Ran.1985.mkv', content: { sizeBytes: 5000, seed: 50 } });
  simulator.account.removeFile('/Films/Heat.1995.2160p.mkv');
  await sync();
  // It is read anew when a second has passed since it was last, and not at each question.
  for (let turn = 0; turn < 300 && (await find({ query: 'ran' })).length === 0; turn++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  t.strictSame(await find({ query: 'ran' }), ['Ran'], 'what came is found');
  t.strictSame(await find({ only: 'missing' }), ['Heat']);
  t.equal((await find({ order: 'added' }))[0], 'Ran');
});

t.test('a catalog that is not there is told as that, and the next question is answered', async (t) => {
  const dir = join(t.testdir(), 'data');
  const search = createTitleSearch({ file: join(dir, 'catalog.db'), tree: '', clock: systemClock });
  t.teardown(() => search.close());
  await t.rejects(search.find(all), /unable to open/);
  await layEmptyCatalog(dir);
  t.strictSame(await search.find(all), { total: 0, titles: [] });
  await search.close();
  await t.rejects(search.find(all), /closed/);
});

t.test('among 100,000 files what is typed is found in milliseconds', async (t) => {
  const file = join(t.testdir(), 'catalog.db');
  const db = new DatabaseSync(file);
  // What is read of a catalog: to fill a whole one takes longer than all the rest.
  db.exec(`create table files (id text primary key, name text, size_bytes integer, missing_since integer,
    sent_at integer, first_seen_at integer, gone_at integer) without rowid;
    create table placements (tree text, file_id text, title_key text, stem text, primary key (tree, file_id));
    begin`);
  const files = db.prepare('insert into files (id, name, size_bytes, first_seen_at) values (?, ?, 1000, ?)');
  const places = db.prepare("insert into placements (tree, file_id, title_key, stem) values ('', ?, ?, ?)");
  const words = [
    'été',
    'night',
    'the',
    'Règle',
    'star',
    'Amour',
    'last',
    'house',
    'of',
    'day',
    'L’',
    'man',
    'city',
  ];
  const word = (at: number) => words[at % words.length] as string;
  for (let at = 0; at < 100_000; at++) {
    const film = Math.floor(at / 2);
    const title = `${word(film)} ${word(film >> 3)} ${word(film >> 6)} ${film.toString(36)} (${1950 + (film % 70)})`;
    files.run(`f${at}`, `${title.replaceAll(' ', '.')}.${at % 2 ? '1080p' : '2160p'}.mkv`, at);
    places.run(`f${at}`, `movies/${title.toLowerCase()}`, `Movies/${title}/${title} - ${at % 2}`);
  }
  db.exec('commit');
  db.close();
  const index = createTitleIndex(file, '', () => performance.now());
  t.teardown(() => index.close());
  const start = performance.now();
  t.equal(index.find(all).total, 50_000);
  t.comment(`read in ${Math.round(performance.now() - start)} ms`);
  for (const query of ['e', 'et', 'ete', 't', 'the', 'ete night', 'regle ete', 'zz', '19', '1080p', 'l a m'])
    for (const order of ['title', 'added'] as const) {
      // The time that the processor takes, and the least of some: other programs of the machine run too.
      const times = [1, 2, 3, 4].map((turn) => {
        // Another question in between: the last one is kept at hand.
        index.find({ ...all, query: `zzz ${turn}` });
        const began = process.cpuUsage();
        index.find({ ...all, query, order, offset: turn });
        const { user, system } = process.cpuUsage(began);
        return (user + system) / 1000;
      });
      t.ok(
        Math.min(...times) < 30,
        `${query} by ${order}: ${times.map((ms) => ms.toFixed(1)).join(', ')} ms`,
      );
    }
});
