import { findDate } from '../episodes/dates.ts';
import type { Marker } from '../episodes/marker.ts';
import { findMarker } from '../episodes/markers.ts';
import { rankEnd, rankedSeasonWord, seasonWord } from '../episodes/seasons.ts';
import { findHanSeason } from '../text/boxed-names.ts';
import { cleanFolderName, foldAccents } from '../text/clean.ts';
import { quotedEdition } from '../text/editions.ts';
import { countInWords, rankInWords, readCount } from '../text/ordinals.ts';
import type { ProviderIds } from '../text/recognition.ts';
import { findTag, readRelease } from '../text/release-tags.ts';
import { cutTitle, otherTitle, withoutTail } from '../text/title-ends.ts';
import { opensTitle } from '../text/titles.ts';
import { yearInFront } from '../text/years.ts';
import { type Category, readCategory } from './categories.ts';
import { readSection, type Section } from './sections.ts';

/** A folder read by itself. */
export interface FolderReading {
  kind: 'category' | 'season' | 'title';
  category?: Category;
  season?: number;
  title?: string;
  year?: number;
  ids: ProviderIds;
  /** The name may also be a category's: a file that names its show is believed first. */
  weak?: boolean;
  /** The name reads like one release (`Dark.S01E03.1080p-GRP`): an episode marker, or a year with tags. */
  marker?: Marker | undefined;
  /** The name carries tags of a release. */
  release?: boolean;
  /** What these tags say of the picture. */
  resolution?: string;
  /** The day of a daily show that is in the name, and where. */
  date?: string;
  /** What the name is inside a title's folder; elsewhere it is a title (`Animes/Romance Saga`, `Films/Volume 1`). */
  section?: Section;
  /** The season's word is also another one's (`Livre II`): no season among films. */
  loose?: boolean;
  /** Title and year where a year stands in front (`1962 - Dr No`), which may as well be the title's (`2001 - L'Odyssée`). */
  front?: { title: string; year: number };
  /** The name says that all of it is here (`L'intégrale`). */
  whole?: boolean;
  /** The name counts episodes (`Accel World 01-24`). */
  batch?: boolean;
}
const cache = new Map<string, FolderReading>();

/** Reads one folder name. Remembered, because thousands of files share a folder. */
export function readFolder(name: string): FolderReading {
  const known = cache.get(name);
  if (known) return known;
  if (cache.size > 20_000) cache.clear();
  const folder = parseFolder(name);
  cache.set(name, folder);
  return folder;
}

/** The same of a name that is a title, whatever else it looks like. */
export function asTitle(name: string): FolderReading {
  const { text, folded, ids } = cleanFolderName(name);
  return titleUpTo(text, folded, folded.length, ids);
}

/** `Saison 1`, `Show Season 2`, `3. Staffel`, `S01`; `Series 2023` is no season, but a category. */
const seasonShape = new RegExp(
  `(?<![a-z0-9]|[a-z0-9]')(?:(?:${seasonWord}|serie|temp|livre)[ ._-]*((?:(?<!series?[ ._-]*)\\d{1,4}|\\d{1,2})(?!\\d))|(\\d{1,2})${rankEnd}?[ ._]*${rankedSeasonWord}(?![a-z])|s[ ._]?(\\d{1,2})(?:d\\d{1,2})?(?![a-z0-9]))`,
  'i',
);
/** `Livre II`, `Book 2 - Earth`, `Saison un`, `Third Season`. */
const spelledSeason = new RegExp(
  `(?:(?<![a-z0-9]|[a-z0-9]')(?:saison|season|livre|staffel|stagione|temporada|seizoen)|(?:^|[ ._]-[ ._]+)book)[ ._-]*(${countInWords}|\\d{1,2}(?!\\d))(?=$|[ ._]*[-:([])|(?:^|[ ._]-[ ._]+)(${rankInWords})[ ._]${rankedSeasonWord}(?=$|[ ._]*[-:([])`,
  'i',
);
/** Other scripts: `第1季`, `시즌 2`, `Сезон 3`, `4 сезон`, `シーズン5` (Jellyfin reads them as well). */
const foreignSeason =
  /(?:\u7b2c|\uc2dc\uc98c|\u0441\u0435\u0437\u043e\u043d|\u30b7\u30fc\u30ba\u30f3)[ ._]*(\d{1,3})(?!\d)|(\d{1,2})[ ._]*(?:\u5b63|\u0441\u0435\u0437\u043e\u043d)/i;
