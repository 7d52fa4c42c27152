import { type DateFolder, isDay, readDateFolder, readMonthFolder } from '../episodes/dates.ts';
import type { Marker } from '../episodes/marker.ts';
import { foldAccents } from '../text/clean.ts';
import type { ProviderIds } from '../text/recognition.ts';
import { sameTitleKey } from '../text/titles.ts';
import { type Category, holdsDocumentaries, isSeries } from './categories.ts';
import { extraFolder } from './extras.ts';
import { asTitle, type FolderReading, mayBeSerie, readFolder } from './folders.ts';
import { countsInSeason, type FileInFolder, numberOfSeason } from './numbered-folders.ts';

/** What the folders above a file say, nearest first. */
export interface Ancestors {
  category?: Category;
  season?: number;
  /** The show's or the film's folder. */
  title?: FolderReading;
  /** The next folder above that one that is no category either: a show with folders for its arcs, or a place of shows. */
  outer?: FolderReading;
  /** A folder called like a category right below a category of series: a show's name where nothing else is (`Animes/2012`). */
  lastResort?: string;
  /** A show name inside the season folder's own name (`Vikings S06`). */
  seasonTitle?: FolderReading;
  extra?: string;
  /** A folder for the films of one saga (`Trilogies`, `Saga Alien`). */
  saga?: boolean;
  /** The file lies somewhere below a folder of documentaries. */
  documentary?: boolean;
  /** The file lies in a section of a title. */
  inSection?: boolean;
  /** A count of the sections inside a show (`Partie 2`): its season where nothing else says one. */
  section?: number;
  /** The marker of a folder that holds one episode and names no show (`Saison 5/Épisode 16`). */
  marker?: Marker;
  /** The folder of the days of a daily show. */
  days?: DateFolder;
  /** Number of the disc's folder. */
  disc?: number;
  ids: ProviderIds;
}

const sagaShape =
  /(?<![a-z])(?:sagas?|collections?|anthologies?|anthology|(?:tri|quadri|tetra|penta|hexa|septo)log(?:ies?|y))(?![a-z])/i;

/**
 * Reads the folders above a file, upwards: category, season, show or film (facts/naming 3).
 *
 * @param file what lies in them, which says whether a folder that is a number alone is a season
 */
export function readAncestors(folders: readonly string[], file: FileInFolder): Ancestors {
  const ancestors: Ancestors = { ids: {} };
  for (let i = folders.length - 1; i >= 0; i--) {
    const name = folders[i] as string;
    const parent = i > 0 ? readFolder(folders[i - 1] as string) : undefined;
    const inTitle = parent !== undefined && parent.kind !== 'category';
    const folded = foldAccents(name);
    const days =
      readDateFolder(folded, folders.slice(0, i)) ?? (inTitle ? monthAround(folded, file) : undefined);
    if (days) {
      ancestors.days ??= days;
      continue;
    }
    // `Séries/Extras/Saison 2` is a show of that name.
    const isShow =
      !inTitle && i + 1 < folders.length && readFolder(folders[i + 1] as string).kind === 'season';
    const extra = isShow ? undefined : extraFolder(name, inTitle);
    if (extra) ancestors.extra ??= extra;
    if (sagaShape.test(name)) ancestors.saga = true;
    let folder = readFolder(name);
    if (folder.marker && !folder.title && !ancestors.title) {
      ancestors.marker ??= folder.marker;
      continue;
    }
    if (folder.section && inTitle && !ancestors.title) {
      ancestors.inSection = true;
      if (folder.section.count !== undefined) ancestors.section ??= folder.section.count;
      if (folder.section.disc !== undefined) ancestors.disc ??= folder.section.disc;
      continue;
    }
    if (folder.loose && isAmongFilms(folders.slice(0, i))) folder = asTitle(name);
    if (folder.kind === 'title' && !ancestors.title) {
      const season = numberedSeason(name, folders.slice(0, i), file);
      if (season !== undefined) folder = { kind: 'season', season, ids: {} };
    }
    const namesShow =
      ancestors.season !== undefined &&
      !ancestors.title &&
      !ancestors.seasonTitle &&
      isShowAfterAll(folders, i);
    if (folder.kind === 'category' && namesShow)
      folder = { kind: 'title', title: name, weak: true, ids: folder.ids };
    if (folder.kind === 'category') {
      if (holdsDocumentaries(foldAccents(name))) ancestors.documentary = true;
      if (folder.category && folder.category !== 'any') ancestors.category ??= folder.category;
      else if (isSeries(parent?.category)) ancestors.lastResort ??= name;
      continue;
    }
    // `Series 7/Season 1` is a show of that name; `Harbor/Series 1/Season 1` says it twice.
    if (folder.kind === 'season' && ancestors.season !== undefined && !ancestors.title && !folder.title) {
      if (inTitle || !mayBeSerie(name)) continue;
      folder = asTitle(name);
    }
    if (folder.kind === 'season' && ancestors.season === undefined && !ancestors.title) {
      if (folder.season !== undefined) ancestors.season = folder.season;
      if (folder.title) ancestors.seasonTitle = folder;
    } else if (!ancestors.title && (isShow || !extraFolder(name, true))) {
      ancestors.title = folder;
    } else if (!ancestors.title && !extra) ancestors.lastResort ??= name;
    else if (ancestors.title && folder.kind === 'title') {
      ancestors.outer ??= folder;
      // `Heat.1995.COMPLETE.BLURAY/Heat/BDMV`: the same once more, with its year.
      const { title } = ancestors;
      if (folder.year !== undefined && title.year === undefined && areCalledAlike(folder, title))
        ancestors.title = { ...title, year: folder.year };
    }
    ancestors.ids = { ...folder.ids, ...ancestors.ids };
  }
  return ancestors;
}

