import { compare, type Expected, ourReader } from '../fixtures/score.ts';
import { createRandom, shuffled } from '../simulator/random.ts';
import type { Corpus } from './corpora.ts';
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

/** Names of the corpora and of the generator in folders of films and in heaps of everything, of three sizes. */
export function mixFolders(corpora: readonly Corpus[]): MixedFolders[] {
  const all = unique([...corpora.flatMap(looseIn), ...madeLoose()]);
  const films = all.filter(({ expect }) => expect.type === 'movie');
  const kinds: [string, Loose[]][] = [
    ['Films', films],
    ['Downloads', all],
  ];
  return kinds.flatMap(([folder, names]) =>
    [12, 120, names.length].map((size) => mixOne(folder, shuffled(createRandom(seed), names), size)),
  );
}

function mixOne(folder: string, names: readonly Loose[], size: number): MixedFolders {
  const result: MixedFolders = {
    ...{ folder: `${folder}, ${size} in each`, folders: 0, names: 0, alone: 0, together: 0 },
    ...{ mended: [], spoiled: [] },
  };
  for (let from = 0; from < names.length; from += size) {
    const members = names.slice(from, from + size);
    const paths = members.map(({ name }) => `/${folder}/${name}`);
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

/** No folder holds two files of one name. */
function unique(all: readonly Loose[]): Loose[] {
  return [...new Map(all.map((one) => [one.name, one])).values()];
}
