import type { Marker } from '../episodes/markers.ts';
import { foldAccents } from '../text/clean.ts';
import type { ProviderIds } from '../text/recognition.ts';
import { type Category, holdsDocumentaries, isSeries } from './categories.ts';
import { extraFolder } from './extras.ts';
import { asTitle, type Folder, readFolder } from './folders.ts';

/** What the folders above a file say, nearest first. */
export interface Ancestors {
  category?: Category;
  season?: number;
  /** The show's or the film's folder. */
  title?: Folder;
  /** The next folder above that one that is no category either: a show with folders for its arcs, or a place of shows. */
  outer?: Folder;
  /** A folder called like a category right below a category of series: a show's name where nothing else is (`Animes/2012`). */
  lastResort?: string;
  /** A show name inside the season folder's own name (`Vikings S06`). */
  seasonTitle?: Folder;
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
  /** Number of the disc's folder. */
  disc?: number;
  ids: ProviderIds;
}

const sagaShape =
  /(?<![a-z])(?:sagas?|collections?|anthologies?|anthology|(?:tri|quadri|tetra|penta|hexa|septo)log(?:ies?|y))(?![a-z])/i;

/** Reads the folders above a file, upwards: category, season, show or film (facts/naming 3). */
export function readAncestors(folders: readonly string[]): Ancestors {
  const above: Ancestors = { ids: {} };
  for (let i = folders.length - 1; i >= 0; i--) {
    const name = folders[i] as string;
    const parent = i > 0 ? readFolder(folders[i - 1] as string) : undefined;
    const inTitle = parent !== undefined && parent.kind !== 'category';
    // `Séries/Extras/Saison 2` is a show of that name.
    const isShow =
      !inTitle && i + 1 < folders.length && readFolder(folders[i + 1] as string).kind === 'season';
    const extra = isShow ? undefined : extraFolder(name, inTitle);
    if (extra) above.extra ??= extra;
    if (sagaShape.test(name)) above.saga = true;
    let folder = readFolder(name);
    if (folder.marker && !folder.title && !above.title) {
      above.marker ??= folder.marker;
      continue;
    }
    if (folder.section && inTitle && !above.title) {
      above.inSection = true;
      if (folder.section.count !== undefined) above.section ??= folder.section.count;
      if (folder.section.disc !== undefined) above.disc ??= folder.section.disc;
      continue;
    }
    if (folder.loose && isAmongFilms(folders.slice(0, i))) folder = asTitle(name);
    if (folder.kind === 'title' && isBareSeason(name, folders.slice(0, i)) && !above.title) {
      folder = { kind: 'season', season: Number(name), ids: {} };
    }
    const namesShow =
      above.season !== undefined && !above.title && !above.seasonTitle && isShowAfterAll(folders, i);
    if (folder.kind === 'category' && namesShow)
      folder = { kind: 'title', title: name, weak: true, ids: folder.ids };
    if (folder.kind === 'category') {
      if (holdsDocumentaries(foldAccents(name))) above.documentary = true;
      if (folder.category && folder.category !== 'any') above.category ??= folder.category;
      else if (isSeries(parent?.category)) above.lastResort ??= name;
      continue;
    }
    if (folder.kind === 'season' && above.season === undefined && !above.title) {
      if (folder.season !== undefined) above.season = folder.season;
      if (folder.title) above.seasonTitle = folder;
    } else if (!above.title && (isShow || !extraFolder(name, true))) {
      above.title = folder;
    } else if (!above.title && !extra) above.lastResort ??= name;
    else if (above.title && folder.kind === 'title') above.outer ??= folder;
    above.ids = { ...folder.ids, ...above.ids };
  }
  return above;
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

/** `3` is a season only inside the folder of something that lies under a category of series. */
function isBareSeason(name: string, outer: readonly string[]): boolean {
  if (!/^\d{1,2}$/.test(name) || outer.length < 2) return false;
  const categories = outer.map((folder) => readFolder(folder));
  return categories.at(-1)?.kind === 'title' && categories.some((folder) => isSeries(folder.category));
}
