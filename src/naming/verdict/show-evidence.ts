import { findBareNumber } from '../episodes/bare-numbers.ts';
import { isCameraTake } from '../episodes/camera-takes.ts';
import { between } from '../episodes/chains.ts';
import { type AirDate, dayInFolder, dayOfDigits } from '../episodes/dates.ts';
import type { Marker } from '../episodes/marker.ts';
import { findSceneNumber, findTakenPart } from '../episodes/markers.ts';
import { groupEnd } from '../episodes/numbers.ts';
import { findSeason, withSeason } from '../episodes/seasons.ts';
import { findNamedSpecial, findNumberedSpecial, findShowSpecial, findSpecial } from '../episodes/specials.ts';
import type { Reading, ShowReading } from '../file/reading.ts';
import { isSeries } from '../folders/categories.ts';
import type { Evidence } from '../siblings/siblings.ts';
import type { BoxedName } from '../text/boxed-names.ts';
import { foldAccents } from '../text/clean.ts';
import type { Recognition } from '../text/recognition.ts';
import { findTitle, sameTitleKey } from '../text/titles.ts';
import { hasBracketedYear } from '../text/years.ts';
import { libraryShow, withLibrary } from './library-evidence.ts';
import { isPlaceholder, isWeakName } from './weak-names.ts';

/** One way to see an episode in a path, and how strong it is: the strongest that finds something is believed. */
interface EpisodeReader {
  weight: number;
  read(reading: Reading, evidence: Evidence): ShowReading | undefined;
}

/**
 * Explicit marks weigh more than what siblings say, and that more than a number alone. The weights are judged by
 * `npm run names`: exchange two of them, and it says which names become right and wrong.
 */
const readers: readonly EpisodeReader[] = [
  { weight: 100, read: readMark },
  { weight: 95, read: readDay },
  { weight: 92, read: readDayInFolder },
  { weight: 91, read: readDayAlone },
  { weight: 90, read: readOwnSpecial },
  { weight: 80, read: readBeside },
  { weight: 70, read: readReleaseFolder },
  { weight: 60, read: readNumber },
  { weight: 50, read: readWholeSeason },
  { weight: 45, read: readScene },
  { weight: 40, read: readFolderMark },
  { weight: 30, read: (reading, { film }) => (film ? undefined : libraryShow(reading)) },
  {
    weight: 10,
    read: ({ ancestors }, { film }) =>
      ancestors.season === undefined || film ? undefined : { how: 'season' },
  },
];
const strongestFirst = readers.toSorted((a, b) => b.weight - a.weight);

/** What the path says of an episode; undefined when it is no part of a show. */
export function readShow(reading: Reading, evidence: Evidence): ShowReading | undefined {
  for (const { read } of strongestFirst) {
    const show = read(reading, evidence);
    if (show) return show;
  }
  return undefined;
}

/** What else was offered for season and episodes and weighed less, for a person; undefined where nothing disagrees. */
export function readDissent(reading: Reading, result: Recognition): string | undefined {
  const { season, episodes } = result;
  const folder = reading.ancestors.season;
  const others: string[] = [];
  if (season !== undefined && folder !== undefined && folder !== season)
    others.push(`the folder's S${folder}`);
  const { seasons, episodes: seen } = reading.release;
  const differs =
    seasons.length === 1 && seen.length > 0 && (seasons[0] !== season || seen.join() !== episodes?.join());
  if (differs && season !== undefined && episodes)
    others.push(`the library's S${seasons[0]}E${shortRun(seen)}`);
  return others.length === 0 ? undefined : `weighed: more than ${others.join(' and ')}`;
}

function shortRun(numbers: readonly number[]): string {
  return numbers.length > 1 ? `${numbers[0]}-${numbers.at(-1)}` : String(numbers[0]);
}

function readMark(reading: Reading): ShowReading | undefined {
  const { marker, date } = reading;
  if (!marker || isFilmNumber(marker, reading)) return undefined;
  return date ? withDate(reading, marker, date) : withLibrary(reading, { marker, how: 'marker' });
}

function readDay({ name: { folded }, ancestors, date }: Reading): ShowReading | undefined {
  // `Films/12 août 2005.mkv`, `11 septembre 2001 (2002).avi`: titles.
  const opensFilm = date?.start === 0 && hasBracketedYear(folded.slice(date.end));
  return date && ancestors.category !== 'movies' && !opensFilm ? { date, how: 'date' } : undefined;
}

