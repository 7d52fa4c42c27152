import type { AccountFolder, FileSpec } from '../../test/simulator/simulator.ts';

export interface AccountSize {
  /** The root is one of them. */
  folders: number;
  filesPerFolder: number;
  /** Of each file. */
  sizeBytes: number;
}

/** Folders in one folder; a section beside them counts as a folder too. */
const foldersPerSection = 99;
const heights = ['2160p', '1080p', '720p'];

/**
 * An account of exactly this size: half seasons of series, half folders of films, named as releases are. The root and
 * the sections hold files too, so that every folder has the same number of them.
 */
export function accountOf({ folders, filesPerFolder, sizeBytes }: AccountSize): AccountFolder {
  let made = 1;
  const filesOf = (folder: number, isSeason: boolean): FileSpec[] =>
    Array.from({ length: filesPerFolder }, (_, index) => ({
      name: isSeason ? episode(folder, index + 1) : film(folder, index),
      content: { sizeBytes: sizeBytes + index, seed: folder * filesPerFolder + index },
    }));
  const sections: AccountFolder[] = [];
  while (made < folders) {
    const number = made++;
    const inner = Array.from({ length: Math.min(foldersPerSection, folders - made) }, () => {
      const own = made++;
      const isSeason = own % 2 === 0;
      const name = isSeason ? `Serie ${Math.ceil(own / 4)} - Saison ${((own / 2) % 2) + 1}` : `Films ${own}`;
      return { name, files: filesOf(own, isSeason) };
    });
    sections.push({ name: `Section ${number}`, folders: inner, files: filesOf(number, false) });
  }
  return { folders: sections, files: filesOf(0, false) };
}

/** How many series and seasons of them there are in an account of this size. */
export function seriesIn(size: AccountSize): { series: number; seasons: number } {
  const [series, seasons] = [new Set<string>(), new Set<string>()];
  const read = ({ files = [], folders = [] }: AccountFolder) => {
    for (const { name } of files) {
      const [season, one] = /^(Serie\.\d+)\.S\d+/.exec(name) ?? [];
      if (season === undefined || one === undefined) continue;
      series.add(one);
      seasons.add(season);
    }
    for (const folder of folders) read(folder);
  };
  read(accountOf(size));
  return { series: series.size, seasons: seasons.size };
}

function film(folder: number, index: number): string {
  const year = 1950 + ((folder * 7 + index) % 75);
  return `The.Film.${folder}.of.${index}.${year}.MULTi.${heights[index % 3]}.BluRay.x264-GROUP.mkv`;
}

function episode(folder: number, number: number): string {
  const code = `S${twoDigits(((folder / 2) % 2) + 1)}E${twoDigits(number)}`;
  return `Serie.${Math.ceil(folder / 4)}.${code}.FRENCH.1080p.WEB-DL.H264-GROUP.mkv`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
