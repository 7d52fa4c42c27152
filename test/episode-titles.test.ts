import t from 'tap';
import { type LibraryLanguage, splitTitle } from '../src/library/episode-titles.ts';
import { type LayoutOptions, layoutTitle, titleKey } from '../src/library/layout.ts';
import { recogniseFolder } from '../src/naming/recognise.ts';
import { file } from './fixtures/laid-out.ts';
import { afterNumber, beforeNumber, episodeNumbers, technicalWords } from './tables/technical-words.ts';

/** What episodes are called in their NFO files: by their names, else by their numbers, and no two alike by accident. */

const titleOf = (name: string) => recogniseFolder([`/Séries/${name}`])[0]?.episodeTitle;

t.test('the title behind the number, without what belongs to a release', async (t) => {
  const rows: [name: string, title: string | undefined][] = [
    ['Doctor.Who.S01E01.Rose.FRENCH.1080p.WEB-GRP.mkv', 'Rose'],
    ['Doctor.Who.S01E02.The.End.of.the.World.mkv', 'The End of the World'],
    ["Show.S01E09.L'Été.meurtrier.VOSTFR.mkv", "L'Été meurtrier"],
    ['Show S01E01 - Épisode n°1.mkv', 'Épisode 1'],
    ['Show - Épisode n°5.mkv', 'Épisode 5'],
    ['Show - Folge 05.mkv', 'Folge 5'],
    ['Show S01E04 - Episode 4.mkv', undefined],
    ['Show Episode 3.mkv', undefined],
    ['Show S01E05 ep. 5.mkv', undefined],
    ['[Grp] Naruto - 012 - Le Pont [1080p].mkv', 'Le Pont'],
    ['[Grp] Naruto - 013v2 [ABCD1234].mkv', undefined],
    ['Naruto 012 VF.mkv', undefined],
    ['Quotidien 2024-05-06 Invité X.mkv', 'Invité X'],
    ['Kaamelott/Livre II/12 - Les Alchimistes.avi', 'Les Alchimistes'],
    ['Lost S01E01-E02 Pilote.mkv', 'Pilote'],
    ['Lost S01E03 (2004) 720p.mkv', undefined],
    ['Show 1x05 Le titre (VF).mkv', 'Le titre'],
    ['Show S01E08 1 sur 10.mkv', undefined],
    ['Show.S01E03-LOL.avi', undefined],
    ['Show.S01E06.FRENCH.HDTV.x264.mkv', undefined],
    ['Show.S01E10.FiNAL.FRENCH.720p.mkv', undefined],
    ['Show.S01E11.2012.1080p.mkv', undefined],
    ['S02E05 - Fargo.mkv', undefined],
    ['Dark.S01E03.MULTi/abc123.mkv', undefined],
    ['Heat.1995.mkv', undefined],
  ];
  for (const [name, title] of rows) t.equal(titleOf(name), title, name);
});

t.test('no title is made of technical words alone, whatever stands in front of the number', async (t) => {
  // Each word behind each beginning, in forms that change from one to the next.
  let at = 0;
  const next = <T>(all: readonly T[]) => all[at++ % all.length] as T;
  const wrong = beforeNumber.flatMap((before) =>
    technicalWords.flatMap((word) =>
      [1, 2].flatMap(() => {
        const name = `${before}${next(episodeNumbers)}${next(afterNumber)(word)}.mkv`;
        const title = titleOf(name);
        return title === undefined ? [] : [`${name} -> ${title}`];
      }),
    ),
  );
  t.strictSame(wrong, []);
  const lost = beforeNumber.flatMap((before) =>
    ['1080p', 'FRENCH', 'AMZN WEB-DL', 'x265-GRP', '(HDTV)', '[720p]', '"Uncut" 1080p'].flatMap((tags) => {
      const name = `${before}${next(episodeNumbers)} - Les Alchimistes ${tags}.mkv`;
      const title = titleOf(name);
      return title === 'Les Alchimistes' ? [] : [`${name} -> ${title}`];
    }),
  );
  t.strictSame(lost, []);
});

t.test('a word that is one of a release at times is a title in the letters of one', async (t) => {
  const rows: [name: string, title: string | undefined][] = [
    ['Show S01E02 Max.mkv', 'Max'],
    ['Show.S01E02.MAX.mkv', undefined],
    ['Show S01E02 The Max 1080p.mkv', 'The Max'],
    ['Show.S01E02.Pilote.MAX.WEB-DL.mkv', 'Pilote'],
    ['SHOW S01E02 LE PETIT MAX 1080P.mkv', 'LE PETIT MAX'],
    ['Show S01E02 (Extended).mkv', undefined],
    ['Show S01E02 Opus 5.1.mkv', undefined],
    ['Show S01E02 24 Heures.mkv', '24 Heures'],
    ['Show S01E02 - 3D.mkv', undefined],
  ];
  for (const [name, title] of rows) t.equal(titleOf(name), title, name);
  t.strictSame(recogniseFolder(['/Séries/Show S01E02 - 3D.mkv'])[0]?.episodes, [2]);
});

