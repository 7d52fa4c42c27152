import type { AirDate } from './reading.ts';

/** Air date of a daily show: `2024.05.06`, `2024-05-06`, `06.05.2024`. */
export function findDate(folded: string): AirDate | undefined {
  const match =
    /(?<!\d)(?:((?:19|20)\d\d)([ ._-])(\d\d)\2(\d\d)|(\d\d)([ ._-])(\d\d)\6((?:19|20)\d\d))(?!\d)/.exec(
      folded,
    );
  if (!match) return undefined;
  const [year, month, day] = match[1] ? [match[1], match[3], match[4]] : [match[8], match[7], match[5]];
  const date = `${year}-${month}-${day}`;
  const time = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(time.getTime()) || time.toISOString().slice(0, 10) !== date) return undefined;
  return { start: match.index, end: match.index + match[0].length, date };
}
