import { lastYear } from '../text/years.ts';
import { isCameraTake } from './camera-takes.ts';

/** A date in a name. Indexes are into the folded text. */
export interface AirDate {
  start: number;
  end: number;
  /** `YYYY-MM-DD`. */
  date: string;
}

const yearFirst = /(?<!\d)((?:19|20)\d\d)([ ._-])(\d\d)\2(\d\d)(?!\d)/;
const yearLast = /(?<![\da-z])(\d\d)([ ._-])(\d\d)\2((?:19|20)\d\d)(?!\d)/;
const packed = /(?<![\da-z])((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![\da-z])/i;
/** `Show.140722.720p`, `Show_140722_HDTV`: six digits are a day only behind a title and right before the tags of a release. */
const packedShort =
  /(?<=[a-z0-9][ ._](?:-[ ._])?)(\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=[ ._](?:\d{3,4}[pi]|[hp]dtv|web|e\d{2,4})(?![a-z])|$)/i;
/** `Show.12.11.05.Guest`, `Show.05.11.12`: three times two digits behind a title, from the year or from the day. */
const dottedShort = /(?<=[a-z][ ._])(\d\d)\.(\d\d)\.(\d\d)(?=[ ._]|$)/i;
/** `Title_12.05.02_20-15_arte_55`: how television recorders name what they take, with the time and the channel. */
const recorded = /(?<=[a-z0-9]_)(\d\d)\.(\d\d)\.(\d\d)(?=_\d\d-\d\d_)/i;
/** `Show du 06-05-16`, `Show 6.5.2016`: from the day. */
const dayFirst =
  /(?<=[a-z][ ._](?:du|vom|del|van|am)[ ._])(\d\d)[-./ ](\d\d)[-./ ](\d\d)(?!\d)|(?<=[a-z] )(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)(?!\d)/i;
/** `2008x12.13` */
const crossed = /(?<![\da-z])((?:19|20)\d\d)x(\d\d)\.(\d\d)(?!\d)/i;
const months: Record<string, number> = {};
[
  'janvier january jan januar januari enero gennaio janeiro',
  'fevrier february fev feb februar februari febrero febbraio fevereiro',
  'mars march mar marz maart marzo marco',
  'avril april avr apr abril aprile',
  'mai may mei mayo maggio maio',
  'juin june jun juni junio giugno junho',
  'juillet july juil jul juli julio luglio julho',
  'aout august aug augustus agosto',
  'septembre september sept sep septiembre settembre setembro',
  'octobre october oct oktober okt octubre ottobre outubro',
  'novembre november nov noviembre novembro',
  'decembre december dec dezember dez diciembre dicembre dezembro',
].forEach((words, i) => {
  for (const word of words.split(' ')) months[word] = i + 1;
});
const monthWord = `(${Object.keys(months).join('|')})`;
const gap = '[ ._-]{1,2}';
/** `du 6 mai 2024`, `6th May 2024`; the day of the week and `du` are none of the title. */
const dayInWords = new RegExp(
  `(?:(?<![a-z])du${gap})?(?:(?<![a-z])(?:lun|mar|mercre|jeu|vendre|same|mon|tues|wednes|thurs|fri|satur|sun)(?:di|day)${gap}|(?<![a-z])(?:dimanche|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|lunes|martes|miercoles|jueves|viernes|sabado|domingo|lunedi|martedi|mercoledi|giovedi|venerdi|sabato|domenica|(?:segunda|terca|quarta|quinta|sexta)(?:-feira)?),?${gap})?(?<![\\da-z])(\\d{1,2})(?:er|st|nd|rd|th|\\.)?${gap}(?:de[ ._])?${monthWord}\\.?${gap}(?:de[ ._])?((?:19|20)\\d\\d)(?!\\d)`,
  'i',
);
/** `May 6, 2024`. */
const monthInWords = new RegExp(
  `(?<![a-z])${monthWord}${gap}(\\d{1,2})(?:st|nd|rd|th)?,?${gap}((?:19|20)\\d\\d)(?!\\d)`,
  'i',
);

/**
 * Air date of a daily show: `2024.05.06`, `06.05.2024`, `20240506`, `6 mai 2024`, `May 6, 2024`. Day before month, as in
 * Europe, and month before day behind a year, unless only the other order is a date.
 */
export function findDate(folded: string): AirDate | undefined {
  if (!/\d/.test(folded)) return undefined;
  const first = yearFirst.exec(folded);
  if (first) return build(first, first[1], first[3], first[4]) ?? build(first, first[1], first[4], first[3]);
  const last = yearLast.exec(folded);
  if (last) return build(last, last[4], last[3], last[1]) ?? build(last, last[4], last[1], last[3]);
  const turned = dayFirst.exec(folded);
  if (turned)
    return build(turned, turned[6] ?? centuryOf(turned[3]), turned[5] ?? turned[2], turned[4] ?? turned[1]);
  const words = dayInWords.exec(folded);
  if (words) return build(words, words[3], months[(words[2] as string).toLowerCase()], words[1]);
  const month = monthInWords.exec(folded);
  if (month) return build(month, month[3], months[(month[1] as string).toLowerCase()], month[2]);
  if (isCameraTake(folded)) return undefined;
  const digits = packed.exec(folded) ?? crossed.exec(folded);
  if (digits) return build(digits, digits[1], digits[2], digits[3]);
  const short = recorded.exec(folded) ?? packedShort.exec(folded);
  if (short) return build(short, `20${short[1]}`, short[2], short[3]);
  const dotted = dottedShort.exec(folded);
  if (!dotted) return undefined;
  const [, left, middle, right] = dotted;
  const found = build(dotted, `20${left}`, middle, right);
  // A day to come was none on television.
  return found && Number(found.date.slice(0, 4)) <= lastYear
    ? found
    : build(dotted, centuryOf(right), middle, left);
}

const monthAlone = new RegExp(`^(?:\\d{1,2}[ ._-]+)?${monthWord}(?:[ ._-]+(?:19|20)\\d\\d)?$`, 'i');

/** A stretch of a year: `2024-W02`, `Semaine 12`, `Q1 2024`, `2022-03-05 a 2022-03-12`. */
const stretch =
  /^(?:(?:19|20)\d\d[ ._-]*(?:w\d{1,2}|q[1-4])|(?:semaine|week|woche|semana|settimana)[ ._-]*\d{1,2}(?:[ ._-]+(?:19|20)\d\d)?|q[1-4][ ._-]*(?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d[ ._]*(?:-|a|to|bis|au)[ ._]*(?:19|20)\d\d-\d\d-\d\d)$/i;

/** What a folder of days says of those in it; all absent for a stretch of a year. */
export interface DateFolder {
  year?: number;
  month?: number;
  day?: number;
}

/**
 * Reads a folder that holds the days of a month or a year, or one day, and is no title: `2020-03`, `Mai 2024`, `2020-03-24`,
 * `05` in one of a year, and `24` in that.
 * @param outer the folders around it, the nearest last
 */
export function readDateFolder(folded: string, outer: readonly string[]): DateFolder | undefined {
  const [grand = '', parent = ''] = [outer.at(-2), outer.at(-1)];
  const whole = /^((?:19|20)\d\d)[ ._-](0[1-9]|1[0-2])(?:[ ._-](\d\d))?$/.exec(folded);
  if (whole) return dated(whole[1], whole[2], whole[3]);
  const packedMonth = parent === '' ? null : /^((?:19|20)\d\d)(0[1-9]|1[0-2])$/.exec(folded);
  if (packedMonth) return dated(packedMonth[1], packedMonth[2]);
  const turned = /^(0[1-9]|1[0-2])[ ._-]((?:19|20)\d\d)$/.exec(folded);
  if (turned) return dated(turned[2], turned[1]);
  const isInYear = /^(?:19|20)\d\d$/.test(parent);
  if (/^(?:0?[1-9]|1[0-2])$/.test(folded) && isInYear) return dated(parent, folded);
  const isInMonth = /^(?:0?[1-9]|1[0-2])$/.test(parent) && /^(?:19|20)\d\d$/.test(grand);
  if (isInMonth && /^(?:0?[1-9]|[12]\d|3[01])$/.test(folded)) return dated(grand, parent, folded);
  const month = monthAlone.exec(folded);
  const year = /(?:19|20)\d\d$/.exec(folded)?.[0] ?? (isInYear ? parent : undefined);
  if (month && year) return dated(year, months[(month[1] as string).toLowerCase()]);
  return stretch.test(folded) ? {} : undefined;
}

/** The month that is all of a folder's name, without a year in it or around it. */
export function readMonthFolder(folded: string): DateFolder | undefined {
  const month = monthAlone.exec(folded);
  return month ? { month: months[(month[1] as string).toLowerCase()] as number } : undefined;
}

/** Whether a name is that of a day: a day of a month alone, or one with a date. */
export function isDay(folded: string): boolean {
  return dayAlone.test(folded) || findDate(folded) !== undefined;
}

const sixDigits = /^(\d\d)(\d\d)(\d\d)(?=$|[ ._]+-[ ._]+[a-z])/i;

/** `230321`, `230321 - Guest`: six digits without a title in front, from the year, or from the day where the year would be one to come. */
export function dayOfDigits(folded: string): AirDate | undefined {
  const found = sixDigits.exec(folded);
  if (!found) return undefined;
  const [, first, middle, last] = found;
  const date = build(found, `20${first}`, middle, last);
  if (date && Number(`20${first}`) <= lastYear) return date;
  return build(found, centuryOf(last), middle, first);
}

function dated(year: Piece, month: Piece, day?: Piece): DateFolder {
  return { year: Number(year), month: Number(month), ...(day !== undefined && { day: Number(day) }) };
}

/** The day of a file in a folder of days, where its name is no more than a day of that month (`2021-03/24.mkv`); for one of a folder that is one day, that. */
export function dayInFolder(folded: string, { year, month, day }: DateFolder): AirDate | undefined {
  if (year === undefined || month === undefined) return undefined;
  const own = dayAlone.exec(folded) ?? dayBeforeWords.exec(folded);
  const ownMonth = own?.[2] ? months[own[2].toLowerCase()] : Number(own?.[3] ?? month);
  const isOther = own !== null && ownMonth !== month;
  const which = day ?? (own && !isOther ? own[1] : undefined);
  if (which === undefined) return undefined;
  const date = dateOf(year, month, which);
  return date === undefined ? undefined : { start: 0, end: own ? own[0].length : 0, date };
}

const dayAlone = new RegExp(`^(\\d{1,2})(?:[ ._-]+${monthWord}|[.-](\\d\\d)\\.?)?$`, 'i');

/** `15 - Guest`, which counts in the folder of a month alone. */
const dayBeforeWords = /^(\d{1,2})(?=[ ._]+-[ ._]+\S)/;

/** `99` is 1999. */
function centuryOf(year = ''): string {
  return Number(`20${year}`) <= lastYear ? `20${year}` : `19${year}`;
}

type Piece = string | number | undefined;

function build(match: RegExpExecArray, year: Piece, month: Piece, day: Piece): AirDate | undefined {
  const date = dateOf(year, month, day);
  return date === undefined ? undefined : { start: match.index, end: match.index + match[0].length, date };
}

function dateOf(year: Piece, month: Piece, day: Piece): string | undefined {
  const date = [year, String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
  const time = new Date(`${date}T00:00:00Z`);
  return Number.isNaN(time.getTime()) || time.toISOString().slice(0, 10) !== date ? undefined : date;
}
