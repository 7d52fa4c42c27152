import { type AirDate, findDate } from '../episodes/dates.ts';
import type { Marker } from '../episodes/marker.ts';
import { findMarker } from '../episodes/markers.ts';
import { type Ancestors, readAncestors } from '../folders/ancestors.ts';
import { splitDiscFolder } from '../folders/disc-folders.ts';
import { extraName } from '../folders/extras.ts';
import { type BoxedName, findHanSeason, readBoxedName } from '../text/boxed-names.ts';
import { type CleanName, cleanFileName } from '../text/clean.ts';
import { quotedEdition } from '../text/editions.ts';
import { isOther, isSubtitle } from '../text/file-kinds.ts';
import { findTag, type ReleaseTags, readRelease } from '../text/release-tags.ts';
import { ownYear } from '../text/years.ts';

/** Everything that was read from one path by itself, before it is merged. */
export interface Reading {
  path: string;
  name: CleanName;
  ancestors: Ancestors;
  release: ReleaseTags;
  /** Index of the first release tag in the name, -1 = none. */
  tagAt: number;
  marker: Marker | undefined;
  date: AirDate | undefined;
  /** The year that the name carries, and where. */
  year: { at: number; year: number } | undefined;
  extra: string | undefined;
  /** What kind of extra its words name where its number says that it is an episode. */
  extraWord?: string;
  /** The word for the extra is joined by a space alone: the title's where nothing beside it has that title. */
  isLooseExtra?: boolean;
  isSubtitle: boolean;
  /** The number and the titles of a name made of boxes. */
  boxed?: BoxedName;
  /** A season that stands among Chinese words. */
  hanSeason?: number;
  /** Absent = not known. */
  sizeBytes?: number;
}

/** How an episode was found, undefined when the file is no part of a show. */
export interface ShowReading {
  marker?: Marker;
  date?: AirDate;
  how: 'marker' | 'siblings' | 'folder marker' | 'date' | 'bare number' | 'season' | 'library';
  /** Who names the season, where that is not who names the episode. */
  seasonOf?: 'library';
  /** The numbers beside it run on, so that they are believed before what its own name seems to say. */
  isSteady?: boolean;
  /** The lowest of the numbers that count episodes beside it. */
  lowest?: number;
  /** Where the show's title stands, where that is not in front of the marker. */
  titleAt?: { start: number; end: number };
}

/** How many folders a slash within brackets may seem to open. */
const maxSplits = 12;

/** `Lucy (HDRip / 2014)`, `[港口/Harbor][05]`: a slash within brackets opens no folder. Takes the first half off `folders`. */
function joinBrackets(folders: string[], fileName: string): string {
  const close = /^[^()[\]\u3010\u3011]{0,60}([)\]\u3011])/.exec(fileName)?.[1];
  if (close === undefined) return fileName;
  const open = close === ')' ? '(' : close === ']' ? '[' : '\u3010';
  for (let at = folders.length - 1; at >= 0 && folders.length - at <= maxSplits; at--) {
    const folder = folders[at] as string;
    if (folder.lastIndexOf(close) > folder.lastIndexOf(open)) return fileName;
    if (!folder.includes(open)) continue;
    const joined = [...folders.splice(at), fileName].join(close === ')' ? ' ' : '|');
    return joinBrackets(folders, joined);
  }
  return fileName;
}

const language = '(?:ukr|rus|eng|fre|fra|ger|deu|ita|spa|jap|jpn|kor|chi)';
const languageEnd = new RegExp(`(?<![a-z])${language}$`, 'i');
const languageStart = new RegExp(`^${language}(?![a-z])`, 'i');

/** `港口 / Harbor - 05`, `Harbor Ukr/Eng`: between spaces, or two languages, a slash opens no folder either. */
function joinHalves(folders: string[], fileName: string): string {
  const before = folders.at(-1);
  if (before === undefined) return fileName;
  const isSpaced = before.endsWith(' ') && fileName.startsWith(' ');
  if (!isSpaced && !(languageEnd.test(before) && languageStart.test(fileName))) return fileName;
  folders.pop();
  return joinHalves(folders, `${before}/${fileName}`);
}

/** `Show-trailer`: behind a hyphen alone it is a kind of extra to every media server. */
const extraSuffix =
  /(?<=[^ ._])-(?:trailer|teaser|featurette|deleted(?:[ ._-]?scenes?)?|behind[ ._-]?the[ ._-]?scenes|interview|scene|clip|short|extra|other)$/i;