/** A day that is told by the folder of its month, or by a folder of its own around the name of the show (`Show/2021-03/24`). */
function readDayInFolder(reading: Reading): ShowReading | undefined {
  const { name, ancestors, marker, date } = reading;
  const { days, title, category } = ancestors;
  if (!days || marker || date || category === 'movies' || title?.title === undefined) return undefined;
  const isOwn =
    days.day === undefined || isWeakName(name.folded, reading) || isNamed(name.folded, title.title);
  const day = isOwn ? dayInFolder(behindTitle(name.folded, title.title), days) : undefined;
  return day && { date: day, how: 'date', titleAt: { start: 0, end: 0 } };
}

/** `Show du 14` in a folder of `Show`: what is left is the day. */
function behindTitle(folded: string, title: string): string {
  const found = findTitle(folded, foldAccents(title));
  const joint = found?.start === 0 ? dayJoint.exec(folded.slice(found.end)) : null;
  return found && joint ? folded.slice(found.end + joint[0].length) : folded;
}
const dayJoint = /^[ ._-]+(?:(?:du|vom|of|del|de|van|am)[ ._]+)?(?=\d)/i;

/** `Show/230321.mkv`: six digits alone in the folder of a show are a day. */
function readDayAlone({ name, ancestors }: Reading): ShowReading | undefined {
  const { title, category } = ancestors;
  if (category === 'movies' || title?.title === undefined || title.year !== undefined) return undefined;
  const day = dayOfDigits(name.folded);
  return day && { date: day, how: 'date', titleAt: { start: 0, end: 0 } };
}

function isNamed(folded: string, title: string): boolean {
  return sameTitleKey(folded) === sameTitleKey(title);
}

function readOwnSpecial({ name, ancestors }: Reading): ShowReading | undefined {
  const special = ancestors.season === 0 ? findNumberedSpecial(name.folded) : undefined;
  return special && { marker: special, how: 'season' };
}

/** A name that says nothing in a folder that is one episode's release (`Dark.S01E03.MULTi/abc123xyz.mkv`, `dark.103.mkv`). */
function readReleaseFolder(reading: Reading): ShowReading | undefined {
  const { name, ancestors } = reading;
  const marker = ancestors.marker ?? ancestors.title?.marker;
  if (marker?.episodes.length === 1) return { marker, how: 'folder marker' };
  const day = ancestors.title?.date;
  if (!day || !isWeakName(name.folded, reading)) return undefined;
  return { date: { start: 0, end: 0, date: day }, how: 'folder marker' };
}

function readNumber(reading: Reading, evidence: Evidence): ShowReading | undefined {
  const bare = evidence.film ? undefined : readBareNumber(reading, evidence);
  return bare && withLibrary(reading, bare);
}

function readWholeSeason(reading: Reading): ShowReading | undefined {
  const isAmongFilms = reading.ancestors.category === 'movies';
  const season = readSeason(reading) ?? (isAmongFilms ? undefined : readSpecial(reading));
  return season && { marker: season, how: 'season' };
}

function readScene({ name, release }: Reading): ShowReading | undefined {
  const scene = findTakenPart(name.folded) ?? findSceneNumber(name.folded, release.year !== undefined);
  return scene && { marker: scene, how: 'bare number' };
}

function readFolderMark({ ancestors }: Reading): ShowReading | undefined {
  const marker = ancestors.marker ?? ancestors.title?.marker;
  return marker && marker.episodes.length > 0 ? { marker, how: 'folder marker' } : undefined;
}

/** What siblings say; where their numbers do not run on, only as far as the name itself says nothing else. */
function readBeside(reading: Reading, evidence: Evidence): ShowReading | undefined {
  const { show } = evidence;
  const counted = show?.marker;
  if (!show || !counted) return show;
  if (!show.isSteady) {
    if (reading.year && reading.year.at > counted.start) return undefined;
    const own = readAlone(reading, evidence);
    const isSame = own?.marker?.start === counted.start && own.marker.season === undefined;
    if (own && !isSame) return undefined;
  }
  return weighSiblings(reading, show);
}

/** What a name says of a number, a season or an episode without explicit marks. */
function readAlone(reading: Reading, evidence: Evidence): ShowReading | undefined {
  for (const read of [readReleaseFolder, readNumber, readWholeSeason, readScene, readFolderMark]) {
    const own = read(reading, evidence);
    if (own) return own;
  }
  return libraryShow(reading);
}

