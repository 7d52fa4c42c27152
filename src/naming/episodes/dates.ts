import { isCameraTake } from './camera-takes.ts';

/** A date in a name. Indexes are into the folded text. */
export interface AirDate {
  start: number;
  end: number;
  /** `YYYY-MM-DD`. */
  date: string;
}

const yearFirst = /(?<!\d)((?:19|20)\d\d)([ ._-])(\d\d)\2(\d\d)(?!\d)/;
const yearLast = /(?<!\d)(\d\d)([ ._-])(\d\d)\2((?:19|20)\d\d)(?!\d)/;
const packed = /(?<![\da-z])((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![\da-z])/i;
const months: Record<string, number> = {};
[
  'janvier january jan',
  'fevrier february fev feb',
  'mars march mar',
  'avril april avr apr',
  'mai may',
  'juin june jun',
  'juillet july juil jul',
  'aout august aug',
  'septembre september sept sep',
  'octobre october oct',
  'novembre november nov',
  'decembre december dec',
].forEach((words, i) => {
  for (const word of words.split(' ')) months[word] = i + 1;
});
const monthWord = `(${Object.keys(months).join('|')})`;
const gap = '[ ._-]{1,2}';
/** `du 6 mai 2024`, `6th May 2024`; the day of the week and `du` are none of the title. */
const dayInWords = new RegExp(
  `(?:(?<![a-z])du${gap})?(?:(?<![a-z])(?:lun|mar|mercre|jeu|vendre|same|mon|tues|wednes|thurs|fri|satur|sun)(?:di|day)${gap}|(?<![a-z])dimanche${gap})?(?<![\\da-z])(\\d{1,2})(?:er|st|nd|rd|th)?${gap}${monthWord}\\.?${gap}((?:19|20)\\d\\d)(?!\\d)`,
  'i',
);
/** `May 6, 2024`. */
const monthInWords = new RegExp(
  `(?<![a-z])${monthWord}${gap}(\\d{1,2})(?:st|nd|rd|th)?,?${gap}((?:19|20)\\d\\d)(?!\\d)`,
  'i',
);

/**
 * Air date of a daily show: `2024.05.06`, `06.05.2024`, `20240506`, `6 mai 2024`, `May 6, 2024`. Day before month, as in
 * Europe, unless only the other order is a date.
 */
export function findDate(folded: string): AirDate | undefined {
  if (!/\d/.test(folded)) return undefined;
  const first = yearFirst.exec(folded);
  if (first) return build(first, first[1], first[3], first[4]);
  const last = yearLast.exec(folded);
  if (last) return build(last, last[4], last[3], last[1]) ?? build(last, last[4], last[1], last[3]);
  const words = dayInWords.exec(folded);
  if (words) return build(words, words[3], months[(words[2] as string).toLowerCase()], words[1]);
  const month = monthInWords.exec(folded);
  if (month) return build(month, month[3], months[(month[1] as string).toLowerCase()], month[2]);
  const digits = isCameraTake(folded) ? null : packed.exec(folded);
  return digits ? build(digits, digits[1], digits[2], digits[3]) : undefined;
}

type Piece = string | number | undefined;

function build(match: RegExpExecArray, year: Piece, month: Piece, day: Piece): AirDate | undefined {
  const date = [year, String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
  const time = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(time.getTime()) || time.toISOString().slice(0, 10) !== date) return undefined;
  return { start: match.index, end: match.index + match[0].length, date };
}
