import type { Cast } from './cast.ts';
import { dots, episode, type Form, film, type MadeFile, plainName, two, underlines } from './form.ts';

/** One choice of several for a place in a name: what it is called in the table, and what it writes. */
interface Piece {
  name: string;
  text: string;
}

type Choices = readonly (readonly [name: string, text: string])[];

/** How words stand apart: in the title, and in everything behind it. */
const spacings = {
  spaces: (text: string) => plainName(text),
  dots,
  underlines,
  hyphens: (text: string) => dots(text).replaceAll('.', '-').toLowerCase(),
} as const;
type Spacing = keyof typeof spacings;
const joints: Record<Spacing, string> = { spaces: ' ', dots: '.', underlines: '_', hyphens: '-' };

const resolutions = ['', '720p', '1080p', '2160p', '480p', '1080i', '4K'];
const sources = [
  'WEB-DL',
  'WEBRip',
  'BluRay',
  'HDTV',
  'DVDRip',
  'BDRip',
  'NF.WEB-DL',
  'AMZN.WEBRip',
  'WEB',
  'HDLight',
  'UHD.BluRay',
];
const codecs = ['', 'x264', 'H.265', 'x265', 'HEVC', 'XviD', 'AV1', '10bit.x265', 'H264'];
const sounds = ['', 'AC3', 'DDP5.1', 'AAC2.0', 'DTS-HD.MA.5.1', 'TrueHD.Atmos.7.1', 'EAC3', 'Opus'];
const ranges = ['', '', '', 'HDR', 'DV.HDR10', 'HDR10Plus', 'SDR'];

function choose(cast: Cast, choices: Choices): Piece {
  const [name, text] = cast.pick(choices);
  return { name, text };
}

/** Tags of a release in the order in which most write them, each of which may be absent. */
function tagsOf(c: Cast, spacing: Spacing): Piece {
  const all = [c.pick(resolutions), c.pick(sources), c.pick(ranges), c.pick(sounds), c.pick(codecs)].filter(
    Boolean,
  );
  const plain = all.join('.');
  if (spacing === 'dots') return { name: 'tags: dots, group', text: `${plain}-${c.group}` };
  const spaced = plain.replaceAll('.', spacing === 'spaces' ? ' ' : joints[spacing]);
  const shape = c.pick(['none', 'plain', 'plain, group', 'brackets']);
  const texts: Record<string, string> = {
    none: '',
    plain: spaced,
    'plain, group': `${spaced}-${c.group}`,
    brackets: all.map((tag) => `[${tag.replaceAll('.', ' ')}]`).join(c.pick(['', ' '])),
  };
  return { name: `tags: ${shape}`, text: texts[shape] ?? '' };
}

function languageOf(c: Cast, spacing: Spacing): Piece {
  if (spacing === 'dots')
    return choose(c, [
      ['language: none', ''],
      ['language: scene', c.tag],
    ]);
  if (spacing !== 'spaces') return { name: 'language: none', text: '' };
  return choose(c, [
    ['language: none', ''],
    ['language: plain', c.loose],
    ['language: [ ]', c.loose && `[${c.loose}]`],
    ['language: ( )', c.loose && `(${c.loose})`],
  ]);
}

function frontOf(c: Cast, spacing: Spacing): Piece {
  return choose(c, [
    ...Array.from({ length: 6 }, () => ['front: none', ''] as const),
    ['front: [ site ]', `[ ${c.site} ]${spacing === 'spaces' ? ' ' : joints[spacing]}`],
    ['front: site -', `${c.site} - `],
  ]);
}

/** What stands between title and tags, joined; the pieces that are empty leave no joint behind. */
function join(spacing: Spacing, parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(joints[spacing]);
}

function mixFilm(c: Cast): MadeFile {
  const spacing = c.pick(['spaces', 'spaces', 'dots', 'dots', 'underlines', 'hyphens'] as const);
  const year = choose(
    c,
    spacing === 'spaces'
      ? [
          ['year: ( )', `(${c.year})`],
          ['year: [ ]', `[${c.year}]`],
          ['year: plain', String(c.year)],
        ]
      : [['year: plain', String(c.year)]],
  );
  const edition = choose(c, [
    ...Array.from({ length: 5 }, () => ['edition: none', ''] as const),
    [
      'edition: behind the year',
      spacings[spacing](c.pick(['Extended', 'Remastered', 'Unrated', 'Final Cut', 'IMAX'])),
    ],
  ]);
  const language = languageOf(c, spacing);
  const tags = tagsOf(c, spacing);
  const front = frontOf(c, spacing);
  const title = spacings[spacing](c.title);
  const name = front.text + join(spacing, [title, year.text, edition.text, language.text, tags.text]);
  const around = choose(c, [
    ['folder: none', ''],
    ['folder: films', `${c.pick(c.language.filmFolders)}/`],
    ['folder: title (year)', `${c.pick(c.language.filmFolders)}/${plainName(c.title)} (${c.year})/`],
    ['folder: the same name', `${name}/`],
  ]);
  return {
    path: `${around.text}${name}.${c.pick(['mkv', 'mp4', 'avi', 'm4v'])}`,
    expect: film(c),
    pieces: [`words: ${spacing}`, ...[front, year, edition, language, tags, around].map((one) => one.name)],
  };
}

