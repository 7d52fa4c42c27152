import type { Cast } from './cast.ts';
import { code, episode, type Form, type MadeFile, plainName, two } from './form.ts';

const show = (c: Cast) => `${c.pick(c.language.seriesFolders)}/${plainName(c.title)}`;
const season = (c: Cast) => `${c.seasonWord} ${c.season}`;

/** Six files, numbered from 1. */
function run(c: Cast, name: (number: number) => string, absolute = true): MadeFile[] {
  return [1, 2, 3, 4, 5, 6].map((number) => ({
    path: name(number),
    expect: episode(c, { episodes: [number], ...(absolute && { season: null }) }),
  }));
}

export const folderForms: readonly Form[] = [
  {
    name: 'folder: Show/Season 2/Show - 05',
    style: 'home',
    make: (c) => ({
      path: `${show(c)}/${season(c)}/${plainName(c.title)} - ${two(c.episode)}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'folder: Show/Season 2/05 - own title',
    style: 'home',
    make: (c) => ({
      path: `${show(c)}/${season(c)}/${two(c.episode)} - ${c.episodeTitle}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'folder: Show/Season 2/Episode 5',
    style: 'home',
    make: (c) => ({ path: `${show(c)}/${season(c)}/${c.episodeWord} ${c.episode}.avi`, expect: episode(c) }),
  },
  {
    name: 'folder: Show/Season 2/205 - own title',
    style: 'home',
    make: (c) => ({
      path: `${show(c)}/${season(c)}/${c.season}${two(c.episode)} - ${c.episodeTitle}.avi`,
      expect: episode(c),
    }),
  },
  {
    name: 'folder: Show/Season2/05, glued',
    style: 'home',
    make: (c) => ({
      path: `${show(c)}/${c.seasonWord}${c.pick(['', '_', '.'])}${c.season}/${two(c.episode)}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'folder: Show/2nd season/05',
    style: 'home',
    make: (c) => ({
      path: `${show(c)}/${c.language.nthSeason(c.season)}/${two(c.episode)}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'folder: Show (year)/Season 02/Show (year) - S02E05',
    style: 'home',
    make: (c) => {
      const name = `${plainName(c.title)} (${c.year})`;
      return {
        path: `${c.pick(c.language.seriesFolders)}/${name}/${c.seasonWord} ${two(c.season)}/${name} - ${code(c)} - ${c.episodeTitle}.mkv`,
        expect: episode(c, { year: c.year }),
      };
    },
  },
  {
    name: 'folder: Show - Season 2/05',
    style: 'home',
    make: (c) => ({
      path: `${show(c)} - ${season(c)}/${two(c.episode)} - ${c.episodeTitle}.mkv`,
      expect: episode(c),
    }),
  },
  {
    name: 'folder: Show/S02/E05',
    style: 'home',
    make: (c) => ({ path: `${show(c)}/S${two(c.season)}/E${two(c.episode)}.mkv`, expect: episode(c) }),
  },
  {
    name: 'folder: season at the root, no folder of series',
    style: 'home',
    plain: true,
    make: (c) => ({
      path: `${plainName(c.title)}/${season(c)}/${two(c.episode)} - ${c.episodeTitle}.avi`,
      expect: episode(c),
    }),
  },
  {
    name: 'folder: Show/Specials/02 - own title',
    style: 'home',
    make: (c) => ({
      path: `${show(c)}/${c.pick(['Specials', 'Season 00', 'Season 0'])}/${two(c.episode)} - ${c.episodeTitle}.mkv`,
      expect: episode(c, { season: 0 }),
    }),
  },
  {
    name: 'folder: a run, Show 01 to Show 06, among series',
    style: 'home',
    plain: true,
    make: (c) => {
      const home = show(c);
      return run(c, (number) => `${home}/${plainName(c.title)} ${two(number)}.avi`);
    },
  },
  {
    name: 'folder: a run, Show 01 to Show 06, in a heap',
    style: 'ddl',
    plain: true,
    make: (c) =>
      run(c, (number) => `Downloads/${plainName(c.title)} ${two(number)} ${c.language.looseTags[0]}.avi`),
  },
  {
    name: 'folder: a run, Show - 3 - own title',
    style: 'home',
    plain: true,
    make: (c) =>
      run(
        c,
        (number) =>
          `${plainName(c.title)}/${plainName(c.title)} - ${two(number)} - ${c.language.episodeTitles[number]}.avi`,
      ),
  },
  {
    name: 'folder: a run of S02E01 to S02E06 with own titles',
    style: 'scene',
    make: (c) =>
      run(
        c,
        (number) =>
          `Downloads/${plainName(c.title)} - ${code({ ...c, episode: number })} - ${c.language.episodeTitles[number]}.mkv`,
        false,
      ),
  },
  {
    name: 'folder: days in a folder of the month',
    style: 'home',
    plain: true,
    make: (c) => {
      const [year, month, day] = [c.number(2012, 2025), c.number(1, 12), c.number(13, 28)];
      const named = c.pick([
        `${year}-${two(month)}`,
        `${year}/${two(month)}`,
        `${c.language.months[month - 1]} ${year}`,
      ]);
      return {
        path: `${show(c)}/${named}/${year}-${two(month)}-${day}.mkv`,
        expect: { type: 'tv', title: c.title, date: `${year}-${two(month)}-${day}` },
      };
    },
  },
];
