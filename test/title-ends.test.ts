import t from 'tap';
import { type Recognition, recognise } from '../src/naming/recognise.ts';

/*
 * Where a title ends: behind its words, with the marks that belong to it and with no half of a pair whose other half
 * stands among the tags.
 */

/** `undefined` = the field is absent. */
type Fields = { [Field in keyof Recognition]?: Recognition[Field] | undefined };
type Row = [path: string, title: string, fields?: Fields];

function hold(rows: readonly Row[]): void {
  for (const [path, title, fields = {}] of rows) {
    t.test(path, async (t) => {
      const got = recognise(path);
      const said = Object.fromEntries(Object.keys(fields).map((key) => [key, got[key as keyof Recognition]]));
      t.strictSame({ title: got.title, ...said }, { title, ...fields });
    });
  }
}

/** Every pair that people and systems quote with. */
const quotes: readonly (readonly [string, string])[] = [
  ['"', '"'],
  ["'", "'"],
  ['\u201c', '\u201d'],
  ['\u2018', '\u2019'],
  ['\u00ab', '\u00bb'],
  ['\u00ab ', ' \u00bb'],
  ['\u00ab\u00a0', '\u00a0\u00bb'],
  ['\u00ab\u202f', '\u202f\u00bb'],
  ['\u00bb', '\u00ab'],
  ['\u2039', '\u203a'],
  ['\u201e', '\u201c'],
  ['\u201e', '\u201d'],
  ['\u201a', '\u2018'],
  ['\u201d', '\u201d'],
  ['`', '`'],
  ['``', '``'],
  ["''", "''"],
  ['\u00b4', '\u00b4'],
  ['`', '\u00b4'],
  ['\u300c', '\u300d'],
  ['\u300e', '\u300f'],
  ['\u3008', '\u3009'],
  ['\u300a', '\u300b'],
  ['\uff02', '\uff02'],
  ['\uff07', '\uff07'],
  ['\u201c\u00ab', '\u00bb\u201d'],
  ['("', '")'],
  ['"(', ')"'],
  ['<', '>'],
];

for (const [open, close] of quotes) {
  hold([
    [
      `Film ${open}Version longue${close} 1966 1080p.mkv`,
      'Film',
      { year: 1966, edition: 'Version longue', resolution: '1080p' },
    ],
    [
      `/Films/Le Grand Film (1966) ${open}Director's Cut${close}.mkv`,
      'Le Grand Film',
      { year: 1966, edition: "Director's Cut" },
    ],
    [`Le Grand Film ${open}1080p${close}.mkv`, 'Le Grand Film', { resolution: '1080p' }],
    [`La Série ${open}VOSTFR${close} S01E02.mkv`, 'La Série', { season: 1, episodes: [2] }],
    [`/Séries/La Série ${open}Version longue${close}/S02E03.mkv`, 'La Série', { season: 2, episodes: [3] }],
  ]);
}

/** One half alone, whose other half was forgotten or cut off. */
hold([
  ['Film "Version longue 1966 1080p.mkv', 'Film', { year: 1966, edition: 'Version longue' }],
  ['Film \u00abVersion longue 1966.mkv', 'Film', { year: 1966, edition: 'Version longue' }],
  ['Film \u201cVersion longue 1966.mkv', 'Film', { year: 1966 }],
  ['Film \u2018Version longue 1966.mkv', 'Film', { year: 1966 }],
  ["Film 'Version longue 1966.mkv", 'Film', { year: 1966 }],
  ['Film `Version longue 1966.mkv', 'Film', { year: 1966 }],
  ['Film \u300cVersion longue 1966.mkv', 'Film', { year: 1966 }],
  ['Film Version longue" 1966.mkv', 'Film', { year: 1966 }],
  ['Film" (1966) 1080p.mkv', 'Film', { year: 1966 }],
  ['"Film (1966).mkv', 'Film', { year: 1966 }],
  ['Film \u00bb 1966.mkv', 'Film', { year: 1966 }],
  ['Le "Grand Film 1966.mkv', 'Le Grand Film', { year: 1966 }],
  ['Film (Version longue 1966.mkv', 'Film', { year: 1966, edition: 'Version longue' }],
  ['Film [Version longue 1966.mkv', 'Film', { year: 1966 }],
  ['Film {Version longue 1966.mkv', 'Film', { year: 1966 }],
  ['Film <Version longue 1966.mkv', 'Film', { year: 1966 }],
  ['Film) 1966 1080p.mkv', 'Film', { year: 1966 }],
  ['Film] 1966 1080p.mkv', 'Film', { year: 1966 }],
  ['Film } 1966 1080p.mkv', 'Film', { year: 1966 }],
]);