const seasonAgain = new RegExp(
  `(?<=\\S)[ ._]+(?:-[ ._]+)?(?:${seasonWord}|temp)[ ._]?(\\d{1,2})(?=[ ._]*[[(-])`,
  'i',
);
const specialsShape =
  /^(?:speciale?s?|specialen|speciaux|speciali|spezial|especial|especiales|especiais|sonderfolgen?|episodes?[ ._-]speciaux|hors[ ._-]?series?|hs|oavs?|ovas?|oads?)$/i;
const severalSeasons =
  /(?<![a-z0-9]|[a-z0-9]')(?:saisons?|seasons?|s)[ ._]?\d{1,2}[ ._]*(?:-|a|to|et|&)[ ._]*(?:saison|season|s)?[ ._]?\d{1,2}(?![\dp])/i;
const yearShape = /[ ._([-](18[89]\d|19\d\d|20[0-3]\d)(?=[)\]]|[ ._]|$)/g;

function parseFolder(name: string): FolderReading {
  const { text, folded, ids } = cleanFolderName(name);
  const category = Object.keys(ids).length === 0 ? readCategory(folded) : undefined;
  if (category) return { kind: 'category', category, ids };
  if (specialsShape.test(folded)) return { kind: 'season', season: 0, ids };
  if (/^hors[ ._-]saison$/i.test(folded)) return { kind: 'season', season: 0, loose: true, ids };
  const marker = findMarker(folded);
  // `Star Wars Episode 3 (2005)` is a film's folder.
  const isFilm = marker?.bare && folded.slice(marker.end).search(yearShape) >= 0;
  if (marker && !isFilm) {
    // `Show - Temporada 2 [HDTV][Cap.208]` says it twice.
    const again = marker.season === undefined ? null : seasonAgain.exec(folded.slice(0, marker.start));
    const isSame = again !== null && Number(again[1]) === marker.season;
    return { ...titleUpTo(text, folded, isSame ? again.index : marker.start, ids), marker };
  }
  const date = findDate(folded);
  if (date && date.start > 0) return { ...titleUpTo(text, folded, date.start, ids), date: date.date };
  const several = severalSeasons.exec(folded);
  if (several) return titleUpTo(text, folded, several.index, ids);
  const season = findSeason(folded);
  if (season) {
    const number = readCount(season[1] ?? season[2] ?? (season[3] as string));
    const before = titleUpTo(text, folded, season.index, ids);
    // `Season 2009` is a season, `Four.Seasons.2005` a title with a year.
    if (number >= 1900 && before.title) return titleUpTo(text, folded, folded.length, ids);
    const folder: FolderReading = { kind: 'season', season: number, ids };
    if (/livre|book/i.test(season[0])) folder.loose = true;
    // `3 - Saison 3` keeps the folders in order.
    if (before.title && Number(before.title) !== number && !isCategory(before.title)) {
      folder.title = before.title;
      if (before.year) folder.year = before.year;
    }
    return folder;
  }
  const han = findHanSeason(text);
  if (han) {
    const { title } = titleUpTo(text, folded, han.at, ids);
    return { kind: 'season', season: han.season, ids, ...(title && { title }) };
  }
  const folder = titleUpTo(text, folded, folded.length, ids);
  const section = readSection(folded);
  return section ? { ...folder, section } : folder;
}

/** `Intégrale` is no title; with an article a word of that kind is one: `La Série`. */
function isCategory(title: string): boolean {
  return readCategory(/^l(?:a|es?)[ ._]/i.test(title) ? title : foldAccents(title)) !== undefined;
}

/** A folder of a season as well as a show of that name: `Serie 7`. */
const serieShape = /^series?(?![a-z])/i;

/** `Serie 7 - Saison 2` is the second season of that show. */
function findSeason(folded: string): RegExpExecArray | null {
  const season = seasonShape.exec(folded);
  if (!season) return foreignSeason.exec(folded) ?? spelledSeason.exec(folded);
  if (!serieShape.test(season[0])) return season;
  const end = season.index + season[0].length;
  const next = seasonShape.exec(folded.slice(end));
  if (!next || serieShape.test(next[0])) return season;
  next.index += end;
  return next;
}

/** Whether the name of a season's folder may be that of a show too. */
export function mayBeSerie(name: string): boolean {
  return serieShape.test(cleanFolderName(name).folded);
}

/** Numbers of the first and the last episode at the end of a title: `01-24`, `[1-24]`, `101 à 200`. */
const batchShape =
  /(?<![ ._])[ ._]+(?:-[ ._]+)?[([]?(\d{1,4})[ ._]?(?:-|~|a)[ ._]?(\d{2,4})[)\]]?(?:[ ._(-]|\[[^\]]*$)*$/i;
/** `(2008-2013)`, `(2019-)`: the years of a series. */
const spanShape = /[([](19\d\d|20[0-3]\d)[ ._]?-[ ._]?(?:(?:19|20)\d\d|present|\.{3})?[ ._]?[)\]]/i;
const completeShape =
  /(?<![ ._-])[ ._-]+[([]?(?:l'?[ ._]?)?(?:integrale|complete|collection|coffret)(?![a-z])|^(?:l')?integrale(?:[ ._]+|[ ._]*-[ ._]+)(?:d[eu]s?[ ._]|la[ ._]serie[ ._])?(?=\S)/i;

/** Title and year of the part of a folder's name before `end`. */
function titleUpTo(text: string, folded: string, end: number, ids: ProviderIds): FolderReading {
  const folder: FolderReading = { kind: 'title', ids };
  const front = yearInFront(folded.slice(0, end));
  let start = /^\[[^\]]*\][ ._]*(?=\S)/.exec(folded)?.[0].length ?? 0;
  const edition = quotedEdition({ text, folded });
  const tag = findTag(folded.slice(start), (edition?.at ?? -1) - start);
  const stop = tag > 0 ? Math.min(end, tag + start) : end;
  let cut = stop;
  // A tag in quotes ends the title and not what else is said of it: `Film "Version longue" (1966)`.
  const lastYear = edition ? end : stop;
  for (const match of folded.slice(0, end).matchAll(yearShape)) {
    if (match.index > start && match.index <= lastYear && !/\d-$/.test(folded.slice(0, match.index + 1))) {
      folder.year = Number(match[1]);
      cut = Math.min(stop, match.index);
    }
  }
  const span = spanShape.exec(folded.slice(0, end));
  if (span && span.index > start) {
    folder.year = Number(span[1]);
    cut = Math.min(cut, span.index);
  }
  const complete = completeShape.exec(folded.slice(0, cut));
  if (complete?.index === 0) start = complete[0].length;
  else if (complete && !opensTitle(folded.slice(0, complete.index))) cut = complete.index;
  if (complete && /integrale/i.test(complete[0])) folder.whole = true;
  const batch = folder.year === undefined ? batchShape.exec(folded.slice(start, cut)) : null;
  if (batch && isBatch(batch[1] as string, batch[2] as string)) {
    cut = start + batch.index;
    folder.batch = true;
  }
  if (folder.year !== undefined && end === folded.length) cut = withoutTail(folded, start, cut, otherTitle);
  const title = cutTitle(text, start, cut);
  if (title) folder.title = title;
  if (tag > 0) {
    folder.release = true;
    const { resolution } = readRelease(folded);
    if (resolution) folder.resolution = resolution;
  }
  if (front && folder.year === undefined) {
    const rest = cutTitle(text, front.end, cut);
    if (front.boxed && rest) Object.assign(folder, { title: rest, year: front.year });
    else if (rest) folder.front = { title: rest, year: front.year };
  }
  return folder;
}

/** A run from one, or between two numbers written alike (`101-200`): `50-50` and `9-11` are titles. */
function isBatch(first: string, last: string): boolean {
  const runs = Number(last) > Number(first) && !/^(?:19|20)\d\d$/.test(last);
  return runs && (Number(first) <= 1 || first.length === last.length);
}
