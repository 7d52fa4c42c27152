import type { Marker } from '../episodes/marker.ts';
import { foldAccents } from '../text/clean.ts';
import { findTitle } from '../text/titles.ts';

/** What of a file tells its folders apart. */
export interface FileInFolder {
  folded: string;
  marker: Marker | undefined;
}

/** `05.mkv`, `05 - Title`, `5. Title`, `205 - Title`: a number that is no word of a title. */
const numberInFront = /^(?:(0\d{1,2})(?!\d)|(\d{1,3})(?=$|[ ._]*-[ ._]|\.[ ]))/;
/** `Show - 05 - Title`, `Show 05` */
const numberBehind = /^(?:[ ._]+-[ ._]+(\d{1,3})|[ ._-]+(0\d{1,2}))(?=$|[ ._]*[-[(])/;
/** The season that the name of a folder may be, which is a number, or the title around it and a number. */
export function numberOfSeason(name: string, title: string): number | undefined {
  if (!/(?<!\d)\d{1,2}$/.test(name)) return undefined;
  // `T2`: a temporada.
  const alone = /^t?(\d+)$/i.exec(name);
  if (alone) return Number(alone[1]);
  const folded = foldAccents(name);
  const named = findTitle(folded, foldAccents(title));
  const behind = named?.start === 0 ? /^[ ._]+(?:-[ ._]+)?t?(\d{1,2})$/i.exec(folded.slice(named.end)) : null;
  return behind ? Number(behind[1]) : undefined;
}

const anyYear = /(?<!\d)(?:19|20)\d\d(?!\d)/;

/**
 * Whether a file counts episodes of the season that the folder around it may be: its marks name no other season, or a number
 * opens its name, or stands behind the title. A year is a film's, and so is the number of the folder once more.
 */
export function countsInSeason({ folded, marker }: FileInFolder, season: number, title: string): boolean {
  if (marker) return marker.episodes.length > 0 && (marker.season ?? season) === season;
  if (anyYear.test(folded)) return false;
  const front = numberInFront.exec(folded);
  if (front) return isOfSeason(Number(front[1] ?? front[2]), season);
  const named = findTitle(folded, foldAccents(title));
  const behind = named?.start === 0 ? numberBehind.exec(folded.slice(named.end)) : null;
  const count = Number(behind?.[1] ?? behind?.[2]);
  return behind !== null && count !== season && isOfSeason(count, season);
}

/** `205` in the folder of season 2. */
function isOfSeason(count: number, season: number): boolean {
  return count < 100 || Math.floor(count / 100) === season;
}
