import type { Reading } from '../file/reading.ts';
import { type Category, isSeries } from '../folders/categories.ts';
import { hasBracketedYear, yearInFront } from '../text/years.ts';

/*
 * What stands in front of the title of a film to put it in order: a year, or a place in a list.
 */

/** `1995 - Heat.mkv`: films are put in order by it far more often than a title opens with a year and a dash. */
export function frontYear({ name, above, year }: Reading): ReturnType<typeof yearInFront> {
  const front = year || isSeries(above.category) ? undefined : yearInFront(name.folded);
  return front?.boxed ? undefined : front;
}

const rankShape = /^(0\d|\d{1,2})(?:[ ._]+-[ ._]+|[.)-][ ._]+)(?=[^\d\s(])/;

/**
 * End of a place in a list of films, 0 = none: `01 - Dr No (1962)`, `1 - Alien (1979)`, `Films/Bond/01 - Dr No`, and
 * `1 - Alien` in a folder of a saga.
 */
export function rankEnd({ name: { folded }, above, year }: Reading): number {
  const rank = rankShape.exec(folded);
  if (!rank) return 0;
  const padded = rank[1]?.startsWith('0');
  const listed = padded
    ? year !== undefined || above.category === 'movies'
    : isDashedBeforeYear(rank[0], folded, above.category);
  return above.saga || listed ? rank[0].length : 0;
}

/** A title with its year in brackets, and a number that a dash with spaces or a dot keeps apart from it. */
function isDashedBeforeYear(rank: string, folded: string, category: Category | undefined): boolean {
  return /^\d{1,2}(?: - |\. )$/.test(rank) && hasBracketedYear(folded) && !isSeries(category);
}
