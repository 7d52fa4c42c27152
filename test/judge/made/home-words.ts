import { code, dots, episode, type Form, film, joinDots, plainName, titlesOf, two } from './form.ts';
import type { LanguageCode } from './language.ts';

/*
 * What people write beside a title in words of their own language: editions, extras, discs, days, and where a count stands that
 * goes through all seasons.
 */

type InEach = Readonly<Record<LanguageCode, readonly string[]>>;

const editions: InEach = {
  fr: [
    'Version longue',
    'Édition spéciale',
    'Version restaurée',
    'Montage du réalisateur',
    'Édition collector',
  ],
  en: ['Extended Edition', "Director's Cut", 'Special Edition', 'Unrated Version', 'Digitally Remastered'],
  de: ['Langfassung', 'Extended Version', 'Sonderedition', 'Ungekürzte Fassung', "Director's Cut"],
  es: ['Versión extendida', 'Edición especial', 'Montaje del director', 'Versión restaurada'],
  it: ['Versione estesa', 'Edizione speciale', 'Versione integrale', 'Edizione restaurata'],
  pt: ['Versão estendida', 'Edição especial', 'Versão do diretor', 'Edição de colecionador'],
  nl: ['Lange versie', 'Speciale editie', 'Verlengde versie', "Director's Cut"],
};
const extras: InEach = {
  fr: ['Scènes coupées', 'Making of', 'Bonus', 'Bande annonce', 'Interviews'],
  en: ['Deleted Scenes', 'Behind the Scenes', 'Extras', 'Trailers', 'Interviews'],
  de: ['Entfallene Szenen', 'Hinter den Kulissen', 'Bonusmaterial', 'Trailer', 'Interviews'],
  es: ['Escenas eliminadas', 'Cómo se hizo', 'Extras', 'Material extra', 'Entrevistas'],
  it: ['Scene tagliate', 'Dietro le quinte', 'Contenuti extra', 'Contenuti speciali', 'Interviste'],
  pt: ['Cenas excluídas', 'Extras', 'Trailers', 'Entrevistas'],
  nl: ['Verwijderde scènes', 'Achter de schermen', 'Extras', 'Interviews'],
};
const discs: InEach = {
  fr: ['Disque 2', 'CD 2', 'DVD 2', 'Disque deux'],
  en: ['Disc 2', 'Disk 2', 'CD2', 'Disc Two'],
  de: ['Platte 2', 'Scheibe 2', 'Disk 2', 'CD zwei'],
  es: ['Disco 2', 'Disco dos', 'CD 2'],
  it: ['Disco 2', 'Disco due', 'CD 2'],
  pt: ['Disco 2', 'Disco dois', 'CD 2'],
  nl: ['Schijf 2', 'Disk 2', 'Schijf twee'],
};
/** Between a number and how many there are. */
const outOf: InEach = {
  fr: ['sur'],
  en: ['of'],
  de: ['von'],
  es: ['de'],
  it: ['di'],
  pt: ['de'],
  nl: ['van'],
};
const placeholders = [
  ...['title_t00', 'Title_00', 'C1_t02', 'MAIN_MOVIE', 'MOVIE_FULL_HD', 'Full Movie HD', 'output', 'final'],
  ...[
    'film',
    'movie',
    'video',
    'new 1',
    'videoplayback',
    '1080p x265',
    'BDRip',
    'file',
    'tmp_20394',
    'vts_01',
  ],
];

export const homeWordForms: readonly Form[] = [
  {
    name: "film: a placeholder in the film's folder",
    style: 'home',
    make: (c) => ({
      path: `${c.pick(c.language.filmFolders)}/${plainName(c.title)} (${c.year})/${c.pick(placeholders)}.mkv`,
      expect: film(c),
    }),
  },
  {
    name: 'film: edition in words of its language',
    style: 'home',
    make: (c) => {
      const edition = c.pick(editions[c.language.code]);
      const path = c.pick([
        `${joinDots(dots(c.title), dots(edition.replaceAll("'", '')), c.year, '1080p')}.mkv`,
        `${plainName(c.title)} (${edition}) (${c.year}).mkv`,
        `${plainName(c.title)} - ${edition} (${c.year}).mkv`,
      ]);
      return { path, expect: film(c) };
    },
  },
  {
    name: 'film: a disc in words of its language',
    style: 'home',
    make: (c) => ({
      path: `${c.pick(c.language.filmFolders)}/${plainName(c.title)} (${c.year})/${c.pick(discs[c.language.code])}/${plainName(c.title)}.avi`,
      expect: film(c, { part: 2 }),
    }),
  },
  {
    name: 'extra: a folder in words of its language',
    style: 'home',
    make: (c) => ({
      path: `${c.pick(c.language.filmFolders)}/${plainName(c.title)} (${c.year})/${c.pick(extras[c.language.code])}/${plainName(c.episodeTitle)}.mkv`,
      expect: { type: 'extra' },
    }),
  },
  {
    name: 'episode: a count of all seasons beside its mark',
    style: 'home',
    make: (c) => {
      const [title, all] = [plainName(c.title), String(c.number(20, 99)).padStart(3, '0')];
      const path = c.pick([
        `${title} ${all} - ${code(c)}`,
        `${title} - ${all} - ${code(c)} - ${c.episodeTitle}`,
        `${title} - ${c.pick(['Ep', '#', 'E', 'n°'])}${all} (${code(c)})`,
        `${title} ${all} (${c.season}x${two(c.episode)})`,
        `${all} - ${title} - ${code(c)}`,
        `${all}. ${title} ${code(c)}`,
      ]);
      return { path: `${path}.avi`, expect: episode(c) };
    },
    plain: true,
  },
  {
    name: 'episode: 2 of 4, in brackets',
    style: 'home',
    make: (c) => ({
      path: `${plainName(c.title)} (2 ${c.pick(outOf[c.language.code])} 4).avi`,
      expect: { type: 'tv', title: titlesOf(c.title), season: null, episodes: [2] },
    }),
    plain: true,
  },
  {
    name: 'daily: folder of a month, a day in the name',
    style: 'home',
    plain: true,
    make: (c) => {
      const [title, at, day] = [plainName(c.title), c.number(1, 12), c.number(1, 28)];
      const [year, month] = [2014 + c.number(0, 10), c.language.months[at - 1]];
      const path = c.pick([
        `${title}/${month} ${year}/${day}`,
        `${title}/${month} ${year}/${title} ${day}`,
        `${title}/${year}/${month}/${two(day)}`,
        `${title}/${year}/${two(at)} - ${month}/${title} - ${two(day)}`,
        `${title}/${two(year % 100)}${two(at)}${two(day)}`,
        `${title}/${month}/${year}-${two(at)}-${two(day)}`,
      ]);
      return {
        path: `${path}.mp4`,
        expect: { type: 'tv', title: titlesOf(c.title), date: `${year}-${two(at)}-${two(day)}` },
      };
    },
  },
  {
    name: 'folder: Show/2/05, Show/Show 2/05',
    style: 'home',
    plain: true,
    make: (c) => {
      const title = plainName(c.title);
      return {
        path: `${title}/${c.pick([String(c.season), two(c.season), `${title} ${c.season}`])}/${two(c.episode)} - ${c.episodeTitle}.avi`,
        expect: episode(c),
      };
    },
  },
];
