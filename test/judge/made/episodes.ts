import type { Cast } from './cast.ts';
import { code, dots, episode, type Form, joinDots, plainName, titlesOf, two } from './form.ts';

const web = ({ group }: Cast) => `1080p.WEB.H264-${group}`;

const scene: readonly Form[] = [
  {
    name: 'episode: S02E05, language, tags',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), code(c), c.tag, web(c))}.mkv`,
      expect: episode(c, { resolution: '1080p' }),
    }),
  },
  {
    name: 'episode: language before S02E05',
    style: 'scene',
    only: ['fr', 'de', 'it', 'es', 'nl', 'pt'],
    plain: true,
    make: (c) => ({
      path: `${joinDots(dots(c.title), capitals[c.language.code] ?? '', code(c), '720p.HDTV.x264')}-${c.group}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: small letters',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), code(c), c.tag, '720p.hdtv.x264')}-${c.group}.mkv`.toLowerCase(),
      expect: episode(c),
    }),
  },
  {
    name: 'episode: S02E05E06',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), `${code(c)}${c.pick(['', '-'])}E${two(c.episode + 1)}`, c.tag, web(c))}.mkv`,
      expect: episode(c, { episodes: [c.episode, c.episode + 1] }),
    }),
  },
  {
    name: 'episode: S02E05-E08',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), `${code(c)}-E${two(c.episode + 3)}`, c.tag, web(c))}.mkv`,
      expect: episode(c, { episodes: [0, 1, 2, 3].map((more) => c.episode + more) }),
    }),
  },
  {
    name: 'episode: year before S02E05',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.year, code(c), c.tag, web(c))}.mkv`,
      expect: episode(c, { year: c.year, yearInTitle: true }),
    }),
  },
  {
    name: 'episode: its own title before the tags',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), code(c), dots(c.episodeTitle), c.tag, web(c))}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: folder of the season, file with its own code',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), `S${two(c.season)}`, c.tag, web(c))}/${joinDots(dots(c.title), code(c), c.tag, web(c))}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: obscure file in a folder of its release',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), code(c), c.tag, web(c))}/${c.hex(16)}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: 205 before hdtv',
    style: 'scene',
    plain: true,
    make: (c) => ({
      path: `${dots(c.title)}.${c.season}${two(c.episode)}.hdtv-qrs.avi`.toLowerCase(),
      expect: episode(c),
    }),
  },
  {
    name: 'whole season: S02 and tags',
    style: 'scene',
    make: (c) => ({
      path: joinDots(dots(c.title), `S${two(c.season)}`, c.tag, web(c)),
      expect: episode(c, { episodes: [] }),
    }),
  },
];

const capitals: Partial<Record<Cast['language']['code'], string>> = {
  ...{ fr: 'FRENCH', de: 'GERMAN', it: 'iTALiAN', es: 'SPANISH', nl: 'DUTCH', pt: 'PORTUGUESE' },
};

const dashed: readonly Form[] = [
  {
    name: 'episode: - S02E05 - own title',
    style: 'home',
    make: (c) => ({ path: `${plainName(c.title)} - ${code(c)} - ${c.episodeTitle}.mkv`, expect: episode(c) }),
  },
  {
    name: 'episode: - 2x05 - own title',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} - ${c.season}x${two(c.episode)} - ${c.episodeTitle}.avi`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: S2E5',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} S${c.season}E${c.episode} ${c.loose}.mp4`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: own title begins with a count',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} - ${code(c)} - ${c.pick(c.language.counted)}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: own title is a number',
    style: 'home',
    // `S01E12 - 13` is two episodes: nothing in it says that 13 is a title.
    make: (c) => ({
      path: `${plainName(c.title)} - ${c.pick([code(c), `${c.season}x${two(c.episode)}`])} - ${c.pick(['365', '72', '1000', '50-50', '7-11', c.episode > 12 ? '12' : '99', '10,000'])}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: own title is Episode 57',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} - ${code(c)} - ${c.episodeWord} ${c.number(40, 99)}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: S02E05 - 06 - own title',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} - ${code(c)} - ${two(c.episode + 1)} - ${c.episodeTitle}.mkv`,
      expect: episode(c, { episodes: [c.episode, c.episode + 1] }),
    }),
  },
  {
    name: 'episode: own title speaks of trailers and bonus',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} - ${code(c)} - ${c.pick(['The Trailer', 'Bonus', 'Trailer', 'Making Of', 'The Interview'])}.mkv`,
      expect: episode(c, { extra: null }),
    }),
  },
  {
    name: 'episode: title in quotes',
    style: 'ddl',
    plain: true,
    make: (c) => ({ path: `"${c.title}" ${code(c)} ${c.loose}.mkv`, expect: episode(c) }),
  },
  {
    name: 'episode: a site before it',
    style: 'ddl',
    make: (c) => ({ path: `${c.site} - ${dots(c.title)}.${code(c)}.720p.mkv`, expect: episode(c) }),
  },
];

const inWords: readonly Form[] = [
  {
    name: 'episode: - Season 2 - Episode 5',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} - ${c.seasonWord} ${c.season} - ${c.episodeWord} ${c.episode}.avi`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: Season 2 Episode 05, language',
    style: 'ddl',
    make: (c) => ({
      path: `${plainName(c.title)} ${c.seasonWord} ${c.season} ${c.episodeWord} ${two(c.episode)} ${c.loose}.mp4`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: Season.2.Episode.5',
    style: 'ddl',
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.seasonWord, c.season, dots(c.episodeWord), c.episode, c.tag)}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: Episode 5 - Season 2',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} - ${c.episodeWord} ${c.episode} - ${c.seasonWord} ${c.season}.avi`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: 2nd Season Episode 5',
    style: 'home',
    plain: true,
    make: (c) => ({
      path: `${plainName(c.title)} - ${c.language.nthSeason(c.season)} - ${c.episodeWord} ${c.episode}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: (Season 2) - 05',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} (${c.seasonWord} ${c.season}) - ${two(c.episode)}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: - Episode 5, no season',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} - ${c.episodeWord} ${c.episode}.avi`,
      expect: episode(c, { season: null }),
    }),
  },
  {
    name: 'episode: T02E05',
    style: 'ddl',
    only: ['es', 'pt'],
    make: (c) => ({
      path: `${plainName(c.title)} - T${two(c.season)}E${two(c.episode)} - ${c.episodeTitle}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: Season 2 [HDTV][Cap.205]',
    style: 'ddl',
    only: ['es'],
    make: (c) => ({
      path: `${plainName(c.title)} - Temporada ${c.season} [HDTV][Cap.${c.season}${two(c.episode)}][AC3 5.1 ${c.loose}].avi`,
      expect: episode(c),
    }),
  },
  {
    name: 'episode: [Cap.205_207]',
    style: 'ddl',
    only: ['es'],
    make: (c) => ({
      path: `${plainName(c.title)} [HDTV 720p][Cap.${c.season}${two(c.episode)}_${c.season}${two(c.episode + 2)}].mkv`,
      expect: episode(c, { episodes: [0, 1, 2].map((more) => c.episode + more) }),
    }),
  },
  {
    name: 'whole season: - Season 2',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} - ${c.seasonWord} ${c.season}`,
      expect: episode(c, { episodes: [] }),
    }),
  },
  {
    name: 'whole seasons: Season 01 - Season 05',
    style: 'ddl',
    make: (c) => ({
      path: `${plainName(c.title)} - ${c.seasonWord} 01 - ${c.seasonWord} ${two(c.number(2, 8))}`,
      expect: { type: 'tv', title: titlesOf(c.title), seasonFirst: 1, episodes: [] },
    }),
  },
];

export const episodeForms: readonly Form[] = [...scene, ...dashed, ...inWords];