/** Titles by episode of what these files of one folder become. */
function titlesIn(names: readonly string[], options: LayoutOptions = {}): Record<string, string[]> {
  const files = names.map((name) => file(`/Séries/${name}`));
  const recognitions = recogniseFolder(files.map(({ path }) => path));
  const items = files.map((one, at) => ({
    file: one,
    recognition: recognitions[at] as (typeof recognitions)[0],
  }));
  const titles = Map.groupBy(items, (one) => titleKey(one.file, one.recognition));
  const entries = [...titles.values()].flatMap((group) => layoutTitle(group, [], options));
  return Object.fromEntries(
    entries.flatMap((entry) => {
      if (entry.kind !== 'nfo' || !/(?:E\d+|\d-\d\d)(?: - .*)?\.nfo$/.test(entry.path)) return [];
      const found = entry.content.match(/(?<=<title>)[^<]*/g) ?? [];
      return [[entry.path.replace(/^.*\/|\.nfo$/g, ''), found]];
    }),
  );
}

t.test('every episode has a title, and no two of a season share one', async (t) => {
  t.strictSame(
    titlesIn([
      'Lost.S01E01.Pilote.mkv',
      'Lost.S01E02.mkv',
      'Lost.S01E03.NORDiC.mkv',
      'Lost.S01E04.NORDiC.mkv',
    ]),
    {
      'Lost S01E01': ['Pilote'],
      'Lost S01E02': ['Episode 2'],
      'Lost S01E03': ['Episode 3'],
      'Lost S01E04': ['Episode 4'],
    },
  );
  t.strictSame(
    titlesIn(['Lost.S01E01.Pilote.720p.mkv', 'Lost.S01E01.1080p.mkv']),
    { 'Lost S01E01 - 1080p': ['Pilote'], 'Lost S01E01 - 720p': ['Pilote'] },
    'versions are one episode',
  );
  t.strictSame(
    titlesIn(['Lost.S01E01.Partie.1.mkv', 'Lost.S02E01.Partie.1.mkv']),
    { 'Lost S01E01': ['Partie 1'], 'Lost S02E01': ['Partie 1'] },
    'each season may have its own',
  );
  const everywhere = [1, 2, 3].map((season) => `Lost.S0${season}E01.iNFO.mkv`);
  t.strictSame(Object.values(titlesIn(everywhere)), [['Episode 1'], ['Episode 1'], ['Episode 1']]);
  t.strictSame(titlesIn(['Lost S01E01-E02 Pilote.mkv', 'Lost S01E03-E04 Tabula + Walkabout.mkv']), {
    'Lost S01E01-E02': ['Pilote (1)', 'Pilote (2)'],
    'Lost S01E03-E04': ['Tabula', 'Walkabout'],
  });
  t.strictSame(titlesIn(['Quotidien 2024-05-06 Invité X.mkv', 'Quotidien 2024-05-07.mkv']), {
    'Quotidien 2024-05-06': ['Invité X'],
    'Quotidien 2024-05-07': ['2024-05-07'],
  });
});

t.test('in the language of the library, and as many as are wanted', async (t) => {
  const names = ['Lost.S01E01.Pilote.mkv', 'Lost.S01E02.mkv'];
  const said: [LibraryLanguage, string][] = [
    ['en', 'Episode 2'],
    ['fr', 'Épisode 2'],
    ['de', 'Folge 2'],
    ['pt', 'Episódio 2'],
  ];
  for (const [language, title] of said)
    t.strictSame(titlesIn(names, { language }), { 'Lost S01E01': ['Pilote'], 'Lost S01E02': [title] });
  t.strictSame(titlesIn(names, { episodeTitles: 'named' }), { 'Lost S01E01': ['Pilote'], 'Lost S01E02': [] });
  t.strictSame(titlesIn(names, { episodeTitles: 'none' }), { 'Lost S01E01': [], 'Lost S01E02': [] });
  t.strictSame(
    titlesIn(names, { episodeTitles: 'named', lockData: true }),
    { 'Lost S01E01': ['Pilote'], 'Lost S01E02': ['Episode 2'] },
    'where no provider is asked a number is better than the name of the file',
  );
});

t.test('one title for several episodes', async (t) => {
  t.strictSame(splitTitle('A & B', 2), ['A', 'B']);
  t.strictSame(splitTitle('Tom & Jerry + Spike', 2), ['Tom & Jerry + Spike (1)', 'Tom & Jerry + Spike (2)']);
  t.strictSame(splitTitle('A', 3), ['A (1)', 'A (2)', 'A (3)']);
});
