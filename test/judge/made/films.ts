import type { Cast } from './cast.ts';
import { discsAndExtras } from './discs.ts';
import { dots, type Form, film, joinDots, plainName, underlines } from './form.ts';
import type { LanguageCode } from './language.ts';

const tail = ({ group }: Cast) => `1080p.BluRay.x264-${group}`;
const hd = { resolution: '1080p' } as const;

const capitals: Partial<Record<LanguageCode, string>> = { de: 'GERMAN', fr: 'FRENCH', it: 'iTALiAN' };

const releases: readonly Form[] = [
  {
    name: 'film: year, language, tags',
    style: 'scene',
    make: (c) => ({ path: `${joinDots(dots(c.title), c.year, c.tag, tail(c))}.mkv`, expect: film(c, hd) }),
  },
  {
    name: 'film: year, language, DVDRip',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.year, c.tag, 'DVDRip.XviD')}-${c.group}.avi`,
      expect: film(c),
    }),
  },
  {
    name: 'film: edition behind the year',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.year, c.pick(['EXTENDED', 'UNRATED', 'DIRECTORS.CUT', 'REMASTERED', 'THEATRICAL.CUT']), c.tag, tail(c))}.mkv`,
      expect: film(c, hd),
    }),
  },
  {
    name: 'film: edition before the language, no year',
    style: 'scene',
    plain: true,
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.pick(['UNCUT', 'EXTENDED', 'UNRATED', 'REMASTERED', 'DC']), c.tag, tail(c))}.mkv`,
      expect: film(c, { ...hd, year: null }),
    }),
  },
  {
    name: 'film: edition and language before the year',
    style: 'scene',
    only: ['de', 'fr', 'it'],
    plain: true,
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.pick(['UNCUT', 'EXTENDED', 'UNRATED']), capitals[c.language.code] ?? '', c.year, tail(c))}.mkv`,
      expect: film(c, hd),
    }),
  },
  {
    name: 'film: open matte, anniversary, 3D',
    style: 'p2p',
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.year, c.pick(['OPEN.MATTE', '25th.Anniversary.Edition', '3D.HSBS', '3D.HOU', 'IMAX', 'Hybrid', '4K.Remaster']), tail(c))}.mkv`,
      expect: film(c),
    }),
  },
  {
    name: 'film: open matte, anniversary, 3D, no year',
    style: 'p2p',
    plain: true,
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.pick(['OPEN.MATTE', '30th.Anniversary.Edition', '3D.HSBS', '3D.HOU', 'IMAX']), tail(c))}.mkv`,
      expect: film(c, { year: null }),
    }),
  },
  {
    name: 'film: its title is words of editions',
    style: 'scene',
    only: ['en'],
    make: (c) => {
      const title = c.pick([
        ...[
          'The Extended Cut',
          'Louder Wilder and Uncut',
          'The Last Edition',
          'Strange and Unrated',
          'The Uncut',
        ],
        ...['The Special Edition', 'Slower and Extended', 'The Theatrical Cut'],
      ]);
      return { path: `${joinDots(dots(title), c.year, tail(c))}.mkv`, expect: film({ ...c, title }) };
    },
  },
  {
    name: 'film: size of the picture',
    style: 'p2p',
    make: (c) => {
      const size = c.pick([
        '1920x816',
        '1280x534',
        '720x304',
        '1920x1036',
        '2048x872',
        '3840x1600',
        '1280x544',
      ]);
      const path = c.pick([
        joinDots(dots(c.title), c.year, size, 'BDRip.x264'),
        `${c.title} (${c.year}) [${size}]`,
        `${c.title} ${c.year} BDRip ${size} x264`,
      ]);
      return { path: `${path}.mkv`, expect: film(c) };
    },
  },
  {
    name: 'film: obscure file in a folder of its release',
    style: 'scene',
    make: (c) => {
      const file = c.pick([
        c.hex(20).toUpperCase(),
        String(c.number(100, 999)),
        `Backup_${c.number(10000, 99999)}S0${c.number(1, 9)}-${c.number(10, 24)}`,
        `qrs.tuv.${c.hex(14)}`,
        `${c.group.toLowerCase()}-xkq`,
      ]);
      return {
        path: `${joinDots(dots(c.title), c.year, c.tag, tail(c))}/${file}.mkv`,
        expect: film(c),
      };
    },
  },
  {
    name: 'film: brackets in folder and file',
    style: 'p2p',
    make: (c) => ({
      path: `${plainName(c.title)} (${c.year}) [1080p] [WEBRip] [5.1] [TRX]/${dots(c.title)}.${c.year}.1080p.WEBRip.x264.AAC5.1-[TRX].mp4`,
      expect: film(c, hd),
    }),
  },
  {
    name: 'film: spaces, year, tags',
    style: 'p2p',
    make: (c) => ({
      path: `${plainName(c.title)} ${c.year} 1080p BluRay DDP5.1 x265-${c.group}.mkv`,
      expect: film(c, hd),
    }),
  },
  {
    name: 'film: underlines',
    style: 'p2p',
    make: (c) => ({ path: `${underlines(c.title)}_${c.year}_1080p_WEB-DL.mkv`, expect: film(c, hd) }),
  },
  {
    name: 'film: DVD9 is no part',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.year, c.tag, 'PAL', c.pick(['DVD9', 'DVD5']))}.mkv`,
      expect: film(c, { part: null }),
    }),
  },
  {
    name: 'film: a site in brackets before it',
    style: 'ddl',
    make: (c) => ({
      path: `[ ${c.site} ] ${joinDots(dots(c.title), c.year, c.tag, 'BDRip.XviD')}.avi`,
      expect: film(c),
    }),
  },
  {
    name: 'film: a site and a dash before it',
    style: 'ddl',
    make: (c) => ({ path: `${c.site} - ${plainName(c.title)} (${c.year}).mkv`, expect: film(c) }),
  },
  {
    name: 'film: language in brackets',
    style: 'ddl',
    make: (c) => ({
      path: `${plainName(c.title)} (${c.year}) [${c.loose || 'HD'}] [720p].mkv`,
      expect: film(c, { resolution: '720p' }),
    }),
  },
  {
    name: 'film: language between spaces',
    style: 'ddl',
    make: (c) => ({
      path: `${plainName(c.title)} ${c.year} ${c.loose} HDRip.avi`.replace('  ', ' '),
      expect: film(c),
    }),
  },
];

const folder = (c: Cast) => c.pick(c.language.filmFolders);
const homes: readonly Form[] = [
  {
    name: 'film: title and year in brackets',
    style: 'home',
    make: (c) => ({ path: `${plainName(c.title)} (${c.year}).avi`, expect: film(c) }),
  },
  {
    name: 'film: folder with the year, file alike',
    style: 'home',
    make: (c) => {
      const name = `${plainName(c.title)} (${c.year})`;
      return { path: `${folder(c)}/${name}/${name}.mkv`, expect: film(c) };
    },
  },
  {
    name: 'film: folder with the year, file without',
    style: 'home',
    make: (c) => ({
      path: `${folder(c)}/${plainName(c.title)} (${c.year})/${plainName(c.title)}.mkv`,
      expect: film(c),
    }),
  },
  {
    name: 'film: folder with the year, file that says nothing',
    style: 'home',
    make: (c) => ({
      path: `${folder(c)}/${plainName(c.title)} (${c.year})/${c.pick(['movie', 'film', 'video', 'title_t00', '1'])}.mkv`,
      expect: film(c),
    }),
  },
  {
    name: 'film: nothing but the title, among films',
    style: 'home',
    make: (c) => ({ path: `${folder(c)}/${plainName(c.title)}.avi`, expect: film(c, { year: null }) }),
  },
  {
    name: 'film: year in front',
    style: 'home',
    plain: true,
    make: (c) => ({ path: `${folder(c)}/${c.year} - ${plainName(c.title)}.mkv`, expect: film(c) }),
  },
  {
    name: 'film: two CDs',
    style: 'home',
    make: (c) => {
      const home = folder(c);
      return [1, 2].map((part) => ({
        path: `${home}/${plainName(c.title)} (${c.year}) CD${part}.avi`,
        expect: film(c, { part }),
      }));
    },
  },
  {
    name: 'film: part in brackets',
    style: 'ddl',
    make: (c) =>
      [1, 2].map((part) => ({
        path: `${plainName(c.title)} (${c.year})[part${part}][${c.tag || 'DVDRip'}].avi`,
        expect: film(c, { part }),
      })),
  },
  {
    name: 'film: id of a provider',
    style: 'home',
    make: (c) => {
      const tmdb = String(c.number(100, 900000));
      return {
        path: `${folder(c)}/${plainName(c.title)} (${c.year}) {tmdb-${tmdb}}/${plainName(c.title)} (${c.year}).mkv`,
        expect: film(c, { ids: { tmdb } }),
      };
    },
  },
  {
    name: 'film: a collection in one folder',
    style: 'home',
    plain: true,
    make: (c) => {
      const home = folder(c);
      return [2, 3, 4].map((number) => ({
        path: `${home}/${plainName(c.title)} ${number} (${c.year + 2 * number}).avi`,
        expect: film({ ...c, title: `${c.title} ${number}`, year: c.year + 2 * number }),
      }));
    },
  },
];

export const filmForms: readonly Form[] = [...releases, ...homes, ...discsAndExtras];