/** What siblings say, unless the name itself says more: a season (`Show.204.hdtv`), or a run (`Show - 01 ~ 12`). */
function weighSiblings(reading: Reading, show: ShowReading): ShowReading {
  const { name, release, ancestors } = reading;
  const first = show.marker?.episodes[0];
  if (first === undefined || ancestors.category === 'anime') return show;
  const scene = findSceneNumber(name.folded, release.year !== undefined);
  const isSame = scene?.season !== undefined && scene.season * 100 + (scene.episodes[0] ?? 0) === first;
  if (scene && isSame && ancestors.season === undefined) return { marker: scene, how: 'bare number' };
  const own = runShape.test(name.folded) ? readAlone(reading, {}) : undefined;
  const isRun = own?.marker?.episodes[0] === first && (own.marker.episodes.length ?? 0) > 1;
  return isRun && own ? own : show;
}

/** `01 ~ 12`, `091-123`, `01 - 24`: two numbers of which the second may end a run. */
const runShape = /~|(?<!\d)(?:\d{1,2} ?- ?\d{2,3}|\d{3} ?- ?\d{3,4})(?!\d)/;

/** A show whose name has a day beside its marker: the title ends at the first of both. */
function withDate({ name: { folded } }: Reading, marker: Marker, date: AirDate): ShowReading {
  const end = date.start > 0 ? Math.min(date.start, marker.start) : marker.start;
  return { marker, date, how: 'marker', titleAt: { start: Math.min(end, groupEnd(folded)), end } };
}

/** A whole season; one file that a year follows is a film (`Open Season 2 (2008).avi`), a folder of that name is none. */
function readSeason({ name: { folded, extension }, tagAt, release }: Reading): Marker | undefined {
  const season = findSeason(folded);
  // `DD5.1-S56`: a group.
  if (season && tagAt >= 0 && season.start > tagAt && folded[season.start - 1] === '-') return undefined;
  const isFilm =
    season?.bare === false && extension !== '' && /^ [([](?:19|20)\d\d[)\]]/.test(folded.slice(season.end));
  const [first] = release.seasons;
  if (season?.bare && release.seasons.length > 1 && first !== undefined) return { ...season, season: first };
  return isFilm ? undefined : season;
}

/** A special without a number; among series a plain word for one behind the show's title is enough. */
function readSpecial({ name: { folded }, ancestors }: Reading): Marker | undefined {
  const title = isSeries(ancestors.category) ? ancestors.title?.title : undefined;
  return (
    findSpecial(folded) ?? findNamedSpecial(folded) ?? (title ? findShowSpecial(folded, title) : undefined)
  );
}

function readBareNumber(reading: Reading, evidence: Evidence): ShowReading | undefined {
  const { name, ancestors, release, year } = reading;
  const { folded } = name;
  if (isCameraTake(folded)) return undefined;
  if (ancestors.title?.year !== undefined && !isSeries(ancestors.category) && isPlaceholder(folded))
    return undefined;
  const series = isSeries(ancestors.category) || ancestors.title?.batch === true || isChapter(reading);
  const { boxed } = reading;
  const marker =
    (boxed && boxedMarker(boxed)) ??
    findBareNumber(folded, {
      series,
      anime:
        ancestors.category === 'anime' ||
        folded.startsWith('[') ||
        /(?<![a-z])vosta?(?:fr)?(?![a-z])/i.test(folded),
      section: ancestors.inSection === true,
      films: ancestors.category === 'movies',
      bracketedYear: hasBracketedYear(folded),
      ...(ancestors.season !== undefined && { season: ancestors.season }),
      ...(ancestors.title?.title && { title: ancestors.title.title }),
    });
  if (!marker) return readFrontNumber(reading);
  // `Show 00 S01`: of the title.
  if (/^[ ._]*s\d{1,2}(?![a-z0-9])/i.test(folded.slice(marker.end))) return undefined;
  if (evidence.constants?.includes(marker.start)) return undefined;
  const inShow = series || ancestors.season !== undefined || folded.startsWith('[');
  const isRun = marker.episodes.length > 2 && (marker.episodes[0] ?? 0) >= 100;
  if (release.year !== undefined && !inShow && !isRun) {
    // A year makes a film, unless a number of two digits or more counts on behind it: `Berserk 1997 - 05`.
    const isBehind = year !== undefined && year.at < marker.start;
    const isCounted =
      /[([](?:19|20)\d\d[)\]] - $/.test(folded.slice(0, marker.start)) &&
      /^[1-9]\d \(\d{2,4}\)/.test(folded.slice(marker.start));
    const isBoxed = /^(?:0\d[ ._]*\([^)]*\)[ ._]*\[|\d\d[ ._]*\([^)]*\)[ ._]*\[[^\]]*subs)/i.test(
      folded.slice(marker.start),
    );
    if (
      !isBoxed &&
      !isCounted &&
      (!isBehind || !/^(?!(?:480|576|720|1080|2160)(?!\d))(?:0\d|\d{3})/.test(folded.slice(marker.start)))
    )
      return undefined;
  }
  // `Séries/13.Hours.2016`: a number in front counts only where the folders name a show.
  const isNamed = ancestors.title ?? ancestors.seasonTitle ?? ancestors.lastResort ?? ancestors.season;
  if (marker.start === 0 && isNamed === undefined) return undefined;
  // `[Group] Title Season 3 [05]`
  const ownSeason = marker.season === undefined && ancestors.season === undefined && folded.startsWith('[');
  return { marker: ownSeason ? withSeason(folded, marker) : marker, how: 'bare number' };
}