function codeOf(c: Cast, spacing: Spacing): Piece {
  const [season, number] = [two(c.season), two(c.episode)];
  const plain: Choices = [
    ['code: S02E05', `S${season}E${number}`],
    ['code: S02E05', `S${season}E${number}`],
    ['code: s02e05', `s${season}e${number}`],
    ['code: 2x05', `${c.season}x${number}`],
    ['code: S02.E05', `S${season}${joints[spacing]}E${number}`],
    ['code: S02EP05', `S${season}EP${number}`],
  ];
  const dashed: Choices = [
    ['code: - S02E05 -', `- S${season}E${number} -`],
    ['code: - 2x05 -', `- ${c.season}x${number} -`],
    ['code: [2x05]', `[${c.season}x${number}]`],
    ['code: (S02E05)', `(S${season}E${number})`],
    ['code: Season 2 Episode 5', `${c.seasonWord} ${c.season} ${c.episodeWord} ${c.episode}`],
    ['code: - Season 2 - Episode 5 -', `- ${c.seasonWord} ${c.season} - ${c.episodeWord} ${c.episode} -`],
    ['code: Season 2, Episode 5', `${c.seasonWord} ${c.season}, ${c.episodeWord} ${number}`],
  ];
  const chosen = choose(c, spacing === 'spaces' ? [...plain, ...dashed] : plain);
  return spacing === 'hyphens' ? { ...chosen, text: chosen.text.toLowerCase() } : chosen;
}

function mixEpisode(c: Cast): MadeFile {
  const spacing = c.pick(['spaces', 'spaces', 'dots', 'dots', 'underlines', 'hyphens'] as const);
  const year = choose(c, [
    ...Array.from({ length: 5 }, () => ['year: none', ''] as const),
    ['year: before the code', spacing === 'spaces' ? `(${c.year})` : String(c.year)],
  ]);
  const code = codeOf(c, spacing);
  const own = choose(c, [
    ['own title: none', ''],
    ['own title: words', spacings[spacing](c.episodeTitle)],
  ]);
  const language = languageOf(c, spacing);
  const tags = tagsOf(c, spacing);
  const front = frontOf(c, spacing);
  const behind = join(spacing, [own.text, language.text, tags.text]);
  // A dash behind the code joins it to something.
  const written = behind === '' ? code.text.replace(/ -$/, '') : code.text;
  const name = front.text + join(spacing, [spacings[spacing](c.title), year.text, written, behind]);
  const series = c.pick(c.language.seriesFolders);
  const around = choose(c, [
    ['folder: none', ''],
    ['folder: show', `${series}/${plainName(c.title)}/`],
    ['folder: show and season', `${series}/${plainName(c.title)}/${c.seasonWord} ${c.season}/`],
    ['folder: heap', 'Downloads/'],
  ]);
  return {
    path: `${around.text}${name}.${c.pick(['mkv', 'mp4', 'avi', 'm4v'])}`,
    expect: episode(c, year.text === '' ? {} : { year: c.year, yearInTitle: true }),
    pieces: [`words: ${spacing}`, ...[front, year, code, own, language, tags, around].map((one) => one.name)],
  };
}

function mixAnime(c: Cast): MadeFile {
  const number = choose(c, [
    ['number: - 05', `- ${two(c.episode)}`],
    ['number: - 05v2', `- ${two(c.episode)}v2`],
    ['number: - E05', `- E${two(c.episode)}`],
    ['number: S02E05', `- S${two(c.season)}E${two(c.episode)}`],
    ['number: S2 - 05', `S${c.season} - ${two(c.episode)}`],
    ['number: [05]', `[${two(c.episode)}]`],
    ['number: Episode 05', `- Episode ${two(c.episode)}`],
  ]);
  const hasSeason = /S\d/.test(number.text);
  const tags = choose(c, [
    ['tags: [1080p]', '[1080p]'],
    ['tags: (1080p) [checksum]', `(1080p) [${c.hex(8).toUpperCase()}]`],
    ['tags: [BD 1080p HEVC]', '[BD 1080p HEVC FLAC]'],
    ['tags: (BD 1920x1080 x264)', '(BD 1920x1080 x264 AAC)'],
    ['tags: VOSTFR', 'VOSTFR [720p]'],
    ['tags: [MultiSub]', '[1080p][Multiple Subtitle]'],
  ]);
  const own = choose(c, [
    ['own title: none', ''],
    ['own title: none', ''],
    ['own title: words', `- ${c.episodeTitle}`],
  ]);
  const name = [`[${c.fansub}]`, plainName(c.title), number.text, own.text, tags.text]
    .filter(Boolean)
    .join(' ');
  const around = choose(c, [
    ['folder: none', ''],
    ['folder: anime', `${c.pick(c.language.animeFolders)}/`],
    ['folder: anime and show', `${c.pick(c.language.animeFolders)}/${plainName(c.title)}/`],
  ]);
  return {
    path: `${around.text}${name}.${c.pick(['mkv', 'mp4'])}`,
    expect: episode(c, hasSeason ? {} : { season: null }),
    pieces: [number, own, tags, around].map((one) => one.name),
  };
}

/** Names in which every piece is drawn by itself: what goes together nobody has said. */
export const mixForms: readonly Form[] = [
  { name: 'mix: film', style: 'mix', make: mixFilm },
  { name: 'mix: episode', style: 'mix', make: mixEpisode },
  { name: 'mix: anime', style: 'mix', make: mixAnime },
];
