import type { Cast } from './cast.ts';
import { dots, type Form, film, joinDots, type MadeFile, plainName } from './form.ts';
import type { LanguageCode } from './language.ts';

const tail = ({ group }: Cast) => `1080p.BluRay.x264-${group}`;
const folder = (c: Cast) => c.pick(c.language.filmFolders);
const gib = 1024 ** 3;
const likeExtras: Partial<Record<LanguageCode, readonly string[]>> = {
  en: ['The Endless Trailer', 'A Sample of Everything', 'The Interview Room'],
  fr: ['Une si courte bande-annonce', 'Le Making of', 'Bonus et malus'],
};

/** Discs as folders, and what belongs to a film without being it. */
export const discsAndExtras: readonly Form[] = [
  {
    name: 'film: folder of a Blu-ray',
    style: 'home',
    make: (c) => {
      const home = `${folder(c)}/${plainName(c.title)} (${c.year})/BDMV/STREAM`;
      const clips: [number, number][] = [
        [0, 0.02 * gib],
        [1, 0.3 * gib],
        [2, 24 * gib],
        [3, 0.05 * gib],
      ];
      return clips.map(
        ([clip, size]): MadeFile => ({
          path: `${home}/0000${clip}.m2ts`,
          sizeBytes: Math.floor(size),
          expect: clip === 2 ? film(c) : { type: ['ignored', 'extra'] },
        }),
      );
    },
  },
  {
    name: 'film: folder of a DVD',
    style: 'home',
    make: (c) => {
      const home = `${folder(c)}/${plainName(c.title)} (${c.year})/VIDEO_TS`;
      const clips: [string, number, number?][] = [
        ['VIDEO_TS', 0.001 * gib],
        ['VTS_01_1', 0.1 * gib],
        ['VTS_02_0', 0.002 * gib],
        ['VTS_02_1', gib, 1],
        ['VTS_02_2', gib, 2],
        ['VTS_02_3', 0.4 * gib, 3],
      ];
      return clips.map(
        ([clip, size, part]): MadeFile => ({
          path: `${home}/${clip}.VOB`,
          sizeBytes: Math.floor(size),
          expect: part !== undefined ? film(c, { part }) : { type: ['ignored', 'extra'] },
        }),
      );
    },
  },
  {
    name: 'extra: trailer behind a hyphen',
    style: 'home',
    make: (c) => ({
      path: `${folder(c)}/${plainName(c.title)} (${c.year})/${plainName(c.title)} (${c.year})-trailer.mp4`,
      expect: { type: 'extra', extra: 'trailer' },
    }),
  },
  {
    name: 'extra: folder of trailers',
    style: 'home',
    make: (c) => ({
      path: `${folder(c)}/${plainName(c.title)} (${c.year})/Trailers/${plainName(c.title)} 1.mp4`,
      expect: { type: 'extra', extra: 'trailer' },
    }),
  },
  {
    name: 'extra: sample beside its film',
    style: 'scene',
    make: (c) => {
      const name = joinDots(dots(c.title), c.year, c.tag, tail(c));
      return [
        { path: `${name}/${name}.mkv`, sizeBytes: 8 * gib, expect: film(c) },
        {
          path: `${name}/${name}.sample.mkv`,
          sizeBytes: 0.05 * gib,
          expect: { type: 'extra', extra: 'sample' },
        },
      ];
    },
  },
  {
    name: 'film: called like an extra, alone',
    style: 'home',
    only: ['en', 'fr'],
    make: (c) => ({
      path: `${c.pick(likeExtras[c.language.code] ?? [])}.avi`,
      expect: { extra: null },
    }),
  },
];
