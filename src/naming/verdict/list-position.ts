import type { Reading } from '../file/reading.ts';
import { type Category, isSeries } from '../folders/categories.ts';
import { hasBracketedYear, yearInFront } from '../text/years.ts';

/*
 * What stands in front of the title of a film to put it in order: a year, or a place in a list.
 */

/** `1995 - Heat.mkv`: films are put in order by it far more often than a title opens with a year and a dash. */
export function frontYear({ name, ancestors, year }: Reading): ReturnType<typeof yearInFront> {
  const front = year || isSeries(ancestors.category) ? undefined : yearInFront(name.folded);
  return front?.boxed ? undefined : front;
}

const positionShape = /^(?:(0\d|\d{1,2})(?:[ ._]+-[ ._]+|[.)-][ ._]+)|\(\d{1,2}\)[ ._]?)(?=[^\d\s(])/;

/**
 * End of a place in a list of films, 0 = none: `01 - Dr No (1962)`, `1 - Alien (1979)`, `Films/Bond/01 - Dr No`, and
 * `1 - Alien` in a folder of a saga.
 */
export function listPositionEnd({ name: { folded }, ancestors, year }: Reading): number {
  const position = positionShape.exec(folded);
  if (!position) return 0;
  const padded = position[1]?.startsWith('0');
  const listed = padded
    ? year !== undefined || ancestors.category === 'movies'
    : isDashedBeforeYear(position[0], folded, ancestors.category);
  return ancestors.saga || listed ? position[0].length : 0;
}

/** A title with its year in brackets, and a number that a dash with spaces or a dot keeps apart from it. */
function isDashedBeforeYear(position: string, folded: string, category: Category | undefined): boolean {
  return /^\d{1,2}(?: - |\. )$/.test(position) && hasBracketedYear(folded) && !isSeries(category);
}
