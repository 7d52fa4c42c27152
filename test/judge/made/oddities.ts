import type { Cast } from './cast.ts';
import { code, dots, episode, type Form, joinDots, plainName, titlesOf, two } from './form.ts';

const glued = (c: Cast) => c.pick(c.language.shortTitles.filter((one) => /^[a-z]+$/i.test(one)));
const chinese = ['港湾的风', '镜中城', '星之旅人', '雪国来信', '夏日终章'];

/** A day as names write it in many ways. */
function dayOf(c: Cast) {
  const [year, month, day] = [c.number(2009, 2025), two(c.number(1, 12)), c.number(13, 28)];
  return {
    ...{ year, month, day },
    expect: { type: 'tv' as const, title: titlesOf(c.title), date: `${year}-${month}-${day}` },
  };
}

const codes: readonly Form[] = [
  {
    name: 'code: S04x07, s02-x09',
    style: 'ddl',
    make: (c) => ({
      path: `${plainName(c.title)} ${c.pick([`S${two(c.season)}x${two(c.episode)}`, `s${two(c.season)}-x${two(c.episode)}`])} ${c.loose}.avi`,
      expect: episode(c),
    }),
  },
  {
    name: 'code: a year as the season',
    style: 'ddl',
    make: (c) => ({
      path: `${plainName(c.title)} ${c.pick([`S${c.year}E${two(c.episode)}`, `S${c.year}x${two(c.episode)}`, `${c.year}x${two(c.episode)}`])}.mkv`,
      expect: episode(c, { season: c.year }),
    }),
  },
  {
    name: 'code: S0307',
    style: 'ddl',
    make: (c) => ({
      path: `${joinDots(dots(c.title), `S${two(c.season)}${two(c.episode)}`, '720p.HDTV.x264')}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'code: 3 x 8',
    style: 'home',
    make: (c) => ({ path: `${plainName(c.title)} ${c.season} x ${c.episode}.avi`, expect: episode(c) }),
  },
  {
    name: 'code: version behind it',
    style: 'anime',
    make: (c) => ({
      path: `${plainName(c.title)} - ${code(c)}${c.pick(['v2', 'v3', 'v1.5'])} [720p].mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'code: glued to the title',
    style: 'ddl',
    make: (c) => {
      const title = glued(c);
      return {
        path: `${title}${c.pick([code(c), `${c.season}x${two(c.episode)}`])} ${c.loose}.avi`,
        expect: episode({ ...c, title }),
      };
    },
  },
  {
    name: 'code: glued to a number that is the title',
    style: 'ddl',
    make: (c) => {
      const title = String(c.number(25, 99));
      return { path: `${title}${code(c)}.720p.mkv`, expect: episode({ ...c, title }) };
    },
  },
  {
    name: 'code: a number before (S01E07)',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} - ${two(c.number(3, 80))} - (${code(c)}).mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'code: - 012 - s01e12 - own title',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} - ${String(c.number(20, 190)).padStart(3, '0')} - ${code(c).toLowerCase()} - ${c.episodeTitle}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'code: 2 of 5',
    style: 'p2p',
    make: (c) => {
      const number = c.number(1, 4);
      return {
        path: `${plainName(c.title)} ${c.pick([`${number} of 5`, `${number}of5`, `(${number} of 5)`])}.avi`,
        expect: episode(c, { season: null, episodes: [number] }),
      };
    },
  },
  {
    name: 'code: Season.3.2of6',
    style: 'p2p',
    make: (c) => {
      const number = c.number(1, 5);
      return {
        path: `${joinDots(dots(c.title), c.seasonWord, c.season, `${number}of6`, 'HDTV.x264')}.mkv`,
        expect: episode(c, { episodes: [number] }),
      };
    },
  },
  {
    name: 'code: S02D03, a disc of a season',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), `S${two(c.season)}D${two(c.number(1, 6))}`, c.tag, 'COMPLETE.BLURAY')}-${c.group}`,
      expect: episode(c, { episodes: [] }),
    }),
  },
  {
    name: 'code: recorder of TV',
    style: 'ddl',
    only: ['de', 'en', 'fr'],
    make: (c) => ({
      path: `${dots(c.title).replaceAll('.', '_')}_${two(c.number(8, 25))}.${two(c.number(1, 12))}.${c.number(10, 28)}_20-15_${c.pick(['zdf', 'ard', 'sat1', 'arte'])}_${c.number(45, 120)}_TVOON_DE.mpg.avi`,
      expect: { title: titlesOf(c.title) },
    }),
  },
  {
    name: 'code: SP02, Special 2',
    style: 'anime',
    make: (c) => {
      const number = c.number(1, 9);
      return {
        path: `${plainName(c.title)} - ${c.pick([`SP${two(number)}`, `Special ${number} - ${c.episodeTitle}`])}.mkv`,
        expect: episode(c, { season: 0, episodes: [number] }),
      };
    },
  },
];

const years: readonly Form[] = [
  {
    name: 'year: E05.2019',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), `E${two(c.episode)}`, c.year, '1080p.WEB.H264')}-${c.group}.mkv`,
      expect: episode(c, { season: null }),
    }),
  },
  {
    name: 'year: 2019.E05',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.year, `E${two(c.episode)}`, '1080p.WEB.H264')}-${c.group}.mkv`,
      expect: episode(c, { season: null, year: c.year, yearInTitle: true }),
    }),
  },
  {
    name: 'year: twice, around S01E03',
    style: 'scene',
    make: (c) => ({
      path: `${joinDots(dots(c.title), c.year, code(c), c.year, '1080p.WEB.H264')}-${c.group}.mkv`,
      expect: episode(c, { year: c.year, yearInTitle: true }),
    }),
  },
  {
    name: 'day: 2024.05.13, 13.05.2024',
    style: 'scene',
    plain: true,
    make: (c) => {
      const { year, month, day, expect } = dayOf(c);
      const written = c.pick([
        `${year}.${month}.${day}`,
        `${day}.${month}.${year}`,
        `${year}.${day}.${month}`,
      ]);
      return { path: `${dots(c.title)}.${written}.720p.HDTV.x264-${c.group}.mkv`, expect };
    },
  },
  {
    name: 'day: - 2024-05-13, - 13-05-2024',
    style: 'home',
    plain: true,
    make: (c) => {
      const { year, month, day, expect } = dayOf(c);
      return {
        path: `${plainName(c.title)} - ${c.pick([`${year}-${month}-${day}`, `${day}-${month}-${year}`])}.mp4`,
        expect,
      };
    },
  },
  {
    name: 'day: 20240513 Ep5120, 240513',
    style: 'ddl',
    plain: true,
    make: (c) => {
      const { year, month, day, expect } = dayOf(c);
      const written = c.pick([
        `${year}${month}${day} Ep${c.number(300, 9000)}`,
        `${year}${month}${day}`,
        `${String(year).slice(2)}${month}${day}`,
      ]);
      return { path: `${plainName(c.title)} ${written}.mp4`, expect };
    },
  },
  {
    name: 'day: 13 May 2024 in words',
    style: 'home',
    plain: true,
    make: (c) => {
      const { year, month, day, expect } = dayOf(c);
      return {
        path: `${plainName(c.title)} - ${day} ${c.language.months[Number(month) - 1]} ${year}.mp4`,
        expect,
      };
    },
  },
];

const boxed: readonly Form[] = [
  {
    name: 'brackets: [group][Chinese][title][05][size]',
    style: 'anime',
    plain: true,
    make: (c) => {
      const local = c.pick(chinese);
      return {
        path: `[${c.fansub}][${local}][${c.title}][${two(c.episode)}][1280x720].mp4`,
        expect: episode(c, { title: [c.title, local, `${local} ${c.title}`], season: null }),
      };
    },
  },
  {
    name: 'brackets: [title][2021][05]',
    style: 'anime',
    plain: true,
    make: (c) => ({
      path: `[${c.title}][${c.year}][${two(c.episode)}].mkv`,
      expect: episode(c, { season: null, year: c.year, yearInTitle: true }),
    }),
  },
  {
    name: 'brackets: third season in Chinese',
    style: 'anime',
    only: ['en'],
    plain: true,
    make: (c) => {
      const season = c.number(2, 5);
      const local = c.pick(chinese);
      return {
        path: `[${c.fansub}][${local} 第${' 一二三四五'[season]}季][${c.title}][${two(c.episode)}][1080P].mp4`,
        expect: episode(c, { title: [c.title, local, `${local} ${c.title}`], season }),
      };
    },
  },
];

export const oddForms: readonly Form[] = [...codes, ...years, ...boxed];
