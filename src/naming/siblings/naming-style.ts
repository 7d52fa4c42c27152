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
  const fronted = videos.filter(({ name, year }) => !year && yearInFront(name.folded));
  const ownMade = videos.filter(({ tagAt, name }) => tagAt < 0 && !name.folded.startsWith('['));
  const byHand = ownMade.length * 2 > videos.length && fronted.length * 2 < videos.length;
  const pieces = videos.filter(({ name }) => dvdPieceOf(name.folded) !== undefined);
  return {
    ...(byHand && fronted.length < fewest && { frontless: true }),
    ...(pieces.length > 1 && { pieces: true }),
  };
}