/** `May` may be a film, unless what lies in it is of a day. */
function monthAround(folded: string, file: FileInFolder): DateFolder | undefined {
  const month = readMonthFolder(folded);
  return month && isDay(file.folded) ? month : undefined;
}

function areCalledAlike(one: FolderReading, other: FolderReading): boolean {
  return one.title !== undefined && sameTitleKey(one.title) === sameTitleKey(other.title ?? '');
}

/** Whether the nearest category that says anything is one of films. */
function isAmongFilms(outer: readonly string[]): boolean {
  const categories = outer.map((folder) => readFolder(folder).category);
  return categories.findLast((category) => category !== undefined && category !== 'any') === 'movies';
}

/** `Séries/1923/Saison 1`, `Séries/Kids/Saison 1`: right above a season and below a category of series stands a show. */
function isShowAfterAll(folders: readonly string[], at: number): boolean {
  const inner = folders[at + 1];
  const outer = folders[at - 1];
  const kind = outer === undefined ? undefined : readFolder(outer).category;
  const own = readFolder(folders[at] as string).category;
  return own === 'any' && inner !== undefined && readFolder(inner).kind === 'season' && isSeries(kind);
}

/**
 * `3` is a season inside the folder of something that lies under a category of series; in that of any other title, and behind
 * its title once more (`Harbor/Harbor 3`), where what lies in it counts episodes: the films of a collection are numbered as well.
 */
function numberedSeason(name: string, outer: readonly string[], file: FileInFolder): number | undefined {
  // Most names end in no number.
  const last = outer.at(-1);
  if (last === undefined || !/\d$/.test(name)) return undefined;
  const parent = readFolder(last);
  if (parent.kind !== 'title' || parent.title === undefined) return undefined;
  const season = numberOfSeason(name, parent.title);
  if (season === undefined) return undefined;
  const around = outer.map((folder) => readFolder(folder));
  const isAlone = /^t?\d+$/i.test(name);
  if (isAlone && outer.length > 1 && around.some((folder) => isSeries(folder.category))) return season;
  if (parent.year !== undefined || isAmongFilms(outer) || outer.some((folder) => sagaShape.test(folder)))
    return undefined;
  const titles = isAlone ? [parent.title] : [name, parent.title];
  return titles.some((title) => countsInSeason(file, season, title)) ? season : undefined;
}