function boxedMarker({ start, end, digits, lastDigits }: BoxedName): Marker {
  const first = Number(digits);
  const last = Number(lastDigits ?? digits);
  const episodes = last - first <= 300 ? between(first, last) : [first];
  return { start, end, episodes, bare: true };
}

const frontNumber = /^(\d{3})(?:-(\d{3}))?(?:[ ._]+-[ ._]+|\.[ ._]+)(?=[a-z])/i;
const folderNumber = /^(0\d|\d{2,3})(?=$|[ ._]*-[ ._]*[a-z])/i;

/**
 * A number that opens a name and that the library takes for an episode as well: one of three digits (`004 - A title`), and
 * in the folder of one title any with two (`Show/02.avi`, `Show/02 - A title.avi`), or behind that title (`Show/Show 12.avi`).
 */
function readFrontNumber({ name: { folded }, ancestors, year, release }: Reading): ShowReading | undefined {
  if (year || ancestors.category === 'movies' || ancestors.saga || ancestors.title?.year) return undefined;
  const inFolder =
    ancestors.title?.title !== undefined && !ancestors.title.release && !ancestors.title.marker;
  const title = inFolder ? findTitle(folded, foldAccents(ancestors.title?.title ?? '')) : undefined;
  const behind = title?.start === 0 ? /^[ ._-]+(\d{2,3})$/.exec(folded.slice(title.end)) : null;
  const found = behind ?? frontNumber.exec(folded) ?? (inFolder ? folderNumber.exec(folded) : null);
  if (!found) return undefined;
  const first = Number(found[1]);
  const last = Number(found[2] ?? found[1]);
  if (!behind && release.episodes[0] !== first) return undefined;
  const start = behind ? folded.length - behind[0].length : 0;
  const episodes = last > first && last - first <= 3 ? between(first, last) : [first];
  const end = behind ? folded.length : found[0].length;
  return { marker: { start, end, episodes, bare: true }, how: 'bare number' };
}

/** `Cosmos (2014)/01 - Un titre`: a list inside a title with a year. Among films it is one of films. */
function isChapter({ name: { folded }, ancestors, year }: Reading): boolean {
  const { title, saga, category, documentary } = ancestors;
  if (!title?.title || year !== undefined || saga || category === 'movies') return false;
  const isList = /^0\d[ ._]+-[ ._]+[a-z]/i.test(folded);
  if (!documentary) return isList && title.year !== undefined;
  const end = findTitle(folded, foldAccents(title.title));
  return (
    isList ||
    (end?.start === 0 &&
      /^[ ._]+-[ ._]+(?:(?:part(?:ie)?|chapitre|volet)[ ._]?)?\d{1,2}(?:$|[ ._]+-[ ._])/i.test(
        folded.slice(end.end),
      ))
  );
}

/** `Star Wars Episode 1 (1999)`, `Films/Star Wars Episode 4`: an episode number in the title of a film. */
function isFilmNumber(marker: Marker, { name, ancestors, year }: Reading): boolean {
  if (!marker.bare || isSeries(ancestors.category) || ancestors.season !== undefined) return false;
  // `Show.E05.2019`: nothing but the word written out stands in a title, and a film's part in its folder (`Heat.1of2`).
  const isSpelled = /^[a-z]{3,}[ ._-]*(?!0)/i.test(name.folded.slice(marker.start));
  const isCount = /^[\d([]/.test(name.folded.slice(marker.start));
  if (!isSpelled && !(isCount && ancestors.category === 'movies')) return false;
  const beforeYear = year !== undefined && year.at > marker.start;
  // `Episode.50.2011.FRENCH`: there is no show that it could be an episode of.
  if (marker.start === 0 && beforeYear && !ancestors.title && !ancestors.lastResort) return true;
  return (beforeYear || (ancestors.category === 'movies' && !year)) && (marker.episodes[0] ?? 0) < 10;
}