/** The cut falls among the words of a pair: all of the pair is no title. */
hold([
  ['Film "La Version longue" 1966.mkv', 'Film', { year: 1966, edition: 'Version longue' }],
  ['Film \u00abEn version longue, restaur\u00e9e\u00bb 1966.mkv', 'Film', { year: 1966 }],
  ['Film (la version longue) 1966.mkv', 'Film', { year: 1966 }],
  ['Film [la version longue] 1966.mkv', 'Film', { year: 1966 }],
  ['Film "copie 1080p" (1966).mkv', 'Film', { year: 1966, resolution: '1080p' }],
  ['Film "sorti en 1966" 1080p.mkv', 'Film', { year: 1966 }],
  ['Film "1966" 1080p.mkv', 'Film', { year: 1966 }],
  ["Film 'en VOSTFR' 1966.mkv", 'Film', { year: 1966 }],
  ['La S\u00e9rie "la S01E02" 720p.mkv', 'La S\u00e9rie', { season: 1, episodes: [2] }],
  [
    'La S\u00e9rie \u00abSaison 1\u00bb/La S\u00e9rie \u00ab1x02\u00bb.mkv',
    'La S\u00e9rie',
    { season: 1, episodes: [2] },
  ],
  ['/S\u00e9ries/La S\u00e9rie "Saison 2"/05.mkv', 'La S\u00e9rie', { season: 2, episodes: [5] }],
  ["/S\u00e9ries/La S\u00e9rie 'Saison 2'/05.mkv", 'La S\u00e9rie', { season: 2, episodes: [5] }],
  ['Film ("Version longue" 1966) 1080p.mkv', 'Film', { year: 1966, edition: 'Version longue' }],
  ['Film "Version longue (1966)" 1080p.mkv', 'Film', { year: 1966, edition: 'Version longue' }],
  ['Film."Version.longue".1966.1080p.mkv', 'Film', { year: 1966, edition: 'Version longue' }],
  ['Film_\u00abVersion_longue\u00bb_1966_1080p.mkv', 'Film', { year: 1966, edition: 'Version longue' }],
]);

/** Editions that only their quotes tell from words of a title. */
hold([
  [
    'Film "Montage du r\u00e9alisateur" 1979.mkv',
    'Film',
    { year: 1979, edition: 'Montage du r\u00e9alisateur' },
  ],
  [
    'Film \u00abVersion restaur\u00e9e\u00bb (1979).mkv',
    'Film',
    { year: 1979, edition: 'Version restaur\u00e9e' },
  ],
  [
    'Film \u201c\u00c9dition sp\u00e9ciale\u201d 1979.mkv',
    'Film',
    { year: 1979, edition: '\u00c9dition sp\u00e9ciale' },
  ],
  ['Film "Redux" (1979).mkv', 'Film', { year: 1979, edition: 'Redux' }],
  ['Film (1979) "Uncut".mkv', 'Film', { year: 1979, edition: 'Uncut' }],
  ["Film 'Extended Cut' 1979.mkv", 'Film', { year: 1979 }],
  ['Film "version fran\u00e7aise" 1979.mkv', 'Film', { year: 1979, edition: undefined }],
  ['/Films/Film "Version longue" (1966)/movie.mkv', 'Film', { year: 1966 }],
]);

