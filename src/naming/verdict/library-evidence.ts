import type { Marker } from '../episodes/marker.ts';
import type { Reading, ShowReading } from '../file/reading.ts';
import { findTitle } from '../text/titles.ts';
import { hasBracketedYear } from '../text/years.ts';
import { isWeakName } from './weak-names.ts';

/*
 * What the library reads of season and episode. It knows more forms than ours and takes more for one: alone it is believed
 * where it names both, or a season without a film's year; beside a number of ours it may name the season.
 */

/** A season beyond that is a year, or the width of a picture. */
const maxSeason = 60;
/** Episodes of one file: what runs on further is a title or a date. */
const maxRun = 100;

/** The show that the library alone sees. */
export function libraryShow(reading: Reading): ShowReading | undefined {
  const { release, name, ancestors, year } = reading;
  const { seasons, episodes } = release;
  const season = seasons[0];
  if (season === undefined || season > maxSeason || ancestors.category === 'movies') return undefined;
  if (isWeakName(name.folded, reading)) return undefined;
  // `50-50.2011`, `Open Season 2.2008`: a year says that the numbers are a film's own.
  if (year || hasBracketedYear(name.folded) || episodes.length > maxRun) return undefined;
  if (isTitlePair(name.folded, season, episodes[0])) return undefined;
  const title = libraryTitle(reading);
  const end = title?.end ?? 0;
  return {
    marker: { start: end, end, season, episodes: [...episodes].sort((a, b) => a - b), bare: false },
    how: 'library',
    titleAt: title ?? { start: 0, end: 0 },
  };
}

/** `Fahrenheit 9-11`, `50-50`: no zero in front of a number, and words in front of both, or one number twice. */
function isTitlePair(folded: string, season: number, episode: number | undefined): boolean {
  if (episode === undefined) return false;
  const at = folded.search(new RegExp(`(?<!\\d)${season}-${episode}(?!\\d)`));
  return at > 0 || (at === 0 && season === episode);
}

/** A number of ours with the season, and the run of episodes, that the library sees with it. */
export function withLibrary(reading: Reading, show: ShowReading): ShowReading {
  const { marker } = show;
  const { seasons, episodes } = reading.release;
  const [season] = seasons;
  if (!marker || marker.season !== undefined || marker.decimal || marker.episodes.length === 0) return show;
  if (!episodes.includes(marker.episodes[0] as number)) return show;
  const isRun = episodes.length > marker.episodes.length && episodes.length <= maxRun;
  const isOne = seasons.length === 1 && season !== undefined && season <= maxSeason;
  // `Show Ep. 12-13`: what it takes for a season is our episode.
  if (!isOne || isOwnNumber(reading.name.folded, marker, season)) return show;
  const grown: Marker = { ...marker, season, ...(isRun && { episodes: [...episodes] }) };
  const title = libraryTitle(reading);
  const own = show.titleAt ?? { start: 0, end: marker.start };
  const isShorter = title !== undefined && title.end < own.end && title.end > own.start;
  return { ...show, marker: grown, ...(isShorter && { titleAt: title }), seasonOf: 'library' };
}

/** Whether the only place where the season stands is that of the episode. */
function isOwnNumber(folded: string, { start, end, episodes }: Marker, season: number): boolean {
  if (episodes.length < 2 || episodes[0] !== season) return false;
  const rest = `${folded.slice(0, start)} ${folded.slice(end)}`;
  return !new RegExp(`(?<!\\d)0*${season}(?!\\d)`).test(rest);
}

function libraryTitle({ release, name }: Reading): { start: number; end: number } | undefined {
  return release.title ? findTitle(name.folded, release.title) : undefined;
}