/** An episode with an explicit number is one, also where its title is made of words for extras (`S01E05 - The Trailer`). */
function ownExtra(
  extra: string | undefined,
  folded: string,
  marker: Marker | undefined,
  season: number | undefined,
): string | undefined {
  if (extra === undefined || extra === 'sample' || extraSuffix.test(folded)) return extra;
  const isMarked = marker !== undefined && !marker.bare && marker.episodes.length > 0;
  if (isMarked) return undefined;
  const isNumbered = marker ? marker.episodes.length > 0 : /^\d{1,3}(?=[ ._-])/.test(folded);
  return isNumbered && (marker?.season ?? season) === 0 ? undefined : extra;
}

const looseWord = /(?<=[\p{L}\p{N},!?')] )(?:trailer|teaser|sample|bande-annonce)$/iu;

/** `The Long, Long Trailer`: neither a dash nor a year, a number or a tag keeps the word apart from the others. */
function isLooseExtra(
  folded: string,
  ancestors: Ancestors,
  marker: Marker | undefined,
  tagAt: number,
): boolean {
  const isApart = ancestors.extra !== undefined || marker !== undefined || tagAt >= 0;
  return (
    !isApart &&
    /[rem]$|e$/i.test(folded.slice(-1)) &&
    looseWord.test(folded.slice(-40)) &&
    !/(?:19|20)\d\d/.test(folded)
  );
}

/** `Show.S04E07.1080p-GRP/s2e2fYzx5xJhuBj`: one long word with digits in it, in the folder of one episode. */
function hidesIts(folded: string, { title }: Ancestors): boolean {
  return title?.marker?.episodes.length === 1 && hidden.test(folded);
}
const hidden = /^(?=.*\d)(?=.*[a-z]\d?[A-Z]|[a-f\d]{20,}$)[a-zA-Z\d]{16,}$/;

/** A mark and nothing else, or one of season 0. */
const numberAlone = /^[ ._-]*(?:v\d)?$/i;

/**
 * `Show/Extras/Episode 03`, `Show/Bonus/Show S00E03`: in a folder of extras of all kinds what is numbered as an episode, and
 * called nothing else, is a special of the series around it. A film has none.
 */
function freeSpecials(folded: string, ancestors: Ancestors, marker: Marker | undefined): void {
  const { extra, title, category } = ancestors;
  if (extra !== 'unknown' || !marker || marker.decimal || marker.episodes.length === 0) return;
  if (title?.title === undefined || title.year !== undefined || category === 'movies') return;
  const isAlone = marker.bare && marker.start === 0 && numberAlone.test(folded.slice(marker.end));
  if (marker.season !== 0 && !isAlone) return;
  delete ancestors.extra;
  ancestors.season = 0;
}

/** Reads a path by itself; undefined when it names neither a video nor a subtitle. */
export function readPath(path: string, sizeBytes?: number): Reading | undefined {
  const folders = path.split('/').filter((segment) => segment !== '');
  const fileName = joinHalves(folders, joinBrackets(folders, folders.pop() ?? ''));
  if (fileName === '' || isOther(fileName)) return undefined;
  const name = cleanFileName(fileName);
  const { folded } = name;
  const mark = findMarker(folded);
  const ancestors = readAncestors(splitDiscFolder(folders), { folded, marker: mark });
  const quoted = quotedEdition(name);
  const tagAt = findTag(folded, quoted?.at);
  const marker = hidesIts(folded, ancestors) ? undefined : mark;
  freeSpecials(folded, ancestors, marker);
  // The library takes the end `.ts` for a TeleSync.
  const end = name.extension === 'ts' ? 'mpg' : name.extension;
  const release = readRelease(end ? `${folded}.${end}` : folded);
  if (quoted?.edition) release.edition ??= quoted.edition;
  const boxed = readBoxedName(name.text, folded);
  const han = findHanSeason(name.text);
  const extraWord = ancestors.extra === undefined ? extraName(folded, ancestors.title) : undefined;
  const extra = ancestors.extra ?? ownExtra(extraWord, folded, marker, ancestors.season);
  return {
    path,
    name,
    ancestors,
    release,
    tagAt,
    marker,
    date: findDate(folded),
    year: ownYear(folded, release.year, tagAt),
    extra,
    isSubtitle: isSubtitle(fileName),
    ...(extra === undefined && extraWord !== undefined && { extraWord }),
    ...(isLooseExtra(folded, ancestors, marker, tagAt) && { isLooseExtra: true }),
    ...(boxed && { boxed }),
    ...(han && { hanSeason: han.season }),
    ...(sizeBytes !== undefined && { sizeBytes }),
  };
}
