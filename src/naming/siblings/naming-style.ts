import type { Reading } from '../file/reading.ts';
import { yearInFront } from '../text/years.ts';
import { dvdPieceOf } from './dvd-pieces.ts';

/** How the files of one folder are named as a whole. */
export interface NamingStyle {
  /**
   * Most names have no year in front, and are of somebody's own making: one that has (`2001 - L'Odyssée de l'espace`) has it
   * in its title. Releases lie as they came and say nothing of how a person names films.
   */
  frontless?: boolean;
  /** The pieces of a DVD lie here together: a piece counts within its disc. */
  pieces?: boolean;
}

/** So many years in front are years, whatever else lies there. */
const fewest = 3;

/** Reads the naming style of a folder. Undefined readings are files that are no video. */
export function readNamingStyle(readings: readonly (Reading | undefined)[]): NamingStyle {
  const videos = readings.filter((one) => one && !one.isSubtitle && one.extra === undefined) as Reading[];
  // How episodes are named says nothing of films.
  const films = videos.filter(({ marker, date }) => !marker && !date);
  const fronted = films.filter(({ name, year }) => !year && yearInFront(name.folded));
  const ownMade = films.filter(({ tagAt, name }) => tagAt < 0 && !name.folded.startsWith('['));
  // That a year is none is told by those who write it somewhere else.
  const behind = ownMade.filter(({ year }) => year !== undefined).length;
  // Among episodes and everything else a few prove nothing.
  const fewestBehind = films.length === videos.length ? 1 : fewest;
  const isUsual = behind >= fewestBehind && behind * 2 >= ownMade.length - fronted.length;
  const byHand = isUsual && ownMade.length * 2 > films.length && fronted.length * 2 < films.length;
  const pieces = videos.filter(({ name }) => dvdPieceOf(name.folded) !== undefined);
  return {
    ...(byHand && fronted.length < fewest && { frontless: true }),
    ...(pieces.length > 1 && { pieces: true }),
  };
}
