import { compare, type Expected, ourReader } from '../fixtures/score.ts';
import { createRandom, shuffled } from '../simulator/random.ts';
import type { Corpus } from './corpora.ts';
import { createCasts } from './made/cast.ts';
import { languages } from './made/languages.ts';
import { makeNames } from './made/made.ts';

/** A name that says everything by itself, as it lies in a folder with others of all kinds. */
interface Loose {
  name: string;
  expect: Expected;
}

/** What siblings did in folders of one kind. */
export interface MixedFolders {
  folder: string;
  folders: number;
  names: number;
  /** Right when read alone, in the same place. */
  alone: number;
  /** Right when read with all others. */
  together: number;
  mended: string[];
  spoiled: string[];
}

const seed = 17;

/**
 * Names of the corpora and of the generator in folders of films and in heaps of everything, of three sizes; shows whose names
 * say nothing but a number, in folders of their own and strewn into heaps.
 */
export function mixFolders(corpora: readonly Corpus[]): MixedFolders[] {
  const all = unique([...corpora.flatMap(looseIn), ...madeLoose()]);
  const films = all.filter(({ expect }) => expect.type === 'movie');
  const kinds: [string, Loose[]][] = [
    ['Films', films],
    ['Downloads', all],
  ];
  const shows = makeShows();
  const strangers = shuffled(createRandom(seed), all);
  const perHeap = 100;
  const heaps = shows.map((show, at) => {
    const from = (at * perHeap) % strangers.length;
    return unique([...strangers.slice(from, from + perHeap), ...show]);
  });
  return [
    ...kinds.flatMap(([folder, names]) =>
      [12, 120, names.length].map((size) =>
        mixOne(folder, `${folder}, ${size} in each`, inPieces(shuffled(createRandom(seed), names), size)),
      ),
    ),
    mixOne('Vrac', 'Vrac, one show in each', shows),
    mixOne('Downloads', `Downloads, one show among ${perHeap}`, heaps),
  ];
}

function inPieces(names: readonly Loose[], size: number): Loose[][] {
  return Array.from({ length: Math.ceil(names.length / size) }, (_, at) =>
    names.slice(at * size, (at + 1) * size),
  );
}

function mixOne(root: string, folder: string, heaps: readonly Loose[][]): MixedFolders {
  const result: MixedFolders = {
    ...{ folder, folders: 0, names: 0, alone: 0, together: 0 },
    ...{ mended: [], spoiled: [] },
  };
  for (const members of heaps) {
    const paths = members.map(({ name }) => `/${root}/${name}`);
    const together = ourReader.recogniseFolder(paths);
    result.folders++;
    result.names += members.length;
    for (const [at, path] of paths.entries()) {
      const { expect } = members[at] as Loose;
      const [one, many] = [ourReader.recognise(path), together[at]];
      const rightAlone = compare(expect, one).length === 0;
      const wrong = many ? compare(expect, many) : [];
      if (rightAlone) result.alone++;
      if (wrong.length === 0) result.together++;
      const { kind, title, year, season, episodes, absolute } = many ?? one;
      const read = JSON.stringify({ kind, title, year, season, episodes, absolute });
      if (rightAlone && wrong.length > 0) result.spoiled.push(`${path}: ${wrong.join(', ')}; ${read}`);
      if (!rightAlone && wrong.length === 0) result.mended.push(path);
    }
  }
  return result;
}

/** Rows that are one file, know no folder and are no extra. */
function looseIn({ entries }: Corpus): Loose[] {
  return entries
    .filter(
      ({ name, path, folder, expect }) =>
        (path === undefined || path === name) &&
        folder === undefined &&
        !name.includes('/') &&
        (expect.type === 'movie' || expect.type === 'tv'),
    )
    .map(({ name, expect }) => ({ name, expect }));
}

function madeLoose(): Loose[] {
  return makeNames(1, seed).flatMap(({ files: [file, ...rest] }) =>
    file && rest.length === 0 && !file.path.includes('/') ? [{ name: file.path, expect: file.expect }] : [],
  );
}

/** Six episodes of a show, or those of them that somebody has fetched, that are told by their number alone. */
function makeShows(): Loose[][] {
  return languages.flatMap((language, nth) => {
    const cast = createCasts(language, seed + nth, true);
    const forms: ((title: string, number: number, tag: string) => string)[] = [
      (title, number) => `${title} ${number}.avi`,
      (title, number, tag) => `${title} ${String(number).padStart(2, '0')} ${tag}.mkv`,
      (title, number, tag) => `${title.replaceAll(' ', '.')}.${number}.${tag}.mkv`,
      (title, number) => `${title} - ${number} - ${language.episodeTitles[number % 6]}.avi`,
    ];
    return forms.flatMap((form) =>
      [
        [1, 2, 3, 4, 5, 6],
        [12, 13, 19, 57, 84],
        [1, 2, 3, 12, 13],
      ].map((numbers) => {
        const { title, loose } = cast();
        return numbers.map((number) => ({
          name: form(title, number, loose),
          expect: { type: 'tv' as const, title, episodes: [number] },
        }));
      }),
    );
  });
}

/** No folder holds two files of one name. */
function unique(all: readonly Loose[]): Loose[] {
  return [...new Map(all.map((one) => [one.name, one])).values()];
}
