import { between } from '../../../src/naming/episodes/chains.ts';
import type { Cast } from './cast.ts';
import { code, dots, episode, type Form, film, joinDots, plainName, titlesOf, two } from './form.ts';

const russian = ['Тихая гавань', 'Зеркало в снегу', 'Последний мост', 'Белая ночь над морем', 'Сад и река'];
const people = ['Anna Lindqvist', 'Marco Bellandi', 'Jeanne Vautrin', 'Peter Hollmann'];
const loose = { season: null } as const;
const hd = { resolution: '1080p' } as const;

const whole = (c: Cast, last: number) => episode(c, { ...loose, episodes: between(1, last) });

/** Several episodes as one name, halves of one, and what trackers write around titles. */
export const packForms: readonly Form[] = [
  {
    name: 'pack: E1-96, 1-24 (English Dub)',
    style: 'p2p',
    plain: true,
    make: (c) => {
      const last = c.number(14, 96);
      const run = c.pick([`E1-${last}`, `1-${last} (English Dub)`, `01-${last} Dual Audio`]);
      return { path: `${plainName(c.title)} ${run} [720p]`, expect: whole(c, last) };
    },
  },
  {
    name: 'pack: S02 (01 - 12), Season 2 Ep(01-12)',
    style: 'p2p',
    make: (c) => {
      const last = c.number(6, 24);
      const s = c.season;
      const run = c.pick([`S${two(s)} (01 - ${two(last)})`, `${c.seasonWord} ${s} Ep(01-${two(last)})`]);
      return {
        path: `${plainName(c.title)} ${run} 1080p x265`,
        expect: episode(c, { episodes: between(1, last) }),
      };
    },
  },
  {
    name: 'pack: S02E05-07.105-107',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), `${code(c)}-${two(c.episode + 2)}`, `${100 + c.episode}-${102 + c.episode}`, '720p')}-${c.group}`,
      expect: episode(c, { episodes: between(c.episode, c.episode + 2) }),
    }),
  },
  {
    name: 'anime: half an episode, 07a',
    style: 'anime',
    make: (c) => ({
      path: `[${c.fansub}] ${plainName(c.title)} - ${two(c.episode)}${c.pick(['a', 'b'])} [${c.pick(['720p', 'DVD'])}].mkv`,
      expect: episode(c, loose),
    }),
  },
  {
    name: 'anime: #05v2, 05 ~',
    style: 'anime',
    make: (c) => ({
      path: `[${c.fansub}] ${plainName(c.title)} ${c.pick([`#${two(c.episode)}v2 - ${c.episodeTitle}`, `- ${two(c.episode)} ~`])} [BD 720p].mkv`,
      expect: episode(c, loose),
    }),
  },
  {
    name: 'anime: words of the title in a box',
    style: 'anime',
    plain: true,
    make: (c) => ({
      path: `[${c.fansub}] ${plainName(c.title)} [Kazenoko] - ${two(c.episode)} [720p][AAC].mp4`,
      expect: episode(c, { ...loose, title: titlesOf(`${c.title} Kazenoko`) }),
    }),
  },
  {
    name: 'tracker: Russian / title (both names of who made it) [year]',
    style: 'p2p',
    plain: true,
    make: (c) => ({
      path: `${c.pick(russian)} / ${c.title.replaceAll('/', ' ')} (Ян Новак / ${c.pick(people)}) [${c.year}, драма, комедия, BDRip 1080p] MVO`,
      expect: film(c, hd),
    }),
  },
  {
    name: 'tracker: Russian / title [12 of 24]',
    style: 'p2p',
    plain: true,
    make: (c) => {
      const last = c.number(5, 24);
      const run = c.pick([`[${last} из 24]`, `[1-${last} из 24]`, `[01-${two(last)} из 24]`]);
      return {
        path: `${c.pick(russian)} / ${plainName(c.title)} ${run} [${c.year}, WEB-DL 1080p]`,
        expect: whole(c, last),
      };
    },
  },
  {
    name: 'tracker: season twice, in the folder of [Cap.205]',
    style: 'ddl',
    only: ['es'],
    make: (c) => ({
      path: `${plainName(c.title)} - Temporada ${c.season} [HDTV 720p][Cap.${c.season}${two(c.episode)}][AC3 5.1]/${dots(c.title).replaceAll('.', '')}720p_${c.season}${two(c.episode)}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'film: restored in 4K',
    style: 'p2p',
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.year, c.pick(['1080p.BluRay.4K.REMASTERED', '4K.RESTORED.1080p.BluRay', '1080p.4K.Remaster']))}.x264-${c.group}.mkv`,
      expect: film(c, hd),
    }),
  },
  {
    name: 'film: (2) in front, in a folder of several',
    style: 'home',
    plain: true,
    make: (c) => ({
      path: `${c.pick(c.language.filmFolders)}/Trilogie/(${c.number(1, 3)})${c.pick(['', ' '])}${plainName(c.title)} (${c.year}).mkv`,
      expect: film(c),
    }),
  },
  {
    name: 'film: STV, WS, SWEDISH before its tags',
    style: 'scene',
    plain: true,
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.pick(['STV', 'WS', 'FS', 'SWEDISH', 'NORWEGIAN']), 'DVDRip.XviD')}-${c.group}.avi`,
      expect: film(c, { year: null }),
    }),
  },
  {
    name: 'film: ends with UltraHD, HDC, NTSC',
    style: 'p2p',
    plain: true,
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.pick(['UltraHD', 'HDC', 'NTSC', 'DSRip', 'TELESYNC']))}.mkv`,
      expect: film(c, { year: null }),
    }),
  },
  {
    name: 'film: its article behind a comma',
    style: 'home',
    only: ['en'],
    plain: true,
    make: (c) => {
      const title = c.title.replace(/^(?:The|A|An) /, '');
      return {
        path: `${plainName(title)}, The (${c.year}).mkv`,
        expect: film({ ...c, title: `The ${title}` }),
      };
    },
  },
  {
    name: 'series: part 2 of what is taken from television',
    style: 'scene',
    plain: true,
    make: (c) => {
      const number = c.number(1, 4);
      return {
        path: `${joinDots(dots(c.title), c.pick(['Part', 'Pt']), number, c.pick(['720p.HDTV.x264', 'HDTV.XviD', 'PROPER.PDTV.x264']))}-${c.group}`,
        expect: episode(c, { ...loose, episodes: [number] }),
      };
    },
  },
  {
    name: 'series: its special of a feast',
    style: 'scene',
    plain: true,
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.year, c.pick(['Christmas', 'Halloween', 'New.Years']), 'Special', c.pick(['HDTV.x264', '1080p.WEB.H264']))}-${c.group}.mkv`,
      expect: episode(c, { season: 0, episodes: [] }),
    }),
  },
  {
    name: 'series: - 4-12 - own title, Episode #4.12',
    style: 'home',
    plain: true,
    make: (c) => ({
      path: `${plainName(c.title)} ${c.pick([`- ${c.season}-${two(c.episode)} - ${c.episodeTitle}`, `Episode #${c.season}.${c.episode}`])}.mkv`,
      expect: episode(c),
    }),
  },
];
