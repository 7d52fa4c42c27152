import type { Cast } from './cast.ts';
import { episode, type Form, type MadeFile, plainName, two, underlines } from './form.ts';

const group = (c: Cast) => `[${c.fansub}]`;
const loose = { season: null } as const;
const spelled = ['', 'First', 'Second', 'Third', 'Fourth', 'Fifth'];

export const animeForms: readonly Form[] = [
  {
    name: 'anime: [group] title - 05 [1080p]',
    style: 'anime',
    make: (c) => ({
      path: `${group(c)} ${plainName(c.title)} - ${two(c.episode)} [1080p].mkv`,
      expect: episode(c, { ...loose, resolution: '1080p' }),
    }),
  },
  {
    name: 'anime: version, Blu-ray, checksum',
    style: 'anime',
    make: (c) => ({
      path: `${group(c)} ${plainName(c.title)} - ${two(c.episode)}v2 (BD 1080p) [${c.hex(8).toUpperCase()}].mkv`,
      expect: episode(c, loose),
    }),
  },
  {
    name: 'anime: underlines',
    style: 'anime',
    make: (c) => ({
      path: `${group(c)}_${underlines(c.title)}_-_${two(c.episode)}_[${c.hex(8).toUpperCase()}].avi`,
      expect: episode(c, loose),
    }),
  },
  {
    name: 'anime: S2 - 07',
    style: 'anime',
    make: (c) => ({
      path: `${group(c)} ${plainName(c.title)} S${c.season} - ${two(c.episode)} [720p].mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'anime: title 05 VOSTFR',
    style: 'anime',
    only: ['fr'],
    plain: true,
    make: (c) => ({
      path: `${plainName(c.title)} ${two(c.episode)} VOSTFR.mp4`,
      expect: episode(c, loose),
    }),
  },
  {
    name: 'anime: numbers over a thousand',
    style: 'anime',
    make: (c) => {
      const number = c.number(1001, 1890);
      return {
        path: `${group(c)} ${plainName(c.title)} - ${number} [1080p].mkv`,
        expect: episode(c, { ...loose, episodes: [number] }),
      };
    },
  },
  {
    name: 'anime: 3rd Season - 08',
    style: 'anime',
    only: ['en', 'fr', 'de', 'es'],
    make: (c) => {
      const season = c.number(2, 4);
      const words = c.pick([`${season}${['', '', 'nd', 'rd', 'th'][season]}`, spelled[season]]);
      return {
        path: `${group(c)} ${plainName(c.title)} ${words} Season - ${two(c.episode)} [1080p].mkv`,
        expect: episode(c, { season }),
      };
    },
  },
  {
    name: 'anime: Season 3 Part 2 - 08',
    style: 'anime',
    only: ['en', 'fr', 'de', 'es'],
    make: (c) => {
      const season = c.number(2, 4);
      const words = c.pick([`Season ${season}`, `${season}${['', '', 'nd', 'rd', 'th'][season]} Season`]);
      return {
        path: `${group(c)} ${plainName(c.title)} ${words} Part 2 - ${two(c.episode)} [1080p].mkv`,
        expect: episode(c, { season }),
      };
    },
  },
  {
    name: 'anime: whole, (01-12)',
    style: 'anime',
    make: (c) => ({
      path: `${group(c)} ${plainName(c.title)} (01-12) [BD 1080p]`,
      expect: episode(c, { ...loose, episodes: Array.from({ length: 12 }, (_, at) => at + 1) }),
    }),
  },
  {
    name: 'anime: opening and ending',
    style: 'anime',
    make: (c) => ({
      path: `${group(c)} ${plainName(c.title)} - ${c.pick(['NCOP1', 'NCED2', 'NCOP', 'NCED'])} [BD 1080p].mkv`,
      expect: { type: 'extra' },
    }),
  },
  {
    name: 'anime: 13.5 is not 13',
    style: 'anime',
    plain: true,
    make: (c) => ({
      path: `${group(c)} ${plainName(c.title)} - ${c.episode}.5 [1080p].mkv`,
      expect: { title: c.title, episodes: [] },
    }),
  },
  {
    name: 'anime: folder of one show, title 05',
    style: 'anime',
    plain: true,
    make: (c) => {
      const home = `${c.pick(c.language.animeFolders)}/${plainName(c.title)}`;
      return [1, 2, 3, 4, 5, 6].map(
        (number): MadeFile => ({
          path: `${home}/${plainName(c.title)} ${two(number)}.mp4`,
          expect: episode(c, { ...loose, episodes: [number] }),
        }),
      );
    },
  },
  {
    name: 'anime: folder of the season, [group] title - 05',
    style: 'anime',
    make: (c) => ({
      path: `${c.pick(c.language.animeFolders)}/${plainName(c.title)}/${c.seasonWord} ${c.season}/${group(c)} ${plainName(c.title)} - ${two(c.episode)} [1080p].mkv`,
      expect: episode(c),
    }),
  },
];