/** Marks that joined the title to what followed it. */
for (const mark of [
  '-',
  '\u2013',
  '\u2014',
  '\u2015',
  '\u2212',
  ',',
  ';',
  ':',
  '&',
  '+',
  '/',
  '|',
  '\\',
  '~',
  '=',
  '\u2022',
  '\u00b7',
  '_',
  '- -',
  ', &',
  '<',
  '\u00ab',
  '(',
  '[',
  '-(',
])
  hold([
    [`Le Grand Film ${mark} 1966 1080p.mkv`.replace('/', '\u2215'), 'Le Grand Film', { year: 1966 }],
    [
      `Le Grand Film ${mark} Version longue.mkv`.replace('/', '\u2215'),
      'Le Grand Film',
      { edition: 'Version longue' },
    ],
    [
      `La S\u00e9rie ${mark} S01E02.mkv`.replace('/', '\u2215'),
      'La S\u00e9rie',
      { season: 1, episodes: [2] },
    ],
    [
      `/S\u00e9ries/La S\u00e9rie ${mark} Saison 1/02.mkv`.replace(` / `, ' \u2215 '),
      'La S\u00e9rie',
      { season: 1 },
    ],
  ]);

/** What belongs to the title stays. */
hold([
  ['"Crocodile" Dundee (1986).mkv', '"Crocodile" Dundee', { year: 1986 }],
  ['\u00abCrocodile\u00bb Dundee (1986).mkv', '\u00abCrocodile\u00bb Dundee', { year: 1986 }],
  ['Le "Grand" Film 1966 1080p.mkv', 'Le "Grand" Film', { year: 1966 }],
  ['Le Film "pour tous" (1966) 1080p.mkv', 'Le Film "pour tous"', { year: 1966 }],
  ['"Le Grand Film" (1966).mkv', 'Le Grand Film', { year: 1966 }],
  ['\u00ab Le Grand Film \u00bb 1966.mkv', 'Le Grand Film', { year: 1966 }],
  ['\u201cLe Grand Film 1966\u201d 1080p.mkv', 'Le Grand Film', { year: 1966 }],
  ['"Le Grand" et "Le Petit" (1966).mkv', '"Le Grand" et "Le Petit"', { year: 1966 }],
  ["'71 (2014).mkv", "'71", { year: 2014 }],
  ["Singin' (1952).mkv", "Singin'", { year: 1952 }],
  ["L'Aile ou la Cuisse (1976).mkv", "L'Aile ou la Cuisse", { year: 1976 }],
  ["Rock 'n' Roll (2017).mkv", "Rock 'n' Roll", { year: 2017 }],
  ["'Round Midnight (1986).mkv", "'Round Midnight", { year: 1986 }],
  ["Ocean's \u00c9quipe (2001).mkv", "Ocean's \u00c9quipe", { year: 2001 }],
  [
    'L\u2019Aventure c\u2019est l\u2019aventure (1972).mkv',
    'L\u2019Aventure c\u2019est l\u2019aventure',
    { year: 1972 },
  ],
  ['Qui veut la peau ? (1988).mkv', 'Qui veut la peau ?', { year: 1988 }],
  ['Astier & Alexandre (1988).mkv', 'Astier & Alexandre', { year: 1988 }],
  ['Il \u00e9tait une fois... (1988).mkv', 'Il \u00e9tait une fois...', { year: 1988 }],
  ['Le Film (presque) 1966 1080p.mkv', 'Le Film (presque)', { year: 1966 }],
  ['La Ruelle des vents (The Alley of Winds) 2011 1080p.mkv', 'La Ruelle des vents', { year: 2011 }],
  ['Thunderbolts* (2025).mkv', 'Thunderbolts*', { year: 2025 }],
  ['\u300aLe Grand Film\u300b2015.mkv', 'Le Grand Film', { year: 2015 }],
]);
