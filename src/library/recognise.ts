import { findBareNumber } from './bare-numbers.ts';
import { cleanFileName } from './clean.ts';
import { extraName } from './extras.ts';
import { isOther, isSubtitle } from './file-kinds.ts';
import { type Above, readAbove } from './folders.ts';
import { readLanguages } from './languages.ts';
import { findDate, findMarker, findSeason, type Marker } from './markers.ts';
import { fillMovie } from './movie.ts';
import type { Reading, ShowReading } from './reading.ts';
import type { Recognition } from './recognition.ts';
import { findTag, readRelease } from './release-tags.ts';
import { fillShow } from './show.ts';

export { isSubtitle, isVideo } from './file-kinds.ts';
export type { ProviderIds, Recognition, RecognitionKind } from './recognition.ts';

/**
 * What the file at this account path is: a film, an episode, an extra, or nothing for the tree. Pure, needs no sibling
 * and no network. Follows the layers of facts naming: clean, extras, folders, markers, library, merge.
 *
 * A subtitle is read like the video it belongs to; the tree looks at `isVideo` and `isSubtitle` as well.
 */
export function recognise(path: string): Recognition {
  const folders = path.split('/').filter((segment) => segment !== '');
  const fileName = folders.pop() ?? '';
  const result: Recognition = { path, kind: 'unknown', confidence: 0, because: [] };
  if (fileName === '' || isOther(fileName)) return ignore(result, fileName);

  const name = cleanFileName(fileName);
  const above = readAbove(folders);
  const extra = above.extra ?? extraName(name.folded);
  const reading: Reading = {
    name,
    above,
    release: readRelease(name.extension ? `${name.folded}.${name.extension}` : name.folded),
    tagAt: findTag(name.folded),
    marker: findMarker(name.folded),
  };
  if (extra) {
    Object.assign(result, { kind: 'extra', extra, confidence: 0.9 });
    result.because.push(above.extra ? `extra: folder (${extra})` : `extra: name (${extra})`);
    return result;
  }
  if (isSubtitle(fileName)) result.because.push('subtitle');
  fillTags(result, reading);
  const show = readShow(reading);
  if (show) fillShow(result, reading, show);
  else fillMovie(result, reading);
  return result;
}

function readShow({ name, above, release, marker }: Reading): ShowReading | undefined {
  const { folded } = name;
  const inSeries = above.category === 'tv' || above.category === 'anime';
  const bracketedYear = /[([](?:18[89]|19\d|20\d)\d[)\]]/.test(folded);
  if (marker && !isFilmNumber(marker, bracketedYear || release.year !== undefined, inSeries, above)) {
    return { marker, how: 'marker' };
  }
  const date = findDate(folded);
  if (date) return { date, how: 'date' };
  const context = {
    series: inSeries,
    bracketedYear,
    ...(above.season !== undefined && { season: above.season }),
  };
  const bare = findBareNumber(folded, context);
  if (
    bare &&
    !(release.year !== undefined && !inSeries && above.season === undefined && !folded.startsWith('['))
  ) {
    return { marker: bare, how: 'bare number' };
  }
  const season = findSeason(folded);
  if (season) return { marker: season, how: 'season' };
  const scene = /[ ._](\d{1,3})(\d\d)[ ._](?:hdtv|pdtv|dsr)(?![a-z0-9])/i.exec(folded);
  if (scene && release.year === undefined) {
    const start = scene.index + 1;
    const found = {
      start,
      end: start + 3,
      season: Number(scene[1]),
      episodes: [Number(scene[2])],
      bare: false,
    };
    return { marker: found, how: 'bare number' };
  }
  // A name that says nothing in a folder that is one episode's release (Dark.S01E03.MULTi/abc123xyz.mkv).
  const folderMarker = above.title?.marker;
  if (folderMarker && folderMarker.episodes.length > 0) return { marker: folderMarker, how: 'folder marker' };
  if (above.season !== undefined) return { how: 'season' };
  return undefined;
}

/** `Star Wars Episode 1 (1999)`: an episode number in the title of a film. */
function isFilmNumber(marker: Marker, hasYear: boolean, inSeries: boolean, above: Above): boolean {
  return marker.bare && hasYear && !inSeries && above.season === undefined && (marker.episodes[0] ?? 0) < 10;
}

function fillTags(result: Recognition, reading: Reading): void {
  const { name, release, above } = reading;
  if (release.resolution) result.resolution = release.resolution;
  if (release.source) result.source = release.source;
  if (release.edition) result.edition = release.edition;
  if (release.group) result.group = release.group;
  const languages = readLanguages(name.folded.slice(languageStart(reading)));
  if (languages.length > 0) result.languages = languages;
  const ids = { ...above.ids, ...name.ids };
  if (Object.keys(ids).length > 0) {
    result.ids = ids;
    result.because.push(
      `ids: ${Object.keys(ids).join(', ')} in the ${Object.keys(name.ids).length ? 'name' : 'folder'}`,
    );
  }
}

/** Languages stand behind the year, the marker or the first tag; before that a word belongs to the title. */
function languageStart({ name: { folded }, tagAt, release, marker }: Reading): number {
  const year = release.year === undefined ? -1 : folded.lastIndexOf(String(release.year));
  const ends = [marker?.end ?? -1, year > 0 ? year + 4 : -1, tagAt].filter((at) => at >= 0);
  return ends.length > 0 ? Math.min(...ends) : folded.length;
}

function ignore(result: Recognition, fileName: string): Recognition {
  result.kind = 'ignored';
  result.confidence = 1;
  result.because.push(fileName === '' ? 'no name' : 'extension: no video');
  return result;
}

/** All files of one folder. */
export function recogniseFolder(paths: readonly string[]): Recognition[] {
  return paths.map(recognise);
}
